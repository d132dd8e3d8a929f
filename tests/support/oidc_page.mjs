// Signs in at the provider in Chromium, as a person does. Settings come from the environment; the exit status says how it
// went. With SCREENSHOTS, a folder, it takes pictures.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const { ADMIN, PROFILE, CHROMIUM, PEERS_NODE_MODULES, SCREENSHOTS } = process.env;
const { chromium } = createRequire(`${PEERS_NODE_MODULES}/`)("playwright-core");

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
  viewport: { width: 390, height: 844 },
  locale: "en-GB",
});
context.setDefaultTimeout(30_000);
try {
  const page = context.pages()[0] ?? (await context.newPage());
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  // Nobody is signed in at first: the page asks, and is told so.
  const told = (line) => /status of 401/.test(line.text());
  // What the provider's page lacks is its own matter.
  const isOurs = (line) => line.location().url.startsWith(new URL(ADMIN).origin);
  page.on("console", (line) => {
    if (line.type() === "error" && isOurs(line) && !told(line)) {
      wrong.push(`${line.location().url}: ${line.text()}`);
    }
  });
  const picture = async (name) => {
    if (SCREENSHOTS) {
      await page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, fullPage: true });
    }
  };
  const signIn = async (login) => {
    await page.getByRole("link", { name: "Sign in with Example" }).click();
    await page.getByLabel("Who are you?").fill(login);
    await page.getByRole("button", { name: "Sign in" }).click();
  };

  // From a page in the middle, there and back.
  await page.goto(`${ADMIN}#/audit`);
  await page.getByRole("link", { name: "Sign in with Example" }).waitFor();
  await picture("sign-in");
  await signIn("eve");
  await page.getByRole("alert").getByText("You may not enter here yet.").waitFor();
  await picture("sign-in-refused");
  const { host } = new URL(ADMIN);
  assert.equal(new URL(page.url()).host, host);
  // Being somebody else begins with nobody.
  await context.clearCookies();

  await page.goto(`${ADMIN}#/settings`);
  await signIn("ann");
  await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
  assert.equal(page.url(), `${ADMIN}#/settings`, "back where they were");
  await page.getByRole("main").getByText("ann@example.org").first().waitFor();

  // The session lives on in a new tab, whose start is the overview.
  await page.goto("about:blank");
  await page.goto(ADMIN);
  await page.waitForURL(/\/admin\/#\/c\/com_/);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await picture("overview");
  const cookies = await context.cookies(ADMIN);
  const session = cookies.find(({ name }) => name === "partyline_session");
  assert.deepEqual([session.sameSite, session.httpOnly], ["Strict", true]);
  assert.ok(!cookies.some(({ name }) => name === "partyline_oidc"), "nothing is left of the try");
  assert.deepEqual(wrong, []);
} finally {
  await context.close();
}
