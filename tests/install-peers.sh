#!/usr/bin/env bash
# Installs the programs that the tests talk to: PostgreSQL, Kannel, Chromium, npm `smpp`, PyPI `smpplib`, `twilio` and
# `openapi-spec-validator`, the official libraries of Standard Webhooks (npm and PyPI `standardwebhooks`), and the
# generators of the clients; npm `oidc-provider`; for voice sipp, Kamailio, tshark, and PyPI `pjsua2-python` and `sipvicious`.
# Runs as root or with sudo; quick when all is there. System packages come from Debian, the rest goes
# into target/peers and is gone after `make clean`.
set -euo pipefail
cd "$(dirname "$0")/.."

peers=${CARGO_TARGET_DIR:-target}/peers
mkdir -p "$peers"

say() { printf 'install-peers: %s\n' "$*"; }
fail() { printf 'install-peers: %s\n' "$*" >&2; exit 1; }
# Daemons lie where an ordinary user's PATH does not reach.
has() { PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" command -v "$1" >/dev/null 2>&1; }

# Two runs at once (two worktrees, say) would fight over the packages.
if has flock; then
    exec 9>"$peers/.lock"
    flock 9
fi

# --- system packages -------------------------------------------------------------------------------

wanted=()
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || wanted+=(postgresql)
{ has bearerbox && has smsbox; } || wanted+=(kannel kannel-extras)
{ has setpriv && has runuser && has flock; } || wanted+=(util-linux)
has kill || wanted+=(procps)
has curl || wanted+=(curl)
if ! has python3; then
    wanted+=(python3 python3-venv)
elif ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    wanted+=(python3-venv)
fi
has node || wanted+=(nodejs)
has npm || wanted+=(npm)
has chromium || wanted+=(chromium)
has sipp || wanted+=(sip-tester)
has kamailio || wanted+=(kamailio)
{ has tshark && has dumpcap; } || wanted+=(tshark)

if [ "${#wanted[@]}" -gt 0 ]; then
    has apt-get || fail "please install: ${wanted[*]} (named as in Debian; there is no apt-get here)"
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        has sudo || fail "please install as root: apt-get install ${wanted[*]}"
        as_root=(sudo)
    fi
    say "installing ${wanted[*]}"
    # No daemon of a fresh package shall start by itself: the tests start their own.
    apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -o DPkg::Lock::Timeout=300 -qq)
    "${apt[@]}" update </dev/null || fail "apt-get update failed: is there a package mirror?"
    "${apt[@]}" install -y --no-install-recommends "${wanted[@]}" </dev/null ||
        fail "apt-get could not install ${wanted[*]}"
fi

# --- packages for Node and Python ------------------------------------------------------------------

# up_to_date STAMP FILE...: true when nothing changed since the stamp was written.
up_to_date() { [ -f "$1" ] && [ "$(cat "$1")" = "$(cat "${@:2}" | cksum)" ]; }
stamp() { cat "${@:2}" | cksum >"$1"; }

# npm_packages FOLDER SOURCE: installs what the manifest and lock in SOURCE name.
npm_packages() {
    local into=$peers/$1 files=("$2/package.json" "$2/package-lock.json")
    if ! up_to_date "$into/.installed" "${files[@]}"; then
        say "installing npm packages into $into"
        rm -rf "$into" && mkdir -p "$into"
        cp "${files[@]}" "$into/"
        (cd "$into" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null) ||
            fail "npm could not install $2/package.json"
        stamp "$into/.installed" "${files[@]}"
    fi
}

# pip_packages FOLDER REQUIREMENTS: an environment with what REQUIREMENTS names, and no more.
pip_packages() {
    local into=$peers/$1
    if ! up_to_date "$into/.installed" "$2" || ! "$into/bin/python3" -c '' 2>/dev/null; then
        say "installing Python packages into $into"
        rm -rf "$into"
        python3 -m venv "$into" || fail "python3 cannot make a virtual environment"
        "$into/bin/python3" -m pip install --quiet --disable-pip-version-check --no-deps \
            -r "$2" </dev/null || fail "pip could not install $2"
        stamp "$into/.installed" "$2"
    fi
}

npm_packages node tests/peers
pip_packages venv tests/peers/requirements.txt
pip_packages schemathesis tests/peers/requirements-schemathesis.txt
pip_packages voice tests/peers/requirements-voice.txt

# The admin pages are built and driven by Node.js 20.19 or newer; Debian 12 has 18. npm has its binaries, too. The Makefile
# puts it before the machine's own.
is_new() { node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; }
if ! PATH="$peers/nodejs/bin:$PATH" is_new; then
    npm_packages nodejs tests/peers/nodejs
    found=$(compgen -G "$peers/nodejs/node_modules/node-linux-*/bin/node") ||
        fail "Node.js 20.19 or newer is needed; Debian's is older, and npm has none for $(uname -m): please install one"
    mkdir -p "$peers/nodejs/bin"
    ln -sf "$(realpath "$found")" "$peers/nodejs/bin/node"
fi

# What generates and tests the clients, and drives the example's page.
npm_packages typescript clients/typescript
npm_packages browser tests/peers/browser
# The provider at which people sign in.
npm_packages oidc tests/peers/oidc
pip_packages python clients/python/requirements.txt

# Beside the environment `venv`, not in it: what is there stays as it is.
webhooks=tests/peers/requirements-webhooks.txt
if ! up_to_date "$peers/webhooks/.installed" "$webhooks"; then
    say "installing Python packages into $peers/webhooks"
    rm -rf "$peers/webhooks"
    "$peers/venv/bin/python3" -m pip install --quiet --disable-pip-version-check --no-deps \
        --target "$peers/webhooks" -r "$webhooks" </dev/null || fail "pip could not install $webhooks"
    stamp "$peers/webhooks/.installed" "$webhooks"
fi

say "all peers are here"
