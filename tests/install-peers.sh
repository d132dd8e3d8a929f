#!/usr/bin/env bash
# Installs the programs that the tests talk to: PostgreSQL, Kannel, npm `smpp`, PyPI `smpplib`, PyPI `twilio`, the
# official libraries of Standard Webhooks (npm and PyPI `standardwebhooks`), and PyPI `openapi-spec-validator`.
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

node_files=(tests/peers/package.json tests/peers/package-lock.json)
if ! up_to_date "$peers/node/.installed" "${node_files[@]}"; then
    say "installing npm packages into $peers/node"
    rm -rf "$peers/node" && mkdir -p "$peers/node"
    cp "${node_files[@]}" "$peers/node/"
    (cd "$peers/node" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null) ||
        fail "npm could not install tests/peers/package.json"
    stamp "$peers/node/.installed" "${node_files[@]}"
fi

requirements=tests/peers/requirements.txt
if ! up_to_date "$peers/venv/.installed" "$requirements" || ! "$peers/venv/bin/python3" -c '' 2>/dev/null; then
    say "installing Python packages into $peers/venv"
    rm -rf "$peers/venv"
    python3 -m venv "$peers/venv" || fail "python3 cannot make a virtual environment"
    "$peers/venv/bin/python3" -m pip install --quiet --disable-pip-version-check --no-deps \
        -r "$requirements" </dev/null || fail "pip could not install $requirements"
    stamp "$peers/venv/.installed" "$requirements"
fi

# Beside that environment, not in it: what is there stays as it is.
webhooks=tests/peers/requirements-webhooks.txt
if ! up_to_date "$peers/webhooks/.installed" "$webhooks"; then
    say "installing Python packages into $peers/webhooks"
    rm -rf "$peers/webhooks"
    "$peers/venv/bin/python3" -m pip install --quiet --disable-pip-version-check --no-deps \
        --target "$peers/webhooks" -r "$webhooks" </dev/null || fail "pip could not install $webhooks"
    stamp "$peers/webhooks/.installed" "$webhooks"
fi

say "all peers are here"
