// Drives the example's page in Chromium, and plays Ben's virtual phone. Settings come from the environment; the exit
// status says how it went. With SCREENSHOTS, a folder, it takes pictures.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const { LINK, API, TOKEN, PHONE, SEES, PROFILE, CHROMIUM, PEERS_NODE_MODULES, SCREENSHOTS } = process.env;
const { chromium } = createRequire(`${PEERS_NODE_MODULES}/`)("playwright-core");

const inbox = `${API}/v1/loopback/phones/${encodeURIComponent(PHONE)}/texts`;
const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
const received = async () => (await (await fetch(inbox, { headers })).json()).data;
const answers = async (text) => {
  const answer = await fetch(inbox, { method: "POST", headers, body: JSON.stringify({ to: SEES, text }) });
  assert.equal((await answer.json()).verdict, "bridged");
};
async function until(what, ask) {
  for (const end = Date.now() + 15_000; Date.now() < end; ) {
    const found = await ask();
    if (found) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain: ${what}`);
}

const context = await chromium.launchPersistentContext(PROFILE, {
  executablePath: CHROMIUM,
  headless: true,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
  viewport: { width: 1000, height: 640 },
  locale: "en-GB",
});
try {
  const page = context.pages()[0] ?? (await context.newPage());
  const { origin } = new URL(LINK);
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (line) => ["error", "warning"].includes(line.type()) && wrong.push(line.text()));
  page.on("request", (request) => request.url().startsWith(`${origin}/`) || wrong.push(request.url()));

  // Without the link there is nothing; with it, Ada's contacts are there.
  assert.equal((await fetch(`${origin}/api/me`)).status, 401);
  assert.equal((await fetch(`${origin}/sign-in?key=guessed`, { redirect: "manual" })).status, 403);
  await page.goto(LINK);
  assert.equal(page.url(), `${origin}/`);
  await page.getByText("Connected").waitFor();
  assert.equal(await page.getByRole("navigation").getByRole("button").count(), 2);
  await page.getByRole("button", { name: "Ben" }).click();
  await page.getByRole("heading", { name: "Ben" }).waitFor();

  // A text goes to Ben's phone, from the number that is Ada there.
  const text = page.getByRole("textbox", { name: "Text to Ben" });
  await text.fill("Rowing at six? 🚣");
  await page.getByRole("button", { name: "Send" }).click();
  const [first] = await until("the text on Ben's phone", async () => ((await received()).length > 0 ? received() : null));
  assert.deepEqual([first.from, first.text], [SEES, "Rowing at six? 🚣"]);
  const log = page.getByRole("log");
  await log.getByText("✓ Delivered").waitFor();

  // Ben answers; nothing that he wrote is read as markup.
  await answers("See you there <b>&amp; early</b>");
  const reply = log.getByRole("listitem").filter({ hasText: "See you there <b>&amp; early</b>" });
  await reply.waitFor();
  assert.ok(!(await reply.getAttribute("class"))?.includes("mine"));

  // Enter sends, too; the log stays in order, and there is nothing twice.
  await text.fill("Great.\nBring the oars");
  await text.press("Enter");
  await until("two texts on Ben's phone", async () => (await received()).length === 2);
  await until("two texts delivered", async () => (await log.getByText("✓ Delivered").count()) === 2);
  const said = ["Rowing at six? 🚣", "See you there <b>&amp; early</b>", "Great.\nBring the oars"];
  assert.deepEqual(await log.locator(".text").allInnerTexts(), said);

  // What arrives for somebody else is counted beside their name, and everything is there after a reload.
  await page.getByRole("button", { name: "Chloe" }).click();
  await page.getByRole("heading", { name: "Chloe" }).waitFor();
  await answers("Of course");
  await page.getByRole("button", { name: "Ben 1 new" }).waitFor();
  await page.reload();
  await page.getByRole("button", { name: "Ben" }).click();
  await log.getByText("Of course").waitFor();
  assert.deepEqual(await log.locator(".text").allInnerTexts(), [...said, "Of course"]);
  assert.equal(await log.getByText("✓ Delivered").count(), 2);

  // Neither a forged callback nor Ben's real number gets onto the page.
  const forged = await fetch(`${origin}/callbacks`, {
    method: "POST",
    headers: {
      "webhook-id": "evt_1",
      "webhook-timestamp": String(Math.floor(Date.now() / 1000)),
      "webhook-signature": `v1,${Buffer.alloc(32).toString("base64")}`,
    },
    body: JSON.stringify({ id: "evt_1", type: "message.received", data: { message: { to: "mem_1", text: "forged" } } }),
  });
  assert.equal(forged.status, 401);
  const everything = await page.evaluate(async () => {
    const contact = (await (await fetch("/api/me")).json()).contacts.find(({ name }) => name === "Ben").id;
    const paths = ["/api/me", `/api/messages?contact=${contact}`];
    const answers = paths.map(async (path) => (await fetch(path)).text());
    return [document.documentElement.outerHTML, ...(await Promise.all(answers))].join("\n");
  });
  assert.ok(everything.includes("Of course"));
  assert.ok(!everything.includes(PHONE.slice(1)) && !everything.includes("forged"));

  // A lost request can be made again, a lost answer does no harm, and neither makes a second text.
  const posts = (url) => url.pathname === "/api/messages" && !url.search;
  await page.route(posts, (route) => route.abort(), { times: 1 });
  await text.fill("Lost");
  await text.press("Enter");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.route(posts, async (route) => (await route.fetch(), await route.abort()), { times: 1 });
  await text.fill("Unanswered");
  await text.press("Enter");
  await until("four texts delivered", async () => (await log.getByText("✓ Delivered").count()) === 4);
  assert.deepEqual((await received()).slice(2).map((one) => one.text), ["Lost", "Unanswered"]);
  assert.equal(await page.getByRole("button", { name: "Try again" }).count(), 0);

  // Nothing is cut off on a phone.
  for (const [name, width, height] of [
    ["wide", 1000, 640],
    ["narrow", 360, 640],
  ]) {
    await page.setViewportSize({ width, height });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${name}: ${overflow} px too wide`);
    for (const colorScheme of SCREENSHOTS ? ["light", "dark"] : []) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${SCREENSHOTS}/${name}-${colorScheme}.png` });
    }
  }

  // What the broker refuses is said in its words.
  await text.fill("x".repeat(1999));
  await text.press("Enter");
  await log.getByText("Not sent: a text has 1 to 1600 characters").waitFor();
  const failed = "Failed to load resource: ";
  assert.deepEqual(wrong.filter((line) => !line.startsWith(failed)), []);
  assert.equal(wrong.length, 3, "two requests were cut off and one refused");
} finally {
  await context.close();
}
