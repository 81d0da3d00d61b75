# quickstart: steps with their time and log, processes, ports.
# shellcheck shell=bash

logs=	# folder of the steps' logs; set before the first step
tree=	# pid of the step that runs now

die() {
	printf '\n%s\n' "$1" >&2
	shift
	[ $# -eq 0 ] || printf '  %s\n' "$@" >&2
	exit 1
}

now_ms() { date +%s%3N; }

took() {	# took SINCE_MS: "340 ms" or "12 s"
	local ms=$(($(now_ms) - $1))
	if [ $ms -lt 1000 ]; then echo "$ms ms"; else echo "$((ms / 1000)) s"; fi
}

# All processes below one, children first.
descendants() {
	local child
	for child in $(ps -o pid= --ppid "$1" 2>/dev/null); do
		descendants "$child"
		echo "$child"
	done
}

alive() { kill -0 "$1" 2>/dev/null; }

# Ends a process and all below it, in SECONDS at most.
kill_tree() {	# kill_tree PID [SECONDS]
	local pids pid i left
	pids="$(descendants "$1") $1"
	# shellcheck disable=SC2086
	kill $pids 2>/dev/null || true
	for ((i = 0; i < ${2:-5} * 20; i++)); do
		left=
		for pid in $pids; do ! alive "$pid" || left=1; done
		[ -n "$left" ] || return 0
		sleep 0.05
	done
	# shellcheck disable=SC2086
	kill -9 $pids 2>/dev/null || true
}

# step NAME HINT COMMAND...: runs it (a function too) with its output in
# $logs/NAME.log.  A failure says where that is, its last lines, and HINT.
step() {
	local name=$1 hint=$2 log since status=0
	shift 2
	log=$logs/${name// /-}.log
	since=$(now_ms)
	[ ! -t 1 ] || printf '  … %s' "$name"
	( set -e; "$@" ) >"$log" 2>&1 </dev/null 9>&- &
	tree=$!
	wait "$tree" || status=$?
	tree=
	if [ $status -eq 0 ]; then
		[ ! -t 1 ] || printf '\r'
		printf '  ✓ %s … %s\n' "$name" "$(took "$since")"
		return
	fi
	[ ! -t 1 ] || printf '\r'
	printf '  ✗ %s … %s\n\n' "$name" "$(took "$since")" >&2
	tail -n 20 "$log" | sed 's/^/    /' >&2
	die "The step \"$name\" failed (status $status)." \
	    "All it said: $log" "$hint"
}

# Ports as the kernel lists them, so that no tool is needed.
port_busy() {	# port_busy tcp|udp PORT
	local hex state='[0-9A-F]{2}'
	hex=$(printf '%04X' "$2")
	[ "$1" = udp ] || state=0A
	grep -qsE "^ *[0-9]+: [0-9A-F]+:$hex [0-9A-F]+:[0-9A-F]{4} $state " \
	    "/proc/net/$1" "/proc/net/${1}6"
}

need_port() {	# need_port tcp|udp VARIABLE
	local port=${!2}
	case $port in
	''|*[!0-9]*) die "$2=$port is not a port number." ;;
	esac
	{ [ "$port" -ge 1 ] && [ "$port" -le 65535 ]; } ||
	    die "$2=$port is not a port number."
	! port_busy "$1" "$port" || die "Port $port/$1 is in use already." \
	    "Name another one: $2=$((port + 100)) ./quickstart" \
	    "(or end what listens there: ss -lnp | grep $port)"
}

random_hex() {	# random_hex BYTES
	head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'
}
