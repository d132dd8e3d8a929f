/**
 * The chat app: one member, who texts contacts' phones from a page.
 *
 * It keeps no messages. What was said is read from the broker when the page opens; what happens from then on comes
 * by callback, and goes on to every open page.
 */

import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

import { ApiError, unwrap, type Partyline, type PartylineEvent, type Webhook, WebhookError } from "partyline-client";

import { cookie, openStream, readBody, readStrings, redirect, Refusal, send, sendFile, sendJson } from "./http.js";

const COOKIE = "chat_session";
const FILES: Record<string, [name: string, type: string]> = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/page.js": ["page.js", "text/javascript; charset=utf-8"],
  "/style.css": ["style.css", "text/css; charset=utf-8"],
};

export interface ChatAppOptions {
  broker: Partyline;
  webhook: Webhook;
  community: string;
  member: string;
  /** What the member signs in with. */
  signInKey: string;
}

export class ChatApp {
  readonly #pages = new Set<ServerResponse>();
  /** The latest events that were dealt with: a callback that was not answered in time comes again. */
  readonly #dealtWith = new Set<string>();

  constructor(private readonly options: ChatAppOptions) {
    // Proxies and browsers let go of streams in which nothing is said.
    setInterval(() => this.#pages.forEach((page) => page.write(": still here\n\n")), 20_000).unref();
  }

  async handle(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    try {
      await this.#route(request, answer);
    } catch (error) {
      const [status, detail] = explain(error);
      if (status >= 500) {
        console.error(error);
      }
      sendJson(answer, status, { detail });
    }
  }

  async #route(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://chat-app");
    const route = `${request.method} ${url.pathname}`;
    if (route === "POST /callbacks") {
      return this.#takeCallback(request, answer);
    }
    if (route === "GET /sign-in") {
      return this.#signIn(url.searchParams.get("key") ?? "", answer);
    }
    if (!isSame(cookie(request, COOKIE) ?? "", this.options.signInKey)) {
      return send(answer, 401, "text/plain; charset=utf-8", "Please open the link that the chat app printed.\n");
    }
    const file = request.method === "GET" ? FILES[url.pathname] : undefined;
    if (file) {
      return sendFile(answer, ...file);
    }
    switch (route) {
      case "GET /api/me":
        return this.#tellWho(answer);
      case "GET /api/messages":
        return this.#tellMessages(url.searchParams.get("contact") ?? "", answer);
      case "POST /api/messages":
        return this.#sendText(request, answer);
      case "GET /api/stream":
        return this.#openPage(answer);
      default:
        throw new Refusal(404, "there is nothing here");
    }
  }

  #signIn(key: string, answer: ServerResponse): void {
    if (!isSame(key, this.options.signInKey)) {
      throw new Refusal(403, "this link is not the one that the chat app printed");
    }
    redirect(answer, "/", `${COOKIE}=${key}; HttpOnly; SameSite=Lax; Path=/`);
  }

  /** The member and their contacts, by name. No real number is needed anywhere. */
  async #tellWho(answer: ServerResponse): Promise<void> {
    const { broker, community, member } = this.options;
    const path = { community, member };
    const [me, contacts] = await Promise.all([
      unwrap(broker.GET("/v1/communities/{community}/members/{member}", { params: { path } })),
      unwrap(broker.GET("/v1/communities/{community}/members/{member}/contacts", { params: { path } })),
    ]);
    const named = contacts.data.map(async ({ contact }) => {
      const of = { path: { community, member: contact } };
      const { name } = await unwrap(broker.GET("/v1/communities/{community}/members/{member}", { params: of }));
      return { id: contact, name };
    });
    sendJson(answer, 200, { id: me.id, name: me.name, contacts: await Promise.all(named) });
  }

  /** The last messages with a contact, oldest first. */
  async #tellMessages(contact: string, answer: ServerResponse): Promise<void> {
    const { broker, community, member } = this.options;
    const params = { path: { community }, query: { member, contact, limit: 50 } };
    const page = await unwrap(broker.GET("/v1/communities/{community}/messages", { params }));
    sendJson(answer, 200, page.data.reverse().map(shown));
  }

  /** Sends a text in the member's name. The page makes the key, so that its second try is not a second text. */
  async #sendText(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { broker, community, member } = this.options;
    const [to, text, key] = (await readStrings(request, ["to", "text", "key"])) as [string, string, string];
    const message = await unwrap(
      broker.POST("/v1/communities/{community}/messages", {
        params: { path: { community }, header: { "Idempotency-Key": key } },
        body: { from: member, to, text },
      }),
    );
    if (!("id" in message)) {
      throw new Error("the broker only rehearsed a text that was to be sent");
    }
    this.#tellPages("message", { ...shown(message), key });
    sendJson(answer, 200, { ...shown(message), key });
  }

  #openPage(answer: ServerResponse): void {
    openStream(answer);
    this.#pages.add(answer);
    answer.on("close", () => this.#pages.delete(answer));
  }

  /** What the broker tells: looked at only once it is certain that the broker sent it. */
  async #takeCallback(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const event = this.options.webhook.verify(await readBody(request, 1024 * 1024), request.headers);
    // Questions have no id, and come only to endpoints that want to be asked.
    if ("id" in event && !this.#dealtWith.has(event.id)) {
      this.#remember(event.id);
      this.#happened(event);
    }
    answer.writeHead(204).end();
  }

  #happened(event: PartylineEvent): void {
    const { member } = this.options;
    switch (event.type) {
      case "message.received": {
        const { message } = event.data;
        // What the member sends from here is shown already.
        const isOurs = message.to === member || (message.from === member && message.origin !== "app");
        return isOurs ? this.#tellPages("message", shown(message)) : undefined;
      }
      case "message.status": {
        const { id, from, status, reason, updated_at } = event.data.message;
        return from === member ? this.#tellPages("status", { id, status, reason, updated_at }) : undefined;
      }
      default:
        // The endpoint asks for the two above; others do no harm.
        return undefined;
    }
  }

  #remember(id: string): void {
    this.#dealtWith.add(id);
    for (const oldest of this.#dealtWith) {
      if (this.#dealtWith.size <= 10_000) {
        break;
      }
      this.#dealtWith.delete(oldest);
    }
  }

  #tellPages(event: string, data: unknown): void {
    for (const page of this.#pages) {
      page.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    }
  }
}

type Message = Extract<PartylineEvent, { type: "message.received" }>["data"]["message"];

/** What the page sees of a message. */
function shown({ id, from, to, text, status, reason, accepted_at, updated_at }: Message) {
  return { id, from, to, text, status, reason, accepted_at, updated_at };
}

function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

/** A status and a sentence for people. */
function explain(error: unknown): [status: number, detail: string] {
  if (error instanceof Refusal) {
    return [error.status, error.message];
  }
  if (error instanceof WebhookError) {
    return [401, error.message];
  }
  if (error instanceof ApiError && error.status < 500) {
    return [error.status === 401 || error.status === 403 ? 502 : error.status, error.problem.detail ?? error.message];
  }
  return [502, "the broker cannot be reached"];
}
