# quickstart: configuration, the processes of a running stagedoor, and their
# end.
# shellcheck shell=bash disable=SC2034,SC2154

# Workers of each program that lighttpd keeps running.
programs_all="live stream viewer chat account user admin webhook whip livekit"
programs_all="$programs_all room workspace recording metric ops"
workers_live=2 workers_stream=1 workers_viewer=2 workers_chat=2
workers_account=1 workers_user=1 workers_admin=1 workers_webhook=1
workers_whip=2 workers_livekit=2 workers_room=1 workers_workspace=1
workers_recording=1 workers_metric=2 workers_ops=1

declare -A pid=() begun=()	# of lighttpd, livekit and worker

stack_settings() {
	: "${PORT:=8080}" "${LIVEKIT_PORT:=7880}" "${LIVEKIT_UDP_PORT:=7882}"
	var=${STAGEDOOR_VAR:-$top/var}
	case $var in
	/*) ;;
	*) var=$here/$var ;;
	esac
	case $var in
	*[\"\\\'\$]*|*'
'*) die "STAGEDOOR_VAR=$var has a quote, \$ or \\ in its name." ;;
	esac
	# Ours, not a setting of the programs.
	unset STAGEDOOR_VAR
	livekit_given=
	if [ -n "${LIVEKIT_URL:-}" ]; then
		if [ -z "${LIVEKIT_API_KEY:-}" ] ||
		    [ -z "${LIVEKIT_API_SECRET:-}" ]; then
			die "LIVEKIT_URL is set, so LIVEKIT_API_KEY and LIVEKIT_API_SECRET must be too." \
			    "(For a livekit-server of our own: unset LIVEKIT_URL.)"
		fi
		livekit_given=1
	fi
	url=http://127.0.0.1:$PORT
	(umask 077; mkdir -p "$var"/{log,run,tmp}) ||
	    die "The folder $var cannot be made (STAGEDOOR_VAR)."
	chmod 700 "$var"
	var=$(cd "$var" && pwd -P)
	logs=$var/log
	conf=$var/stagedoor.conf
	env_file=$var/quickstart.env
}

# One at a time in a folder; two side by side have two folders and two ports.
stack_lock() {
	exec 9>>"$var/lock"
	flock -n 9 || die "Another quickstart is running in $var." \
	    "For one more: STAGEDOOR_VAR=var2 PORT=8180 LIVEKIT_PORT=7980 LIVEKIT_UDP_PORT=7982 ./quickstart"
	rm -f "$env_file"
	need_port tcp PORT
	[ -n "$livekit_given" ] || {
		need_port tcp LIVEKIT_PORT
		need_port udp LIVEKIT_UDP_PORT
	}
}

conf_get() {	# conf_get NAME: its value, if the file has it
	[ ! -e "$conf" ] || sed -n "s/^$1 *= *//p" "$conf" | head -1
}

# Sets a line and leaves all others as somebody may have written them.
conf_set() {	# conf_set NAME VALUE
	local line
	{
		[ ! -e "$conf" ] || while IFS= read -r line; do
			[[ $line =~ ^$1[[:space:]]*= ]] || printf '%s\n' "$line"
		done <"$conf"
		printf '%s = %s\n' "$1" "$2"
	} >"$conf.new"
	mv "$conf.new" "$conf"
}

fill() {	# fill TEMPLATE NAME…: @name@ becomes the variable's value
	local text name
	text=$(cat "$1")
	shift
	for name in "$@"; do text=${text//"@$name@"/"${!name}"}; done
	printf '%s\n' "$text"
}

write_configuration() {
	local livekit_ws livekit_http livekit_origins
	# lighttpd runs in $var/run, where the programs are too, and needs no paths.
	local mount='' programs='' run='' www=$top/www/dist
	local key secret port=$PORT
	local livekit_port=$LIVEKIT_PORT livekit_udp_port=$LIVEKIT_UDP_PORT
	umask 077
	if [ ! -e "$conf" ]; then
		printf '# Made by quickstart, which keeps what it finds here.\n' >"$conf"
	fi
	[ -n "$(conf_get app_secret)" ] || conf_set app_secret "$(random_hex 32)"
	if [ -n "$livekit_given" ]; then
		conf_set livekit_url "$LIVEKIT_URL"
		conf_set livekit_api_key "$LIVEKIT_API_KEY"
		conf_set livekit_api_secret "$LIVEKIT_API_SECRET"
	else
		[ -e "$var/livekit.key" ] ||
		    echo "API$(random_hex 6): $(random_hex 32)" >"$var/livekit.key"
		IFS=': ' read -r key secret <"$var/livekit.key"
		conf_set livekit_url "ws://127.0.0.1:$LIVEKIT_PORT"
		conf_set livekit_api_key "$key"
		conf_set livekit_api_secret "$secret"
		fill "$top/etc/livekit/livekit.yaml.in" livekit_port \
		    livekit_udp_port key secret url >"$var/livekit.yaml"
	fi
	conf_set public_url "$url"
	conf_set database "$var/stagedoor.db"
	conf_set state_dir "$var/run"
	chmod 600 "$conf"

	livekit_ws=$(conf_get livekit_url)
	livekit_ws=${livekit_ws/#http/ws}
	livekit_http=${livekit_ws/#ws/http}
	livekit_origins="$livekit_ws $livekit_http"
	case $livekit_ws in	# Cloud sends clients on to a region's host
	wss://*.livekit.cloud*)
		livekit_origins="$livekit_origins wss://*.livekit.cloud https://*.livekit.cloud" ;;
	esac
	# shellcheck disable=SC2046,SC2086
	fill "$top/etc/lighttpd/stagedoor.conf.in" mount www programs run \
	    livekit_origins $(printf 'workers_%s ' $programs_all) \
	    >"$var/stagedoor-lighttpd.conf"
	fill "$top/etc/quickstart/lighttpd.conf.in" port url var www \
	    >"$var/lighttpd.conf"
}

stack_configure() {
	bin=$build/cgi-bin
	export STAGEDOOR_CONF=$conf
	step configuration "Is $var on a full or read-only disk?" \
	    write_configuration
	step migrate "The database is $var/stagedoor.db; nothing was changed." \
	    "$bin/stagedoor" migrate
}

# A process of the stack, ended by the kernel should quickstart be killed.  Its
# session is its own: Ctrl-C is for us, who end things in order.
launch() {	# launch NAME FOLDER COMMAND...
	local name=$1 folder=$2
	shift 2
	begun[$name]=$(now_ms)
	(
		cd "$folder" || exit
		exec setpriv --pdeathsig "${deathsig:-TERM}" setsid "$@"
	) >>"$logs/$name.log" 2>&1 </dev/null 9>&- &
	pid[$name]=$!
}

# LiveKit may take its time after a SIGTERM, and nobody is left to repeat it.
launch_livekit() {
	deathsig=KILL launch livekit "$var" "$livekit" --config "$var/livekit.yaml"
}
# In the folder of its sockets and programs, so that no path to them is long (a
# socket's may have 107 bytes) or has a space (lighttpd splits a command there).
launch_lighttpd() {
	launch lighttpd "$var/run" lighttpd -D -f ../lighttpd.conf
}
launch_worker() { launch worker "$var" "$bin/stagedoor" worker; }

await() {	# await URL SECONDS NAME: until it answers 200 or NAME ended
	local i
	for ((i = 0; i < $2 * 20; i++)); do
		[ "$(curl -s -m 2 -o /dev/null -w '%{http_code}' "$1")" != 200 ] ||
		    return 0
		alive "${pid[$3]}" || break
		sleep 0.05
	done
	echo "$1 does not answer:"
	curl -sS -m 2 "$1" || true
	echo
	tail -n 15 "$logs/$3.log"
	return 1
}

livekit_answers() {	# the server named in the environment
	local address=$LIVEKIT_URL code
	address=${address/#ws/http}
	code=$(curl -sS -m 10 -o /dev/null -w '%{http_code}' "$address") || true
	echo "$address: $code"
	[ "$code" != 000 ]
}

stack_start() {
	local p
	for p in $programs_all; do
		ln -sfn "$bin/$p.fcgi" "$var/run/$p.fcgi"
	done
	if [ -n "$livekit_given" ]; then
		step livekit-answers "LIVEKIT_URL=$LIVEKIT_URL cannot be reached." \
		    livekit_answers
	else
		launch_livekit
		step livekit-starts "Its log: $logs/livekit.log" \
		    await "http://127.0.0.1:$LIVEKIT_PORT/" 20 livekit
	fi
	launch_lighttpd
	launch_worker
	step programs-answer "Logs: $logs/lighttpd.log (programs too), $logs/worker.log" \
	    await "$url/readyz" 20 lighttpd
	demo_user=demo
	step demo-creator "The database is $var/stagedoor.db." make_demo
	demo_password=$(cat "$var/demo.password")
}

# The demo account; its password is ours for as long as the database is.
make_demo() {
	umask 077
	[ -s "$var/demo.password" ] || random_hex 8 >"$var/demo.password"
	! "$bin/stagedoor" user list | grep -w "$demo_user" || return 0
	"$bin/stagedoor" user add "$demo_user" --password-stdin \
	    <"$var/demo.password"
}

write_env() {
	umask 077
	{
		printf '%s=%q\n' STAGEDOOR_URL "$url" STAGEDOOR_CONF "$conf" \
		    STAGEDOOR_BIN "$bin" DEMO_USER "$demo_user" \
		    DEMO_PASSWORD "$demo_password" \
		    LIVEKIT_URL "$(conf_get livekit_url)" \
		    LIVEKIT_API_KEY "$(conf_get livekit_api_key)" \
		    LIVEKIT_API_SECRET "$(conf_get livekit_api_secret)"
	} >"$env_file.new"
	mv "$env_file.new" "$env_file"
}

stack_announce() {
	write_env
	cat <<END

Stagedoor runs at  $url/
  sign in as       $demo_user, password $demo_password
  LiveKit          $(conf_get livekit_url)
  logs             $logs
  for scripts      $env_file

From zero to a live stream and back; paste it into another terminal (bash):

END
	fill "$top/etc/quickstart/tour.sh.in" url
	printf '\nCtrl-C ends it all; the data stays in %s.\n' "$var"
	[ -z "$livekit_given" ] || printf '%s\n' \
	    "That LiveKit server must be able to send webhooks to $url/api/webhook/livekit" \
	    "for live viewer counts; without them they follow within a minute."
}

# Programs whose lighttpd is gone, or that it was just making when it was told
# to stop: of our build, at home in our folder.
end_strays() {
	local p
	for p in /proc/[0-9]*; do
		[ "$(readlink "$p/cwd")" = "$var/run" ] || continue
		case $(readlink "$p/exe") in
		"$bin"/*.fcgi*) kill -9 "${p#/proc/}" || true ;;
		esac
	done 2>/dev/null
}

# Until a signal. A process that ends by itself is started again, unless it
# ended as soon as it began.
stack_supervise() {
	local name status
	while :; do
		status=0
		wait -n "${pid[@]}" || status=$?
		for name in "${!pid[@]}"; do
			alive "${pid[$name]}" && continue
			if [ $(($(now_ms) - begun[$name])) -lt 3000 ]; then
				tail -n 15 "$logs/$name.log" | sed 's/^/    /' >&2
				die "$name ended at once, again (status $status)." \
				    "Its log: $logs/$name.log"
			fi
			echo "$(date +%T) $name ended (status $status); started again"
			[ "$name" != lighttpd ] || end_strays
			sleep 0.5
			"launch_$name"
		done
	done
}

# LiveKit waits for its people at the first SIGTERM and goes at the second.
# shellcheck disable=SC2154
stack_stop() {
	local status=$? name i left all
	trap '' INT TERM HUP
	[ -z "$tree" ] || kill_tree "$tree"
	[ ${#pid[@]} -gt 0 ] || return $status
	all=$(for name in "${!pid[@]}"; do
		descendants "${pid[$name]}"
		echo "${pid[$name]}"
	done)
	kill "${pid[@]}" 2>/dev/null || true
	for ((i = 0; i < 160; i++)); do
		left=
		for name in $all; do ! alive "$name" || left="$left $name"; done
		[ -n "$left" ] || break
		if [ $i = 20 ] && [ -n "${pid[livekit]:-}" ]; then
			kill "${pid[livekit]}" 2>/dev/null || true
		fi
		if [ $i = 100 ]; then
			# shellcheck disable=SC2046,SC2086
			kill -9 $left 2>/dev/null || true
		fi
		sleep 0.05
	done
	wait 2>/dev/null || true
	end_strays
	return $status
}
