#!/bin/sh
# A call into the broker of `make run` by a real SIP program: sipp is CALLER's phone and dials NUMBER. Who is called has a
# virtual phone: answer it in the phone simulator, or tell it to answer by itself, as the demo's next step does.
# CALLER_PORT chooses another port for sipp.
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
trap 'rm -rf "$work"' EXIT
cd "$work"

echo "$caller dials $number ..."
if ! sipp -sf "$here/caller.xml" -i 127.0.0.1 -p "${CALLER_PORT:-5071}" -m 1 -timeout 60 -nostdin -key caller "$caller" -s "$number" \
    -trace_logs -log_file caller.log -trace_err -error_file caller.err "$broker" >caller.out 2>&1; then
    echo "the call did not come about:" >&2
    cat caller.err 2>/dev/null >&2 || true
    exit 1
fi
cat caller.log
