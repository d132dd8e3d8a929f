#!/bin/sh
# A call through the broker of `make run`: CALLER's phone dials NUMBER, and the telephone network on 127.0.0.1:5070
# is a second sipp, which rings, answers and says what its display showed. PHONE_PORT and CALLER_PORT choose others.
#
#   examples/demo-call/call.sh BROKER CALLER NUMBER
#   examples/demo-call/call.sh 127.0.0.1:5060 +14155550151 +14155550101
set -eu
if [ $# -ne 3 ]; then
    sed -n 's/^#   //p' "$0" >&2
    exit 2
fi
broker=$1 caller=$2 number=$3
if ! command -v sipp >/dev/null; then
    echo "this needs sipp; Debian and Ubuntu: apt-get install sip-tester" >&2
    exit 1
fi
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
phone=
trap '[ -z "$phone" ] || kill "$phone" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"

sipp -sf "$here/phone.xml" -i 127.0.0.1 -p "${PHONE_PORT:-5070}" -m 1 -timeout 40 -nostdin \
    -trace_logs -log_file phone.log -trace_err -error_file phone.err >phone.out 2>&1 &
phone=$!
sleep 1
echo "$caller dials $number ..."
if ! sipp -sf "$here/caller.xml" -i 127.0.0.1 -p "${CALLER_PORT:-5071}" -m 1 -timeout 40 -nostdin -key caller "$caller" -s "$number" \
    -trace_logs -log_file caller.log -trace_err -error_file caller.err "$broker" >caller.out 2>&1; then
    echo "the call did not come about:" >&2
    cat caller.err phone.err 2>/dev/null >&2 || true
    exit 1
fi
wait "$phone"
phone=
cat phone.log caller.log
