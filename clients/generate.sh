#!/usr/bin/env bash
# Writes the generated parts of the clients anew from openapi.json, with the pinned generators that
# tests/install-peers.sh installs. With --check it changes nothing and fails where they differ.
set -euo pipefail
cd "$(dirname "$0")/.."

peers=$PWD/${CARGO_TARGET_DIR:-target}/peers
case ${CARGO_TARGET_DIR:-} in /*) peers=$CARGO_TARGET_DIR/peers ;; esac
typescript=$peers/typescript/node_modules/.bin/openapi-typescript
python=$peers/python/bin/openapi-python-client
for tool in "$typescript" "$python"; do
    [ -x "$tool" ] || { echo "generate: $tool is missing: run tests/install-peers.sh" >&2; exit 1; }
done

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

"$typescript" openapi.json --output "$fresh/schema.ts" >"$fresh/log" 2>&1 || { cat "$fresh/log" >&2; exit 1; }
# The generator calls ruff, which lies beside it.
PATH="${python%/*}:$PATH" "$python" generate --path openapi.json --meta none --config clients/python/generator.yaml \
    --output-path "$fresh/rest" --fail-on-warning >"$fresh/log" 2>&1 || { cat "$fresh/log" >&2; exit 1; }
rm -rf "$fresh/rest/.ruff_cache"

if [ "${1:-}" = --check ]; then
    same=yes
    diff -u clients/typescript/src/schema.ts "$fresh/schema.ts" >&2 || same=no
    diff -ru --exclude=__pycache__ clients/python/partyline_client/rest "$fresh/rest" >&2 || same=no
    [ "$same" = yes ] || { echo "generate: the clients are not those of openapi.json: run make clients" >&2; exit 1; }
    echo "generate: the clients are those of openapi.json"
else
    cp "$fresh/schema.ts" clients/typescript/src/schema.ts
    rm -rf clients/python/partyline_client/rest
    cp -r "$fresh/rest" clients/python/partyline_client/rest
    echo "generate: wrote clients/typescript/src/schema.ts and clients/python/partyline_client/rest"
fi
