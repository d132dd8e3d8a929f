/** The event stream: what happens in a community, each event once, over as many connections as it takes. */

import type { PartylineEvent } from "./event.js";
import type { components } from "./schema.js";

// The broker says something every 15 seconds; a stream that is silent for longer than this is dead.
const SILENCE_MS = 45_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

export interface StreamOptions {
  url: string;
  token: string;
  /** A key of scope `admin` must name it. */
  community?: string;
  /** Which kinds of events; all unless told otherwise. */
  types?: readonly PartylineEvent["type"][];
  /** The id of the last event that was dealt with: what came since is told first. Without it the stream begins now. */
  after?: string;
  /** Ends the stream. */
  signal?: AbortSignal;
  fetch?: typeof fetch;
  /** Waits between two connections; for tests. */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** The broker does not give the stream, and would not if asked again. */
export class EventStreamError extends Error {
  override name = "EventStreamError";

  constructor(
    readonly status: number,
    readonly problem: Partial<components["schemas"]["Problem"]>,
  ) {
    super(`${status} ${problem.code ?? ""}: ${problem.detail ?? ""}`);
  }
}

/** Yields events until the signal ends it, and connects again where it was interrupted. */
export async function* streamEvents(options: StreamOptions): AsyncGenerator<PartylineEvent, void, void> {
  const { signal, sleep = pauseFor } = options;
  const url = new URL(`${options.url.replace(/\/+$/, "")}/v1/events`);
  if (options.community) {
    url.searchParams.set("community", options.community);
  }
  if (options.types?.length) {
    url.searchParams.set("types", options.types.join(","));
  }
  let after = options.after;
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal?.aborted) {
    const connection = new Connection(signal);
    let waitMs: number | undefined;
    try {
      const headers: Record<string, string> = { authorization: `Bearer ${options.token}`, accept: "text/event-stream" };
      if (after) {
        headers["last-event-id"] = after;
      }
      const answer = await (options.fetch ?? fetch)(url, { headers, signal: connection.signal });
      if (answer.status !== 200 || !answer.body) {
        waitMs = await waitOrThrow(answer);
      } else {
        for await (const { id, data } of messages(connection.heard(answer.body))) {
          after = id || after;
          pauseMs = FIRST_PAUSE_MS;
          yield JSON.parse(data) as PartylineEvent;
        }
      }
    } catch (error) {
      if (error instanceof EventStreamError || error instanceof SyntaxError) {
        throw error;
      }
      // Lost, late or cut short: connect again.
    } finally {
      connection.close();
    }
    if (!signal?.aborted) {
      await sleep(waitMs ?? pauseMs * (0.5 + Math.random() / 2), signal);
    }
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }
}

/** One connection, which ends with the caller's signal and after too long a silence. */
class Connection {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #abort = () => this.#controller.abort();
  #timer: NodeJS.Timeout;

  constructor(outer: AbortSignal | undefined) {
    this.#outer = outer;
    outer?.addEventListener("abort", this.#abort);
    this.#timer = setTimeout(this.#abort, SILENCE_MS);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  async *heard(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      this.#timer.refresh();
      yield chunk;
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#abort);
    this.#controller.abort();
  }
}

/** For how long to wait as the broker asks, if asking again makes sense at all. */
async function waitOrThrow(answer: Response): Promise<number | undefined> {
  const { status } = answer;
  if (status === 408 || status === 429 || status >= 500) {
    const wait = answer.headers.get("retry-after") ?? "";
    return /^[0-9]{1,6}$/.test(wait) ? Math.min(Number(wait), 3600) * 1000 : undefined;
  }
  const problem: unknown = await answer.json().catch(() => ({}));
  throw new EventStreamError(status, typeof problem === "object" && problem !== null ? problem : {});
}

/** The id and data of each whole message of a stream of server-sent events. */
async function* messages(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<{ id: string; data: string }> {
  const decoder = new TextDecoder();
  let rest = "";
  let id = "";
  let data: string[] = [];
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines.map((one) => one.replace(/\r$/, ""))) {
      const [, name, value = ""] = /^([^:]*)(?:: ?(.*))?$/su.exec(line) ?? [];
      if (line === "") {
        if (data.length > 0) {
          yield { id, data: data.join("\n") };
        }
        [id, data] = ["", []];
      } else if (name === "data") {
        data.push(value);
      } else if (name === "id") {
        id = value;
      }
    }
  }
}

function pauseFor(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}
