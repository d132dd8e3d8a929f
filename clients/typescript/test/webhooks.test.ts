import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";

import { Webhook as Official } from "standardwebhooks";

import { type PartylineAnswer, Webhook, WebhookError, type WebhookHeaders } from "../src/index.js";

const NOW_S = 1_800_000_000;
const BODY = JSON.stringify({
  id: "evt_1",
  type: "endpoint.test",
  timestamp: "2027-01-15T08:00:00.000Z",
  community: "com_1",
  data: { endpoint: "end_1", text: "Grüße 🦊\u2028" },
});

const secret = () => `whsec_${randomBytes(32).toString("base64")}`;

function signed(secrets: string[], body = BODY, atS = NOW_S): Record<string, string> {
  const signatures = secrets.map((one) => new Official(one).sign("evt_1", new Date(atS * 1000), body));
  return { "webhook-id": "evt_1", "webhook-timestamp": String(atS), "webhook-signature": signatures.join(" ") };
}

function refused(code: string, webhook: Webhook, headers: WebhookHeaders, body: string | Uint8Array = BODY): void {
  assert.throws(
    () => webhook.verify(body, headers, NOW_S),
    (error) => error instanceof WebhookError && error.code === code,
  );
}

test("what the official library signs is believed, as text and as bytes, in every form of headers", () => {
  const own = secret();
  const webhook = new Webhook(own);
  const headers = signed([own]);
  for (const form of [headers, new Headers(headers), { ...headers, "Webhook-Id": "evt_1" }]) {
    for (const body of [BODY, Buffer.from(BODY)]) {
      const event = webhook.verify(body, form, NOW_S);
      assert.ok(event.type === "endpoint.test");
      assert.deepEqual([event.id, event.data.text], ["evt_1", "Grüße 🦊\u2028"]);
    }
  }
});

test("a question and its answer are typed", () => {
  const own = secret();
  const body = JSON.stringify({ type: "message.intercept", data: { message: { text: "swear" } } });
  const question = new Webhook(own).verify(body, signed([own], body), NOW_S);
  assert.ok(question.type === "message.intercept");
  const word: PartylineAnswer<typeof question.type> = { action: "rewrite", text: `no ${question.data.message.text}` };
  assert.equal(word.text, "no swear");
});

test("the specification's own example is believed", () => {
  const headers = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  };
  new Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").verify('{"test": 2432232314}', headers, 1_614_265_330);
});

test("while secrets are rotated, any of them will do, on either side", () => {
  const [before, after, foreign] = [secret(), secret(), secret()];
  new Webhook(before).verify(BODY, signed([before, after]), NOW_S);
  new Webhook(after).verify(BODY, signed([before, after]), NOW_S);
  new Webhook([after, before]).verify(BODY, signed([before]), NOW_S);
  refused("bad_signature", new Webhook(foreign), signed([before, after]));
  refused("bad_signature", new Webhook([after, before]), signed([foreign]));
});

test("whatever is changed is noticed", () => {
  const own = secret();
  const webhook = new Webhook(own);
  const headers = signed([own]);
  const signature = headers["webhook-signature"] ?? "";
  refused("bad_signature", webhook, headers, BODY.replace("test", "rest"));
  refused("bad_signature", webhook, headers, `${BODY} `);
  refused("bad_signature", webhook, { ...headers, "webhook-id": "evt_2" });
  refused("bad_signature", webhook, { ...headers, "webhook-timestamp": String(NOW_S + 1) });
  for (const forged of [
    signature.replace("v1,", "v2,"),
    signature.replace("v1,", "v1a,"),
    signature.slice("v1,".length),
    signature.slice(0, -1),
    `${signature}=`,
    "v1,",
    "nonsense",
    "v1,🦊",
  ]) {
    refused("bad_signature", webhook, { ...headers, "webhook-signature": forged });
  }
});

test("what is older or newer than five minutes is refused", () => {
  const own = secret();
  const webhook = new Webhook(own);
  webhook.verify(BODY, signed([own], BODY, NOW_S - 300), NOW_S);
  webhook.verify(BODY, signed([own], BODY, NOW_S + 300), NOW_S);
  refused("too_old", webhook, signed([own], BODY, NOW_S - 301));
  refused("too_new", webhook, signed([own], BODY, NOW_S + 301));
  refused("too_old", new Webhook(own, { toleranceS: 10 }), signed([own], BODY, NOW_S - 11));
  // Without a time of its own, it goes by the clock.
  new Webhook(own).verify(BODY, signed([own], BODY, Math.floor(Date.now() / 1000)));
  assert.throws(() => webhook.verify(BODY, signed([own], BODY, 1)));
});

test("headers that are missing or make no sense are refused", () => {
  const own = secret();
  const webhook = new Webhook(own);
  const headers = signed([own]);
  for (const name of ["webhook-id", "webhook-timestamp", "webhook-signature"]) {
    refused("missing_header", webhook, { ...headers, [name]: undefined });
    refused("missing_header", webhook, { ...headers, [name]: "" });
  }
  for (const timestamp of ["soon", "-1", "1e9", " 1800000000", "1800000000.0", "9".repeat(400)]) {
    refused("bad_timestamp", webhook, { ...headers, "webhook-timestamp": timestamp });
  }
});

test("a signed body that is no JSON object is refused", () => {
  const own = secret();
  for (const body of ["", "nonsense", "[]", "null", "7"]) {
    refused("bad_body", new Webhook(own), signed([own], body), body);
  }
});

test("secrets that are none are refused at once", () => {
  for (const bad of ["", "whsec_", "whsec_*", "whsec_abc", "plain text"]) {
    assert.throws(() => new Webhook(bad), TypeError);
  }
  assert.throws(() => new Webhook([]), TypeError);
});
