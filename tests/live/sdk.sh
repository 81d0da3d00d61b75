#!/usr/bin/env bash
# liblivekit-api against a real livekit-server, upstream's own mock of its API,
# and the official Node SDK.  Starts both servers by itself, on loopback, with
# keys of its own, and ends them.
# sdk.sh [BUILD-FOLDER]; LIVEKIT_SERVER, LIVEKIT_TEST_SERVER: the programs;
# SDK_PORT (27880), SDK_UDP_PORT (27882), SDK_MOCK_PORT (27990, and two more).
set -u
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
build=$(cd "${1:-$top/build}" && pwd -P) || exit 1
port=${SDK_PORT:-27880} udp=${SDK_UDP_PORT:-27882} mock=${SDK_MOCK_PORT:-27990}
T=$(mktemp -d) || exit 1
pids=() failed=0

# shellcheck disable=SC2317
finish() {
	local pid
	for pid in ${pids[@]+"${pids[@]}"}; do
		kill -KILL "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	rm -rf "$T"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

program() {	# program GIVEN NAME...: the first that there is
	local name
	[ -z "$1" ] || { echo "$1"; return; }
	shift
	for name; do
		command -v "$name" 2>/dev/null && return
		[ -x "$top/.local/bin/$name" ] &&
		    echo "$top/.local/bin/$name" && return
	done
	return 1
}

random() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

answers() {	# answers PORT: within ten seconds
	local i
	for ((i = 0; i < 100; i++)); do
		curl -fs --noproxy '*' -o "$T/health" "http://127.0.0.1:$1/" && return
		sleep 0.1
	done
	return 1
}

give_up() {	# give_up SENTENCE [LOG]
	[ $# -lt 2 ] || sed 's/^/# /' "$2" | tail -n 15
	echo "not ok $1"
	exit 1
}

part() {	# part NAME COMMAND...: its lines are passed on
	local name=$1 status=0
	shift
	"$@" 2>&1 || status=$?
	[ $status = 0 ] || failed=1
	[ $status -le 1 ] || echo "not ok $name ends with status 0, not $status"
}

# The manual's example, built as its first lines say, prints a token.
# shellcheck disable=SC2317
installed() {
	local flags
	make -C "$build" --no-print-directory DESTDIR="$T/root" \
	    install-libLIBRARIES install-includeHEADERS \
	    install-pkgconfigDATA tests/unit/livekit_example.c \
	    >"$T/install" 2>&1 ||
	    give_up "the library installs" "$T/install"
	PKG_CONFIG_PATH=$(dirname "$(find "$T/root" -name livekit-api.pc)")
	export PKG_CONFIG_PATH
	flags=$(pkg-config --define-variable=prefix="$T/root$(
	    pkg-config --variable=prefix livekit-api)" \
	    --cflags --libs livekit-api) || return
	# shellcheck disable=SC2086
	cc -o "$T/example" "$build/tests/unit/livekit_example.c" $flags ||
	    give_up "pkg-config's flags link a program"
	echo "ok pkg-config's flags link a program"
	"$T/example" >"$T/token" || give_up "the manual's example runs"
	grep -q '^eyJ.*[.].*[.]' "$T/token" ||
	    give_up "the manual's example prints a token" "$T/token"
	echo "ok the manual's example prints a token"
}

make -C "$build" --no-print-directory tests/live/livekit_real \
    tests/live/livekit_mock tests/live/livekit_mint tests/live/livekit_hook \
    >"$T/make" 2>&1 || give_up "the programs compile" "$T/make"
server=$(program "${LIVEKIT_SERVER:-}" livekit-server) ||
    give_up "livekit-server is there"
double=$(program "${LIVEKIT_TEST_SERVER:-}" livekit-test-server test-server) ||
    give_up "livekit-test-server is there"

export LIVEKIT_API_KEY LIVEKIT_API_SECRET LIVEKIT_URL
LIVEKIT_API_KEY=API$(random 6) LIVEKIT_API_SECRET=$(random 24)
(umask 077 && cat >"$T/livekit.yaml" <<END
port: $port
bind_addresses: ["127.0.0.1"]
keys: { $LIVEKIT_API_KEY: "$LIVEKIT_API_SECRET" }
rtc:
  udp_port: $udp
  tcp_port: 0
  use_external_ip: false
  node_ip: 127.0.0.1
  enable_loopback_candidate: true
  ips: { includes: ["127.0.0.1/32"] }
room: { auto_create: false }
logging: { level: warn, pion_level: error }
END
)
"$server" --config "$T/livekit.yaml" >"$T/server" 2>&1 &
pids+=($!)
LK_TEST_SERVER_API_SECRET=$LIVEKIT_API_SECRET "$double" --bind 127.0.0.1 \
    --ports "$mock,$((mock + 1)),$((mock + 2))" >"$T/mock" 2>&1 &
pids+=($!)
answers "$port" || give_up "livekit-server answers" "$T/server"
answers "$mock" || give_up "upstream's mock answers" "$T/mock"

LIVEKIT_URL=ws://127.0.0.1:$port
part real "$build/tests/live/livekit_real"
part installed installed
LIVEKIT_URL=ws://127.0.0.1:$mock
part mock "$build/tests/live/livekit_mock"
if [ ! -d "$top/tests/live/node_modules/livekit-server-sdk" ]; then
	(cd "$top/tests/live" && npm ci --no-audit \
	    --no-fund --ignore-scripts) >"$T/npm" 2>&1 ||
	    give_up "the official SDK installs" "$T/npm"
fi
part node node "$top/tests/live/node_sdk.mjs" "$build/tests/live"
exit $failed
