/** What the server needs of HTTP, without a framework. */

import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";

/** Nothing comes from elsewhere, no script or style stands in the page itself, and no other site may frame it. */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** An answer that is thrown. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail);
  }
}

export function send(answer: ServerResponse, status: number, type: string, body: string | Buffer): void {
  answer.writeHead(status, { ...HEADERS, "content-type": type }).end(body);
}

export function sendJson(answer: ServerResponse, status: number, body: unknown): void {
  send(answer, status, "application/json", JSON.stringify(body));
}

export function redirect(answer: ServerResponse, to: string, cookie: string): void {
  answer.writeHead(303, { ...HEADERS, location: to, "set-cookie": cookie }).end();
}

/** Opens a stream of server-sent events. */
export function openStream(answer: ServerResponse): void {
  answer.writeHead(200, { ...HEADERS, "content-type": "text/event-stream" });
  answer.write(": open\n\n");
}

export async function sendFile(answer: ServerResponse, name: string, type: string): Promise<void> {
  send(answer, 200, type, await readFile(new URL(`../public/${name}`, import.meta.url)));
}

/** The whole body, as it came. */
export async function readBody(request: IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > most) {
      throw new Refusal(413, `a body may have ${most} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A JSON object of strings. Other sites' forms cannot send that type. */
export async function readStrings(request: IncomingMessage, names: readonly string[]): Promise<string[]> {
  if (request.headers["content-type"] !== "application/json") {
    throw new Refusal(415, "send application/json");
  }
  let body: unknown;
  try {
    body = JSON.parse((await readBody(request, 64 * 1024)).toString("utf8"));
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(400, "the body is not JSON");
  }
  return names.map((name) => {
    const value = (body as Record<string, unknown> | null)?.[name];
    if (typeof value !== "string" || value === "") {
      throw new Refusal(400, `\`${name}\` is missing`);
    }
    return value;
  });
}

export function cookie(request: IncomingMessage, name: string): string | undefined {
  const pairs = (request.headers.cookie ?? "").split("; ").map((pair) => pair.split("="));
  return pairs.find(([key]) => key === name)?.[1];
}
