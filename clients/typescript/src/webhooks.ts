/** The check of callbacks after Standard Webhooks: who sent them, and when. */

import { createHmac, timingSafeEqual } from "node:crypto";

import type { PartylineEvent, PartylineQuestion } from "./event.js";

const TOLERANCE_S = 5 * 60;

/** Why a callback must not be believed. */
export type WebhookErrorCode =
  | "missing_header"
  | "bad_timestamp"
  | "too_old"
  | "too_new"
  | "bad_signature"
  | "bad_body";

export class WebhookError extends Error {
  override name = "WebhookError";

  constructor(
    readonly code: WebhookErrorCode,
    detail: string,
  ) {
    super(detail);
  }
}

/** Headers as `node:http` or `fetch` give them. */
export type WebhookHeaders = Headers | Record<string, string | string[] | undefined>;

export interface WebhookOptions {
  /** How far apart the clocks may be, and how long a callback may take; 300 seconds unless told otherwise. */
  toleranceS?: number;
}

/**
 * Checks callbacks with the secrets of an endpoint. Give every secret that is in use: while a secret is rotated,
 * callbacks are signed with the old and the new one, and it is enough that one signature fits one secret.
 */
export class Webhook {
  readonly #keys: Buffer[];
  readonly #toleranceS: number;

  constructor(secrets: string | readonly string[], options: WebhookOptions = {}) {
    this.#keys = (typeof secrets === "string" ? [secrets] : secrets).map(toKey);
    if (this.#keys.length === 0) {
      throw new TypeError("give at least one secret");
    }
    this.#toleranceS = options.toleranceS ?? TOLERANCE_S;
  }

  /**
   * The event, or the question, once it is certain that one of the secrets signed it within the tolerance. `body` is
   * what came over the wire, before anything read it as JSON. The same event may come twice: its `id` says so.
   * Questions, which have none, come only to endpoints that want to be asked.
   */
  verify(
    body: string | Uint8Array,
    headers: WebhookHeaders,
    nowS: number = Date.now() / 1000,
  ): PartylineEvent | PartylineQuestion {
    const [id, timestamp, given] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) =>
      header(headers, name),
    ) as [string, string, string];
    this.#checkTime(timestamp, nowS);

    const bytes = typeof body === "string" ? Buffer.from(body) : body;
    const signatures = given.split(" ").filter((one) => one.startsWith("v1,"));
    let fits = false;
    for (const key of this.#keys) {
      const own = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(bytes).digest("base64");
      for (const signature of signatures) {
        // Every pair is compared, each in constant time.
        fits = isSame(own, signature.slice("v1,".length)) || fits;
      }
    }
    if (!fits) {
      throw new WebhookError("bad_signature", "none of the signatures fits a secret");
    }
    return toEvent(bytes);
  }

  #checkTime(timestamp: string, nowS: number): void {
    if (!/^[0-9]{1,12}$/.test(timestamp)) {
      throw new WebhookError("bad_timestamp", "the header webhook-timestamp is not a number of seconds");
    }
    const ageS = nowS - Number(timestamp);
    if (ageS > this.#toleranceS) {
      throw new WebhookError("too_old", `the callback was signed more than ${this.#toleranceS} s ago`);
    }
    if (ageS < -this.#toleranceS) {
      throw new WebhookError("too_new", `the callback was signed more than ${this.#toleranceS} s ahead of this clock`);
    }
  }
}

function toKey(secret: string): Buffer {
  const base64 = secret.replace(/^whsec_/, "");
  const isBase64 = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64);
  if (!isBase64) {
    throw new TypeError("a secret is `whsec_` and base64");
  }
  return Buffer.from(base64, "base64");
}

function header(headers: WebhookHeaders, name: string): string {
  let value: string | string[] | undefined | null;
  if (headers instanceof Headers) {
    value = headers.get(name);
  } else {
    const key = Object.keys(headers).find((one) => one.toLowerCase() === name);
    value = key === undefined ? undefined : headers[key];
  }
  if (typeof value !== "string" || value === "") {
    throw new WebhookError("missing_header", `the header ${name} is missing`);
  }
  return value;
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function toEvent(bytes: Uint8Array): PartylineEvent | PartylineQuestion {
  let event: unknown;
  try {
    event = JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    throw new WebhookError("bad_body", "the body is not JSON");
  }
  if (typeof event !== "object" || event === null || Array.isArray(event)) {
    throw new WebhookError("bad_body", "the body is not a JSON object");
  }
  return event as PartylineEvent | PartylineQuestion;
}
