import { OutboundError, type OutboundReason } from "../../resolver/errors.ts";
import type { OutboundResponse } from "../../resolver/outbound/outbound.ts";

/** A complete response with the text as its body. */
export function respond(body: string, headers: Record<string, string> = {}): string {
  const lines = Object.entries({ "content-length": `${body.length}`, ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 200 OK\r\n${lines.join("")}\r\n${body}`;
}

export function redirectTo(location: string): string {
  return `HTTP/1.1 302 Found\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`;
}

export function readText(response: OutboundResponse): Promise<string> {
  return new Response(response.body).text();
}

/** For `assert.rejects`: an OutboundError with this reason. */
export function outboundError(reason: OutboundReason): (error: unknown) => boolean {
  return (error) => {
    if (error instanceof OutboundError && error.reason === reason) return true;
    throw error;
  };
}
