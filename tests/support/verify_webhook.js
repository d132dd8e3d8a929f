// Checks a callback's signature with the official library: JSON on stdin, an exit status.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { Webhook } = require(path.join(process.env.PEERS_NODE_MODULES, "standardwebhooks"));

const asked = JSON.parse(fs.readFileSync(0, "utf8"));
new Webhook(asked.secret).verify(asked.body, asked.headers);
