import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";

import { EventStreamError, streamEvents, type StreamOptions } from "../src/index.js";

type Step = (request: IncomingMessage, answer: ServerResponse) => void;

/** A broker that does the next step at each connection, and what it was asked. */
async function broker(...steps: Step[]) {
  const asked: { url: string; lastEventId: string | undefined; authorization: string | undefined }[] = [];
  const server = createServer((request, answer) => {
    const { "last-event-id": lastEventId, authorization } = request.headers;
    asked.push({ url: request.url ?? "", lastEventId: lastEventId as string | undefined, authorization });
    (steps.shift() ?? steps.at(-1) ?? ((_, a) => a.destroy()))(request, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const waited: number[] = [];
  const sleep = async (ms: number) => void waited.push(ms);
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url, asked, waited, sleep, close };
}

const says =
  (chunks: (string | Uint8Array)[], after: "ends" | "breaks" | "stays"): Step =>
  async (_, answer) => {
    answer.writeHead(200, { "content-type": "text/event-stream" });
    for (const chunk of chunks) {
      answer.write(chunk);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    if (after === "ends") {
      answer.end();
    } else if (after === "breaks") {
      answer.destroy();
    }
  };

const refuses =
  (status: number, body: object, headers: Record<string, string> = {}): Step =>
  (_, answer) =>
    answer.writeHead(status, { "content-type": "application/problem+json", ...headers }).end(JSON.stringify(body));

const event = (n: number, text = "") =>
  `id: evt_${n}\nevent: message.received\ndata: ${JSON.stringify({ id: `evt_${n}`, text })}\n\n`;

async function take(count: number, options: StreamOptions): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of streamEvents(options)) {
    ids.push(id);
    if (ids.length === count) {
      break;
    }
  }
  return ids;
}

test("events are read over interruptions, each from where the last connection stopped", { timeout: 10_000 }, async () => {
  const fox = Buffer.from(event(2, "🦊\u2028\u0085"));
  const cut = fox.indexOf(Buffer.from("🦊")) + 2;
  const { url, asked, waited, sleep, close } = await broker(
    says([": partyline\n\n", event(1), fox.subarray(0, cut), fox.subarray(cut), "id: evt_9\ndata: {"], "ends"),
    says([event(3).replaceAll("\n", "\r\n")], "breaks"),
    (_, answer) => answer.destroy(),
    refuses(503, {}, { "retry-after": "7" }),
    says([event(4)], "stays"),
  );
  const ids = await take(4, { url, token: "pl_x", community: "com_1", types: ["message.received"], after: "evt_0", sleep });
  assert.deepEqual(ids, ["evt_1", "evt_2", "evt_3", "evt_4"]);
  assert.deepEqual(
    asked.map((one) => one.lastEventId),
    ["evt_0", "evt_2", "evt_3", "evt_3", "evt_3"],
  );
  assert.deepEqual(new Set(asked.map((one) => one.url)), new Set(["/v1/events?community=com_1&types=message.received"]));
  assert.deepEqual(new Set(asked.map((one) => one.authorization)), new Set(["Bearer pl_x"]));
  assert.equal(waited.length, 4);
  assert.equal(waited[3], 7000, "as the broker asked");
  close();
});

test("a refusal that will not pass is an error", async () => {
  const { url, sleep, close } = await broker(refuses(401, { code: "unauthorized", detail: "no such key" }));
  await assert.rejects(take(1, { url, token: "pl_x", sleep }), (error) => {
    assert.ok(error instanceof EventStreamError);
    assert.deepEqual([error.status, error.problem.code], [401, "unauthorized"]);
    return true;
  });
  close();
});

test("the signal ends the stream", { timeout: 10_000 }, async () => {
  const { url, sleep, close } = await broker(says([event(1)], "stays"));
  const stop = new AbortController();
  const ids: string[] = [];
  for await (const { id } of streamEvents({ url, token: "pl_x", sleep, signal: stop.signal })) {
    ids.push(id);
    setTimeout(() => stop.abort(), 20);
  }
  assert.deepEqual(ids, ["evt_1"]);
  close();
});
