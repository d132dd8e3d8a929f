#!/usr/bin/env bash
# Starts a broker with virtual phones, makes a small community on it, and starts the chat app. Everything lies in a
# temporary folder and is gone after Ctrl-C.
#
# PARTYLINE: the broker's binary (built if not given). PORT, BROKER_PORT: where to listen.
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
PORT=${PORT:-8090}
BROKER_PORT=${BROKER_PORT:-8080}
export PORT PARTYLINE_URL=http://127.0.0.1:$BROKER_PORT

fail() { printf 'chat-app: %s\n' "$*" >&2; exit 1; }
for program in node npm curl setsid; do
    command -v "$program" >/dev/null || fail "please install $program"
done

# --- build -----------------------------------------------------------------------------------------

if [ -z "${PARTYLINE:-}" ]; then
    (cd "$root" && cargo build --release --locked)
    PARTYLINE=$root/target/release/partyline
fi
build() {
    cd "$1"
    node -e 'require.resolve("typescript/package.json")' 2>/dev/null ||
        npm ci --no-audit --no-fund --loglevel=error </dev/null
    npm run --silent build
}
(build "$root/clients/typescript")
(build .)

# --- start -----------------------------------------------------------------------------------------

folder=$(mktemp -d)
children=()
stop() {
    trap '' INT TERM
    [ "${#children[@]}" -eq 0 ] || kill "${children[@]}" 2>/dev/null || true
    wait
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 0' INT TERM

# The broker calls the app back on this machine, which it would refuse unless told that it may.
cat >"$folder/partyline.toml" <<END
[http]
listen = "127.0.0.1:$BROKER_PORT"
[sip]
listen = ""
[smpp]
listen = ""
[database]
url = "sqlite:$folder/partyline.db"
[loopback]
enabled = true
[callbacks]
allowed_hosts = ["127.0.0.1"]
[log]
filter = "warn"
END
# In a session of its own: Ctrl-C reaches it through `stop`, once.
setsid "$PARTYLINE" --config "$folder/partyline.toml" serve >&2 &
children+=($!)
for try in $(seq 150); do
    curl -fsS -o /dev/null "$PARTYLINE_URL/readyz" 2>/dev/null && break
    kill -0 "${children[0]}" 2>/dev/null || fail "the broker did not start: is port $BROKER_PORT free?"
    [ "$try" -lt 150 ] || fail "the broker is not ready"
    sleep 0.2
done

ADMIN_TOKEN=$("$PARTYLINE" --config "$folder/partyline.toml" key create --scope admin --name chat-app --json |
    grep -o 'pl_[a-z0-9]*')
settings=$(ADMIN_TOKEN=$ADMIN_TOKEN CALLBACK_URL=http://127.0.0.1:$PORT/callbacks npm run --silent setup)
while read -r line; do
    export "${line?}"
done <<<"$settings"
SIGN_IN_KEY=$(node -p 'crypto.randomBytes(24).toString("base64url")')
export SIGN_IN_KEY

setsid node dist/main.js >"$folder/app.log" &
children+=($!)
until grep -q listening "$folder/app.log"; do
    kill -0 "${children[1]}" 2>/dev/null || fail "the chat app did not start: is port $PORT free?"
    sleep 0.1
done

phone=$PARTYLINE_URL/v1/loopback/phones/$BEN_PHONE/texts
cat <<END

The chat app is up. This is Ada's page:

  http://127.0.0.1:$PORT/sign-in?key=$SIGN_IN_KEY

Ben has a virtual phone; on it, Ada is $BEN_SEES. In another terminal:

# Ben answers:
curl -sS $phone -H 'Authorization: Bearer $ADMIN_TOKEN' \\
  -H 'Content-Type: application/json' -d '{"to": "$BEN_SEES", "text": "See you there"}'; echo
# What Ben's phone received:
curl -sS $phone -H 'Authorization: Bearer $ADMIN_TOKEN'; echo

Ctrl-C stops everything.
END
# A broker or an app that ends by itself ends the other.
wait -n "${children[@]}"
