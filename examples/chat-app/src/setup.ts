/**
 * Makes what the chat app needs, with an admin's key: a community with a pool, Ada, two contacts with phones, a key
 * for the app, its callback endpoint, and the app as Ada's device. Prints the app's settings, one to a line.
 *
 * An app of your own does these steps once, by hand or in its own sign-up.
 */

import { connect, unwrap } from "partyline-client";

const { PARTYLINE_URL: url, ADMIN_TOKEN, CALLBACK_URL } = process.env;
if (!url || !ADMIN_TOKEN || !CALLBACK_URL) {
  throw new Error("give PARTYLINE_URL, ADMIN_TOKEN and CALLBACK_URL");
}
const admin = connect({ url, token: ADMIN_TOKEN });

// A community with three numbers that its members share. Their carrier is the built-in one with virtual phones.
const { id: community } = await unwrap(admin.POST("/v1/communities", { body: { name: "Rowing club" } }));
const path = { community };
const inCommunity = { params: { path } };
const { id: pool } = await unwrap(
  admin.POST("/v1/communities/{community}/pools", { ...inCommunity, body: { name: "main" } }),
);
for (const number of ["+14155550101", "+14155550102", "+14155550103"]) {
  const body = { pool, number, carrier: "loopback" };
  await unwrap(admin.POST("/v1/communities/{community}/numbers", { ...inCommunity, body }));
}

// The app has a key of its own, which opens this community only.
const { token } = await unwrap(
  admin.POST("/v1/keys", { body: { name: "chat app", scope: "app", community, app: "chat-app" } }),
);
const app = connect({ url, token });

// Where the broker tells the app what happens, and the secret with which it signs.
const { id: endpoint, secret } = await unwrap(
  app.POST("/v1/communities/{community}/callback_endpoints", {
    ...inCommunity,
    body: { url: CALLBACK_URL, description: "chat app", events: ["message.received", "message.status"] },
  }),
);

// Ada has no phone: she reads in the app. Ben and Chloe have nothing but a phone.
const { id: member } = await unwrap(
  admin.POST("/v1/communities/{community}/members", { ...inCommunity, body: { name: "Ada" } }),
);
const ofAda = { params: { path: { community, member } } };
await unwrap(
  app.POST("/v1/communities/{community}/members/{member}/devices", {
    ...ofAda,
    body: { kind: "app", endpoint, texts_to: "app" },
  }),
);
for (const [name, phone, variable] of [
  ["Ben", "+14155550152", "BEN"],
  ["Chloe", "+14155550153", "CHLOE"],
] as const) {
  const { id } = await unwrap(
    admin.POST("/v1/communities/{community}/members", { ...inCommunity, body: { name, phone, guest: true } }),
  );
  // Both directions get a number. `mirror_number` is Ada, on that contact's phone.
  const { mirror_number } = await unwrap(
    app.POST("/v1/communities/{community}/members/{member}/contacts", { ...ofAda, body: { contact: id } }),
  );
  console.log(`${variable}_PHONE=${phone}\n${variable}_SEES=${mirror_number}`);
}

console.log(`PARTYLINE_TOKEN=${token}
PARTYLINE_COMMUNITY=${community}
PARTYLINE_MEMBER=${member}
PARTYLINE_WEBHOOK_SECRETS=${secret}`);
