# ./quickstart check: the test tools, two builds, every test of the project.
# A test prints "ok NAME" or "not ok NAME"; those lines are counted.
# shellcheck shell=bash disable=SC2034,SC2154

passed=0 failed=0 stack='' long=''

# Lines of one log; STATUS says how its program ended.
count_log() {	# count_log NAME LOG STATUS
	local good bad
	good=$(grep '^ok ' "$2" | grep -vc '# SKIP' || true)
	bad=$(grep -c '^not ok ' "$2" || true)
	{ grep -B 12 '^not ok ' "$2" || true; } |
	    sed -nE "/^(#|not ok )/s/^/    $1: /p"
	sed -n "/# SKIP/s/^ok /    $1: skipped: /p" "$2"
	if [ "$bad" = 0 ] && [ "$3" != 0 ]; then
		echo "    $1: not ok: ended with status $3; its last lines:"
		tail -n 15 "$2" | sed 's/^/      /'
		bad=1
	elif [ "$good$bad" = 00 ]; then
		echo "    $1: not ok: it tested nothing"
		bad=1
	fi
	passed=$((passed + good)) failed=$((failed + bad))
	suite_good=$((suite_good + good)) suite_bad=$((suite_bad + bad))
}

# suite NAME SECONDS COMMAND...: one time budget, one log
suite() {
	local name=$1 budget=$2 since status=0 suite_good=0 suite_bad=0
	local log=$logs/$1.log
	shift 2
	[ -z "$long" ] || budget=$((budget * 20))
	since=$(now_ms)
	timeout -k 10 "$budget" "$@" >"$log" 2>&1 </dev/null 9>&- &
	tree=$!
	wait "$tree" || status=$?
	tree=
	[ $status != 124 ] ||
	    echo "not ok $name ends within $budget s" >>"$log"
	count_suite "$name" "$log" "$status" "$since"
}

count_suite() {	# count_suite NAME LOG STATUS SINCE
	local mark=✓
	if [ "$1" = unit ]; then
		count_make "$3" "$2"
	else
		count_log "$1" "$2" "$3"
	fi
	[ $suite_bad = 0 ] || mark=✗
	printf '  %s %s … %s, %d passed, %d failed\n' $mark "$1" \
	    "$(took "$4")" $suite_good $suite_bad
}

# The logs that `make check` leaves, each with its result beside it.
count_make() {	# count_make STATUS LOG
	local trs result any=
	while read -r trs; do
		any=1
		result=$(sed -n 's/^:global-test-result: //p' "$trs")
		case $result in
		PASS) count_log "$(basename "${trs%.trs}")" "${trs%.trs}.log" 0 ;;
		SKIP)
			echo "    $(basename "${trs%.trs}"): skipped:" \
			    "$(tail -n 1 "${trs%.trs}.log")" ;;
		*) count_log "$(basename "${trs%.trs}")" "${trs%.trs}.log" 1 ;;
		esac
	done < <(find "$top/build-asan/tests" -name '*.trs' | sort)
	if [ -z "$any" ]; then
		echo "    unit: not ok: make check did not run"
		tail -n 20 "$2" | sed 's/^/      /'
		failed=$((failed + 1)) suite_bad=1
	elif [ "$1" != 0 ] && [ $suite_bad = 0 ]; then
		echo "    unit: not ok: make check ended with status $1"
		failed=$((failed + 1)) suite_bad=1
	fi
}

free_port() {
	local port
	while :; do
		port=$((20000 + RANDOM % 10000))
		port_busy tcp $port || port_busy udp $port || break
	done
	echo $port
}

# A whole stagedoor of its own, started as a user does; its environment file
# becomes our environment.
stack_up() {	# stack_up NAME [VARIABLE=VALUE...]
	local name=$1 i
	shift
	checkvar=$top/build-check/$name
	rm -rf "$checkvar"
	env "$@" PORT="$(free_port)" LIVEKIT_PORT="$(free_port)" \
	    LIVEKIT_UDP_PORT="$(free_port)" STAGEDOOR_VAR="$checkvar" \
	    LIVEKIT_SERVER="$livekit" "$top/quickstart" \
	    >"$logs/$name.log" 2>&1 </dev/null 9>&- &
	stack=$!
	for ((i = 0; i < 1200; i++)); do
		if [ -e "$checkvar/quickstart.env" ] &&
		    grep -q '^Ctrl-C' "$logs/$name.log"; then
			set -a
			. "$checkvar/quickstart.env"
			set +a
			export STAGEDOOR_VAR=$checkvar
			export QUICKSTART_LOG=$logs/$name.log
			return 0
		fi
		alive $stack || break
		sleep 0.1
	done
	echo "  ✗ $name: ./quickstart does not come up:"
	tail -n 25 "$logs/$name.log" | sed 's/^/    /'
	failed=$((failed + 1))
	stack_down
	return 1
}

stack_down() {
	[ -n "$stack" ] || return 0
	kill -TERM "$stack" 2>/dev/null || true
	wait "$stack" 2>/dev/null || true
	stack=
	for name in STAGEDOOR_URL STAGEDOOR_CONF STAGEDOOR_VAR STAGEDOOR_BIN \
	    DEMO_USER DEMO_PASSWORD QUICKSTART_LOG LIVEKIT_URL \
	    LIVEKIT_API_KEY LIVEKIT_API_SECRET; do
		unset "$name"
	done
}

check_end() {
	local status=$?
	trap '' INT TERM HUP
	[ -z "$tree" ] || kill_tree "$tree"
	stack_down
	[ $status = 0 ] || failed=$((failed + 1))
	[ $failed = 0 ] || echo "Logs: $logs, and build-asan/tests for unit"
	echo "$passed passed, $failed failed"
	[ $failed = 0 ] || exit 1
}

check_main() {
	case ${1:-} in
	--long) long=1; export LONG=1 ;;
	'') ;;
	*) usage >&2; exit 2 ;;
	esac
	# Only what a fresh shell has: no configuration of somebody else's.
	for name in $(compgen -e | grep -E '^(STAGEDOOR|LIVEKIT)_' |
	    grep -vE '^LIVEKIT_(TEST_)?SERVER$'); do
		unset "$name"
	done
	livekit_given=
	logs=$top/build-check/log
	mkdir -p "$logs"
	exec 9>>"$top/build-check/lock"
	flock -n 9 || die "Another ./quickstart check is running in this tree."
	trap check_end EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	trap 'exit 129' HUP
	machine_prepare check
	export LIVEKIT_SERVER=$livekit LIVEKIT_TEST_SERVER=$mock
	machine_build "$top/build"
	step live-tools "The npm registry is needed for this, once." live_tools
	check_unit
	check_live
}

# What the browser and SDK suites run on.
live_tools() {
	local done=$top/tests/live/node_modules/.package-lock.json
	[ ! -e "$done" ] || [ "$top/tests/live/package-lock.json" -nt "$done" ] ||
	    return 0
	npm_config_cache=$local/npm npm --prefix "$top/tests/live" ci \
	    --ignore-scripts --no-audit --no-fund
}

check_unit() {
	local name
	step configure-asan "configure --enable-sanitize" build_configure \
	    "$top/build-asan" --enable-sanitize --enable-werror
	step build-asan "A fresh start: rm -r build-asan" \
	    make -C "$top/build-asan" -j"${JOBS:-$(nproc)}"
	find "$top/build-asan/tests" \( -name '*.trs' -o -name '*.log' \) -delete
	suite unit 600 make -C "$top/build-asan" -j2 -k check
	suite distcheck 420 bash -c 'make -C "$1" -j2 distcheck >"$1/dist.log" 2>&1 &&
	    echo "ok make distcheck" && exit
	    cat "$1"/dist.log
	    find "$1"/stagedoor-*/_build/sub/tests -name "*.log" \
	        -exec grep -h -B 6 "^not ok" {} + || true
	    exit 1' _ "$top/build"
}

check_live() {
	local tests=$top/tests/live posts=10000 requests=200000
	local python=$local/venv/bin/python3
	if stack_up stack; then
		suite tour 60 "$tests/tour.sh"
		suite browser 180 node "$tests/browser.mjs" page bare wrong
		suite quickstart 120 "$tests/quickstart.sh"
		stack_down
	fi
	[ -z "$long" ] || posts=100000 requests=1000000
	if stack_up stack-unlimited STAGEDOOR_RATE_LIMITS=off; then
		suite sdk 180 env SDK_PORT="$(free_port)" SDK_UDP_PORT="$(free_port)" \
		    SDK_MOCK_PORT="$(free_port)" "$tests/sdk.sh"
		suite whip 150 "$python" "$tests/whip.py"
		suite browser-whip 150 node "$tests/browser.mjs" whip
		suite browser-class 90 node "$tests/browser.mjs" class
		suite class 60 python3 "$tests/class.py"
		suite browser-voice 120 node "$tests/browser.mjs" voice
		suite voice 90 python3 "$tests/voice.py"
		suite permissions 120 python3 "$tests/permissions.py"
		suite source 180 python3 "$tests/source.py"
		suite seeds 60 python3 "$tests/seeds.py"
		suite matrix 60 python3 "$tests/matrix.py"
		suite mass 60 python3 "$tests/mass.py"
		suite ingress 180 python3 "$tests/ingress.py"
		suite recordings 120 python3 "$tests/recordings.py"
		suite hostile 180 python3 "$tests/hostile.py"
		suite requirements 240 python3 "$tests/requirements.py"
		suite faults 300 python3 "$tests/faults.py"
		suite faults-stream 120 python3 "$tests/faults_stream.py"
		suite faults-web 90 python3 "$tests/faults_web.py"
		suite kill 300 env COUNT=$posts python3 "$tests/kill.py"
		suite memory 300 env COUNT=$requests \
		    python3 "$tests/memory.py"
		suite bench 120 env PORT="$(free_port)" python3 "$top/bench/run.py" --check
		suite lists 120 python3 "$top/bench/lists.py" --check
		suite metrics 60 python3 "$top/bench/metrics.py" --check
		stack_down
	fi
}
