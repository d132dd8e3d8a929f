/** Starts the chat app; its settings come from the environment, as `setup.ts` wrote them. */

import { createServer } from "node:http";

import { connect, Webhook } from "partyline-client";

import { ChatApp } from "./app.js";

function setting(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(`the environment variable ${name} is missing; see README.md`);
  }
  return value;
}

const app = new ChatApp({
  broker: connect({ url: setting("PARTYLINE_URL"), token: setting("PARTYLINE_TOKEN") }),
  // Several, divided by spaces, while a secret is rotated.
  webhook: new Webhook(setting("PARTYLINE_WEBHOOK_SECRETS").split(" ")),
  community: setting("PARTYLINE_COMMUNITY"),
  member: setting("PARTYLINE_MEMBER"),
  signInKey: setting("SIGN_IN_KEY"),
});

const server = createServer((request, answer) => void app.handle(request, answer));
server.listen(Number(setting("PORT")), "127.0.0.1", () => console.log("the chat app is listening"));

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}
