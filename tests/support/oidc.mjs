// A provider of OpenID Connect made with npm `oidc-provider`. Commands come in on stdin, one JSON object a line:
// {"id": 1, "cmd": "account", ...}; each is answered on stdout by {"id": 1, "value": ...} or {"id": 1, "error": "..."}.
// Ends with its stdin. Its page asks for a name and nothing else: whoever has an account signs in by it.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { PEERS_NODE_MODULES } = process.env;
// What it has to say to people goes where it does not disturb the answers.
console.log = console.info = console.warn = console.error;
const { default: Provider } = await import(pathToFileURL(`${PEERS_NODE_MODULES}/oidc-provider/lib/index.js`));

const { port, clients, in_token } = JSON.parse(process.argv[2]);
const issuer = `http://localhost:${port}`;
const accounts = new Map();

function key() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: randomBytes(8).toString("hex") };
}

function make() {
  const made = new Provider(issuer, {
    clients,
    jwks: { keys: [key()] },
    cookies: { keys: [randomBytes(16).toString("hex")] },
    pkce: { required: () => true, methods: ["S256"] },
    claims: {
      openid: ["sub"],
      email: ["email", "email_verified"],
      profile: ["name", "preferred_username"],
      groups: ["groups"],
    },
    // By default claims are told at the other door alone, as the specification has it.
    conformIdTokenClaims: !in_token,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    findAccount: (_, sub) =>
      accounts.has(sub) ? { accountId: sub, claims: () => ({ sub, ...accounts.get(sub) }) } : undefined,
    // What the client asks for is granted: people only sign in.
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client.clientId,
        accountId: ctx.oidc.session.accountId,
      });
      grant.addOIDCScope("openid email profile groups");
      await grant.save();
      return grant;
    },
  });
  made.on("server_error", (_, error) => console.error(error));
  made.on("authorization.error", (_, error) => console.error(error.message, error.error_description));
  made.on("grant.error", (_, error) => console.error(error.message, error.error_description, error.error_detail));
  return made;
}

let provider = make();

async function body(request) {
  let text = "";
  for await (const piece of request) text += piece;
  return new URLSearchParams(text);
}

const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Provider</title>
<form method="post"><label>Who are you? <input name="login"></label> <button>Sign in</button>
<button name="deny" value="1">No</button></form></html>`;

async function interact(request, response) {
  if (request.method !== "POST") {
    await provider.interactionDetails(request, response);
    response.setHeader("content-type", "text/html; charset=utf-8");
    return response.end(page);
  }
  const given = await body(request);
  const result = given.get("deny")
    ? { error: "access_denied", error_description: "<b>they said no</b>" }
    : { login: { accountId: given.get("login") } };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

const server = createServer((request, response) => {
  if (!request.url.startsWith("/interaction/")) return provider.callback()(request, response);
  return interact(request, response).catch((error) => {
    console.error(error);
    response.statusCode = 500;
    response.end(String(error));
  });
});

const commands = {
  // What is known of somebody from now on.
  account: ({ sub, claims }) => void accounts.set(sub, claims),
  // Another key, and none of before.
  rotate: () => void (provider = make()),
  close: () => new Promise((done) => (server.closeAllConnections(), server.close(() => done(null)))),
  listen: () => new Promise((done) => server.listen(port, "127.0.0.1", () => done(null))),
};

const answer = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const input = createInterface({ input: process.stdin });
input.on("line", async (line) => {
  const { id, cmd, ...given } = JSON.parse(line);
  try {
    answer({ id, value: (await commands[cmd](given)) ?? null });
  } catch (error) {
    answer({ id, error: String(error) });
  }
});
input.on("close", () => process.exit(0));
