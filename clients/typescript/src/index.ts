/** The Partyline API. `schema.ts` is generated from the broker's OpenAPI document; the rest is written by hand. */

import createClient, { type Client } from "openapi-fetch";

import type { components, paths } from "./schema.js";

export { EventStreamError, streamEvents, type StreamOptions } from "./events.js";
export { Webhook, WebhookError, type WebhookHeaders, type WebhookOptions } from "./webhooks.js";
export type { PartylineAnswer, PartylineEvent, PartylineQuestion } from "./event.js";
export type { components, operations, paths } from "./schema.js";

export type Partyline = Client<paths, "application/json">;
export type Problem = components["schemas"]["Problem"];

/** A client of the broker at `url`. Each call names a path of the API and is checked against it by the compiler. */
export function connect(options: { url: string; token: string; fetch?: typeof fetch }): Partyline {
  return createClient<paths, "application/json">({
    baseUrl: options.url.replace(/\/+$/, ""),
    headers: { authorization: `Bearer ${options.token}` },
    ...(options.fetch && { fetch: options.fetch }),
  });
}

/** The broker refused a request. Go by `problem.code`, which is stable. */
export class ApiError extends Error {
  override name = "ApiError";

  constructor(
    readonly status: number,
    readonly problem: Partial<Problem>,
  ) {
    super(`${problem.code ?? status}: ${problem.detail ?? "the broker refused"}`);
  }
}

/** The data of an answer, or an `ApiError` in place of a problem. */
export async function unwrap<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await answer;
  if (!response.ok) {
    throw new ApiError(response.status, typeof error === "object" && error !== null ? error : {});
  }
  return data as T;
}
