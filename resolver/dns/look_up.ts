import { isOnionName } from "../../schemas/location.ts";
import { quote } from "../../schemas/quote.ts";
import type { Call } from "../contracts.ts";
import { NameLookupError } from "../errors.ts";
import type { DnsAnswer } from "./client.ts";
import type { Question } from "./message.ts";
import type { DnsServer } from "./server.ts";

/** A datagram may get lost, so every server is asked again when none of them answered. */
const ROUNDS = 2;

/** What RFC 7686 has every resolver say of an onion name: there is no such record. Nobody is asked. */
const NO_ONION: DnsAnswer<string> = { records: [], authenticated: false, ttlSeconds: 3_600 };

/**
 * Asks one server after the other until one answers. "No such record" is an answer; so is a bogus
 * one, because a server that does not check DNSSEC would pass it on.
 * Throws NameLookupError, or the signal's reason.
 */
export async function lookUp(
  question: Question,
  servers: readonly DnsServer[],
  call: Call,
): Promise<DnsAnswer<string>> {
  if (isOnionName(question.name)) return NO_ONION;
  const failures: unknown[] = [];
  for (const server of Array<readonly DnsServer[]>(ROUNDS).fill(servers).flat()) {
    const reply = await server.ask(question, call).catch((cause) => {
      call.signal.throwIfAborted();
      if (cause instanceof NameLookupError) throw cause;
      return { kind: "failed", reason: "no reply came", cause } as const;
    });
    if (reply.kind === "answer") return reply.answer;
    if (reply.kind === "bogus") throw bogus(question);
    failures.push(new Error(`${server.label}: ${reply.reason}`, { cause: reply }));
  }
  throw new NameLookupError(
    `${quote(question.name)} could not be looked up: no DNS server answers.`,
    {
      reason: "failed",
      remedy:
        "Try again later. If it stays like this, the domain's DNS servers or this gateway's " +
        "are out of order.",
      cause: new AggregateError(failures),
    },
  );
}

function bogus({ name }: Question): NameLookupError {
  return new NameLookupError(`The DNS records of ${quote(name)} do not pass DNSSEC.`, {
    reason: "bogus",
    remedy: "Somebody changed them on the way, or the domain's signatures are out of order; its " +
      "owner can check them.",
  });
}
