import type { Call } from "../../../../resolver/contracts.ts";
import { OutboundError } from "../../../../resolver/errors.ts";
import type { Outbound } from "../../../../resolver/outbound/outbound.ts";
import { plainWords } from "../../../../resolver/plain_words.ts";
import { OurSpaceError } from "../../../../schemas/errors.ts";
import { type Address, checksumAddress } from "../../../../schemas/identity.ts";
import { parseJson } from "../../parse_json.ts";
import type { Signer } from "./signer.ts";

/** For answers without a person: a list of accounts. */
const ANSWER_MILLISECONDS = 10_000;
/** A person has to find the device and to read the text. */
const CONFIRM_MILLISECONDS = 300_000;
/** A list of a thousand accounts has 45 KB. */
const MAX_ANSWER_BYTES = 262_144;

/** EIP-1474: the method does not exist; EIP-1193: the user said no; the account is not for this caller. */
const METHOD_NOT_FOUND = -32601;
const USER_REJECTED = 4001;
const UNAUTHORIZED = 4100;

/** Which endpoint signs, for which account. */
export interface JsonRpcOptions {
  /** An Ethereum JSON-RPC endpoint that holds keys: a node, a wallet, a hardware wallet's bridge. */
  readonly url: string;
  /** Null: the endpoint's only account. */
  readonly account: Address | null;
  readonly outbound: Outbound;
  /** Told when a person's confirmation is being waited for. */
  readonly onWaiting: () => void;
}

/** Signs through `personal_sign` of any JSON-RPC endpoint. Throws OurSpaceError. */
export async function createJsonRpcSigner(options: JsonRpcOptions, call: Call): Promise<Signer> {
  const address = options.account ?? await onlyAccount(options, call);
  return {
    address,
    async sign(text, signCall) {
      options.onWaiting();
      const message = `0x${new TextEncoder().encode(text).toHex()}`;
      const parameters = [message, address];
      const signature = await ask(
        options,
        "personal_sign",
        parameters,
        CONFIRM_MILLISECONDS,
        signCall,
      );
      if (typeof signature === "string") return signature;
      throw new OurSpaceError("The JSON-RPC endpoint answered personal_sign without a signature.");
    },
  };
}

async function onlyAccount(options: JsonRpcOptions, call: Call): Promise<Address> {
  const accounts = await ask(options, "eth_accounts", [], ANSWER_MILLISECONDS, call);
  const addresses = Array.isArray(accounts) ? accounts.map(String).map(checksumAddress) : [];
  const [only, ...others] = addresses;
  if (only === undefined) {
    throw new OurSpaceError("The JSON-RPC endpoint offers no account to sign with.", {
      remedy: "Unlock or connect the wallet behind it, or name the account with --account.",
    });
  }
  if (others.length === 0) return only;
  throw new OurSpaceError(`The JSON-RPC endpoint offers ${addresses.length} accounts.`, {
    remedy: `Choose one with --account: ${addresses.slice(0, 10).join(", ")}`,
  });
}

async function ask(
  { url, outbound }: JsonRpcOptions,
  method: string,
  parameters: readonly unknown[],
  timeoutMilliseconds: number,
  call: Call,
): Promise<unknown> {
  const request = { jsonrpc: "2.0", id: 1, method, params: parameters };
  try {
    const response = await outbound.fetch({
      url,
      trust: "operator",
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: new TextEncoder().encode(JSON.stringify(request)),
      maxBytes: MAX_ANSWER_BYTES,
      timeoutMilliseconds,
      maxRedirects: 0,
    }, call);
    const answer = parseAnswer(await new Response(response.body).text(), response.status);
    if (answer.error !== undefined) throw rpcError(method, answer.error);
    return answer.result;
  } catch (error) {
    throw error instanceof OutboundError ? outOfReach(timeoutMilliseconds, error) : error;
  }
}

/** The cause may name the URL, which often holds a secret: it is not shown. */
function outOfReach(timeoutMilliseconds: number, cause: OutboundError): OurSpaceError {
  return cause.reason === "timeout"
    ? new OurSpaceError(
      `The JSON-RPC endpoint gave no answer within ${timeoutMilliseconds / 1_000} s.`,
      { remedy: "Publish again, and confirm the signature in your wallet in time.", cause },
    )
    : new OurSpaceError("The JSON-RPC endpoint of --rpc cannot be reached.", {
      remedy: "Check the URL, and that the wallet or node behind it runs.",
      cause,
    });
}

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

/** An endpoint that refuses may say so with any HTTP status; the body decides (JSON-RPC 2.0, section 5). */
function parseAnswer(text: string, status: number): Answer {
  const body = parseJson(text);
  if (typeof body === "object" && body !== null) {
    if ("error" in body && typeof body.error === "object" && body.error !== null) {
      const code = "code" in body.error ? Number(body.error.code) : 0;
      const message = "message" in body.error ? String(body.error.message) : "";
      return { error: { code, message } };
    }
    if ("result" in body) return { result: body.result };
  }
  throw new OurSpaceError(`The address of --rpc answered with status ${status} and no JSON-RPC.`, {
    remedy: "Check the URL: it has to be an Ethereum JSON-RPC endpoint over HTTP.",
  });
}

function rpcError(method: string, error: { code: number; message: string }): OurSpaceError {
  const said = `${plainWords(error.message)} (code ${error.code})`;
  if (error.code === USER_REJECTED) {
    return new OurSpaceError("The signature was refused in the wallet. Nothing was published.");
  }
  if (error.code === METHOD_NOT_FOUND) {
    return new OurSpaceError(`The JSON-RPC endpoint does not know ${method}: ${said}.`, {
      remedy: "Name an endpoint that holds your key, such as a wallet's; public ones cannot sign.",
    });
  }
  if (error.code === UNAUTHORIZED) {
    return new OurSpaceError(`The wallet does not let this program use the account: ${said}.`, {
      remedy: "Connect the account in the wallet, or name another one with --account.",
    });
  }
  return new OurSpaceError(`The JSON-RPC endpoint refused ${method}: ${said}.`, {
    remedy: "Check that the account of --account is one of the endpoint's, and unlocked.",
  });
}
