#!/usr/bin/env bash
# ./quickstart itself, beside the one that runs already: second starts, files
# of the right mode, ports in use, two in one folder, and an end that leaves
# nothing behind.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
T=$(mktemp -d) || exit 1
one='' failed=0
trap '[ -z "$one" ] || { kill "$one"; wait "$one"; } 2>/dev/null; rm -rf "$T"' EXIT
trap 'exit 143' INT TERM HUP
for name in $(compgen -e | grep -E '^(STAGEDOOR|LIVEKIT)_(URL|CONF|BIN|API|VAR)'); do
	unset "$name"
done
export STAGEDOOR_VAR="$T/a folder/var" PORT=$((21000 + RANDOM % 4000))
export LIVEKIT_PORT=$((PORT + 4000)) LIVEKIT_UDP_PORT=$((PORT + 8000))
mkdir -p "$T/a folder"
env_file=$STAGEDOOR_VAR/quickstart.env

check() {	# check SENTENCE COMMAND...
	local name=$1
	shift
	if "$@" >"$T/said" 2>&1; then
		echo "ok $name"
	else
		sed 's/^/# /' "$T/said"
		echo "not ok $name"
		failed=1
	fi
}

start() {
	local i
	rm -f "$T/out"
	# A group of its own, in which Ctrl-C is not ignored.
	python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.setsid()
os.execv(sys.argv[1], sys.argv[1:])' "$top/quickstart" >"$T/out" 2>&1 </dev/null &
	one=$!
	for ((i = 0; i < 600; i++)); do
		grep -q '^Ctrl-C' "$T/out" && return 0
		kill -0 $one 2>/dev/null || break
		sleep 0.1
	done
	cat "$T/out"
	return 1
}

# Ours are the processes that live in the folder, and quickstart itself.
left() {
	local p
	for p in /proc/[0-9]*; do
		case $(readlink "$p/cwd") in
		"$STAGEDOOR_VAR"*) tr '\0' ' ' <"$p/cmdline"; echo ;;
		esac
	done 2>/dev/null
}
nothing_left() {
	left
	[ -z "$(left)" ]
}
stop() {	# stop SIGNAL
	kill "-$1" "$one"
	wait "$one"
	status=$?
	one=
}
mode() { [ "$(stat -c %a "$1")" = "$2" ] || { stat -c '%a %n' "$1"; false; }; }
answers() {
	[ "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$PORT$1")" = "$2" ]
}
fails_with() {	# fails_with TEXT [VARIABLE=VALUE...]
	local text=$1
	shift
	! env "$@" "$top/quickstart" >"$T/second" 2>&1 </dev/null || return 1
	cat "$T/second"
	grep -qF "$text" "$T/second"
}
login() {
	curl -s "$STAGEDOOR_URL/api/auth/login" -H 'Content-Type: application/json' \
	    -d "{\"username\":\"$DEMO_USER\",\"password\":\"$DEMO_PASSWORD\"}" |
	    grep '"token":"'
}

check "a first start, in a folder with a space in its name" start
[ $failed = 0 ] || exit 1
. "$env_file"
for name in STAGEDOOR_URL STAGEDOOR_CONF STAGEDOOR_BIN DEMO_USER DEMO_PASSWORD \
    LIVEKIT_URL LIVEKIT_API_KEY LIVEKIT_API_SECRET; do
	check "quickstart.env has $name" [ -n "${!name:-}" ]
done
check "the folder is its owner's alone" mode "$STAGEDOOR_VAR" 700
for f in stagedoor.conf quickstart.env livekit.yaml demo.password; do
	check "$f is its owner's alone" mode "$STAGEDOOR_VAR/$f" 600
done
check "the page is at /" answers / 200
check "the programs answer" answers /readyz 200
check "a path that nobody has under /api is a problem document" \
    answers /api/nothing 404
check "files that begin with a dot are not served" answers /.htaccess 403
check "the demo login works" login
check "a second one in the same folder is refused" \
    fails_with "Another quickstart is running"
check "a busy port is refused by the name of its variable" \
    fails_with "PORT=" STAGEDOOR_VAR="$T/other"
check "a busy LiveKit port is refused by the name of its variable" \
    fails_with "LIVEKIT_PORT=" STAGEDOOR_VAR="$T/other" PORT=$((PORT + 1))
check "a busy media port is refused by the name of its variable" \
    fails_with "LIVEKIT_UDP_PORT=" STAGEDOOR_VAR="$T/other" \
    PORT=$((PORT + 1)) LIVEKIT_PORT=$((LIVEKIT_PORT + 1))
check "a port that is none is refused" fails_with "PORT=http is not a port" \
    STAGEDOOR_VAR="$T/other" PORT=http
check "half of a LiveKit server is refused" fails_with "LIVEKIT_API_KEY" \
    STAGEDOOR_VAR="$T/other" LIVEKIT_URL=ws://127.0.0.1:1
worker=$(pgrep -P "$one" -f 'stagedoor worker')
check "the worker runs" [ -n "$worker" ]
sleep 3
kill -9 "$worker"
sleep 1.5
check "a worker that was killed is started again" pgrep -P "$one" -f 'stagedoor worker'
kill -9 "$(pgrep -P "$one" -x lighttpd)"
sleep 1.5
check "a web server that was killed is started again" answers /readyz 200
check "and has one set of workers" [ "$(left | grep -c '^ops.fcgi')" = 1 ]
before=$(cat "$STAGEDOOR_VAR/stagedoor.conf")
stop TERM
check "SIGTERM is its end" [ $status = 143 ]
check "and nothing is left" nothing_left
check "its ports are free again" bash -c '! curl -s "http://127.0.0.1:$PORT/"'
since=$(date +%s%3N)
check "it starts a second time" start
took=$(($(date +%s%3N) - since))
check "in seconds (${took} ms)" [ "$took" -lt 15000 ]
check "with the same configuration" \
    [ "$before" = "$(cat "$STAGEDOOR_VAR/stagedoor.conf")" ]
check "and its data: the demo login is the same" login
kill -INT -- "-$one"
wait "$one"
status=$?
one=''
check "Ctrl-C is its end" [ $status = 130 ]
check "and then nothing is left" nothing_left
check "it starts a third time" start
kill -9 "$one"
wait "$one" 2>/dev/null
one=
for _ in $(seq 40); do [ -z "$(left)" ] && break; sleep 0.25; done
check "even after kill -9 nothing is left" nothing_left
exit $failed
