#!/usr/bin/env bash
# The ready configurations of etc/ in front of the real programs: lighttpd and
# nginx with FastCGI, lighttpd with plain CGI, each at the root and at a mount
# point.
set -u
top=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
bin=$(cd "${top_builddir:-$top/build}/cgi-bin" && pwd) || exit 1
PATH=$PATH:/usr/sbin
T=$(mktemp -d) || exit 1
failed=0 servers=() programs_running=()
# shellcheck disable=SC2317
finish() {
	kill "${servers[@]}" "${programs_running[@]}" 2>/dev/null
	wait 2>/dev/null
	rm -rf "$T"
}
trap finish EXIT
trap 'exit 143' INT TERM HUP
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0}

check() {	# check SENTENCE GOT WANT
	if [ "$2" = "$3" ]; then
		echo "ok $1"
	else
		echo "# got \"$2\", want \"$3\""
		echo "not ok $1"
		failed=1
	fi
}

fill() {	# fill TEMPLATE FILE
	sed -e "s|@mount@|$mount|g; s|@www@|$T/www|g; s|@programs@|$bin/|g" \
	    -e "s|@run@|$T/run/|g; s|@conf@|$T/stagedoor.conf|g" \
	    -e 's|@livekit_origins@|wss://live.example https://live.example|g' \
	    -e 's|@workers_[a-z]*@|1|g' "$top/etc/$1" >"$2"
}

port=
free_port() {
	while :; do
		port=$((24000 + RANDOM % 6000))
		! (exec 3<>/dev/tcp/127.0.0.1/$port) 2>/dev/null && return
	done
}

site() {	# site: a fresh folder with configuration, database, page
	rm -rf "$T/run" "$T/www" "$T"/stagedoor.*
	mkdir -p "$T/run" "$T/www" "$T/tmp"
	chmod 755 "$T" "$T/www"
	echo '<!doctype html><title>page</title>' >"$T/www/index.html"
	echo secret >"$T/www/.hidden"
	free_port
	(
		umask 077
		cat >"$T/stagedoor.conf" <<-END
		public_url = http://127.0.0.1:$port$mount
		database = $T/run/stagedoor.db
		app_secret = 0123456789abcdef0123456789abcdef
		livekit_url = ws://127.0.0.1:9
		livekit_api_key = key
		livekit_api_secret = 0123456789abcdef0123456789abcdef
		log_level = error
		END
	)
	export STAGEDOOR_CONF=$T/stagedoor.conf
	"$bin/stagedoor" migrate >"$T/migrate.log" 2>&1 ||
	    { cat "$T/migrate.log"; exit 1; }
}

programs() {	# as systemd would, for servers that start none
	local p i
	programs_running=()
	for p in live stream viewer chat account user admin webhook whip ops; do
		"$bin/$p.fcgi" --socket "$T/run/$p.sock" </dev/null \
		    >>"$T/programs.log" 2>&1 &
		programs_running+=($!)
	done
	for ((i = 0; i < 100; i++)); do
		[ -S "$T/run/ops.sock" ] && [ -S "$T/run/live.sock" ] && break
		sleep 0.05
	done
}

ask() {		# ask FORMAT PATH [OPTION...]
	local format=$1 path=$2
	shift 2
	curl -s -m 20 -o "$T/body" -w "$format" "$@" "http://127.0.0.1:$port$mount$path"
}
# A stream key of whoever is registered; getting one would need LiveKit.
give_key() {
	python3 - "$T/run/stagedoor.db" <<-'END'
	import hashlib, sqlite3, sys
	db = sqlite3.connect(sys.argv[1])
	(user,) = db.execute("SELECT id FROM users").fetchone()
	key = hashlib.sha256(b"sk_configs").hexdigest()
	db.execute("INSERT INTO rooms (name, kind, owner_id, state, created_at)"
	    " VALUES (?, 'stream', ?, 'open', 1)", (user, user))
	db.execute("INSERT INTO streams (id, user_id, title, created_at)"
	    " VALUES (?, ?, 'x', 1)", (user, user))
	db.execute("INSERT INTO stream_keys (ingress_id, user_id, state, type,"
	    " is_own, server_url, key_sealed, key_hash, created_at) VALUES"
	    " ('x', ?, 'current', 'WHIP', 1, 'x', ?, ?, 1)", (user, key, key))
	db.commit()
	END
}
whip() {	# whip METHOD SESSION [OPTION...]
	local method=$1 session=$2
	shift 2
	ask '%{http_code}' "/whip$session" -X "$method" \
	    -H "Authorization: Bearer sk_configs" "$@"
}
code() { sed -n 's/.*"code":"\([^"]*\)".*/\1/p' "$T/body"; }

# try NAME COMMAND...: the server in the foreground, and what it must do
try() {
	local name="$1 at \"$mount/\"" i server
	shift
	"$@" >"$T/server.log" 2>&1 </dev/null &
	server=$!
	servers=("$server")
	for ((i = 0; i < 100; i++)); do
		[ "$(ask '%{http_code}' /healthz)" = 200 ] && break
		kill -0 $server 2>/dev/null || break
		sleep 0.1
	done
	check "$name: /healthz" "$(ask '%{http_code} %{content_type}' /healthz)" \
	    "200 application/json"
	[ "$(ask '%{http_code}' /healthz)" = 200 ] ||
	    tail -n 20 "$T/server.log" "$T"/*.log | sed 's/^/# /'
	check "$name: /live is ours" "$(ask '%{http_code}' /live)" 200
	check "$name: /live/{id} is ours" \
	    "$(ask '%{http_code}' /live/nothing) $(code)" "404 no_room"
	check "$name: /whipanna is not ours, /whip/a/b is" \
	    "$(ask '%{http_code}' /whipanna) $(code) $(ask '%{http_code}' \
	    /whip/a/b) $(code)" "404  404 no_route"
	check "$name: /liveanna is not" \
	    "$(ask '%{http_code}' /liveanna) $(code)" "404 "
	check "$name: an unknown path below /api is a problem document" \
	    "$(ask '%{http_code} %{content_type}' /api/nothing)" \
	    "404 application/problem+json"
	check "$name: Authorization arrives" \
	    "$(ask '%{http_code}' /api/auth/me -H 'Authorization: Bearer eyJ.x.y') $(code)" \
	    "401 invalid_token"
	check "$name: a body arrives" "$(ask '%{http_code}' /api/auth/register \
	    -H 'Content-Type: application/json' \
	    -d '{"username":"anna","password":"a long pass phrase"}')" 201
	check "$name: 65 KiB arrive, and are refused by us" \
	    "$(head -c 66560 /dev/zero | tr '\0' ' ' | ask '%{http_code}' \
	    /api/auth/login -H 'Content-Type: application/json' \
	    --data-binary @-) $(code)" "413 body_too_large"
	check "$name: PUT arrives, and 405 says what is allowed" \
	    "$(ask '%{http_code} %header{allow}' /api/auth/login -X PUT \
	    -d '{}')" "405 POST, OPTIONS"
	give_key
	check "$name: an offer arrives at /whip" "$(whip POST '' \
	    -H 'Content-Type: application/sdp' -d x) $(code)" \
	    "400 invalid_sdp"
	check "$name: PATCH arrives at /whip/{session}" "$(whip PATCH /none \
	    -H 'Content-Type: application/trickle-ice-sdpfrag' -d x) $(code)" \
	    "428 if_match_required"
	check "$name: and its If-Match" "$(whip PATCH /none \
	    -H 'Content-Type: application/trickle-ice-sdpfrag' \
	    -H 'If-Match: "tag"' -d x) $(code)" "404 no_session"
	check "$name: DELETE arrives at /whip/{session}" \
	    "$(whip DELETE /none) $(code)" "404 no_session"
	check "$name: a body may come in chunks" "$(whip POST '' \
	    -H 'Content-Type: application/sdp' \
	    -H 'Transfer-Encoding: chunked' -d x) $(code)" "400 invalid_sdp"
	check "$name: OPTIONS of /whip" \
	    "$(ask '%{http_code} %header{accept-post}' /whip -X OPTIONS)" \
	    "204 application/sdp"
	for path in /api/stream/info /api/admin/users /api/users/me/blocks; do
		check "$name: $path reaches its program" \
		    "$(ask '%{http_code}' $path) $(code)" "401 not_signed_in"
	done
	check "$name: /api/viewer/live reaches its program" \
	    "$(ask '%{http_code}' /api/viewer/live)" 200
	check "$name: the page" "$(ask '%{http_code}' /)" 200
	check "$name: the page may talk to LiveKit only" "$(ask \
	    '%header{content-security-policy}' / |
	    grep -o "connect-src [^;]*")" \
	    "connect-src 'self' wss://live.example https://live.example"
	check "$name: no HSTS without TLS" \
	    "$(ask '%header{strict-transport-security}' /)" ""
	check "$name: files that begin with a dot are kept back" \
	    "$(ask '%{http_code}' /.hidden)" 403
	kill $server "${programs_running[@]}" 2>/dev/null
	wait $server "${programs_running[@]}" 2>/dev/null
	servers=() programs_running=()
}

lighttpd_site() {	# lighttpd_site TEMPLATE
	site
	fill "lighttpd/$1" "$T/site.conf"
	cat >"$T/server.conf" <<-END
	server.modules = ("mod_rewrite", "mod_alias", "mod_access",
	    "mod_setenv", "mod_fastcgi", "mod_cgi")
	server.bind = "127.0.0.1"
	server.port = $port
	server.document-root = "$T/www"
	server.errorlog = "$T/lighttpd.log"
	server.breakagelog = "$T/programs.log"
	server.upload-dirs = ("$T/tmp")
	mimetype.assign = (".html" => "text/html")
	include "$T/site.conf"
	END
}

nginx_site() {
	site
	programs
	fill nginx/stagedoor.conf.in "$T/site.conf"
	cat >"$T/server.conf" <<-END
	daemon off;
	pid $T/nginx.pid;
	error_log $T/nginx.log;
	$([ "$(id -u)" != 0 ] || echo 'user root;')
	events { worker_connections 64; }
	http {
	  access_log off;
	  client_body_temp_path $T/tmp/b; proxy_temp_path $T/tmp/p;
	  fastcgi_temp_path $T/tmp/f; uwsgi_temp_path $T/tmp/u;
	  scgi_temp_path $T/tmp/s;
	  server { listen 127.0.0.1:$port; include $T/site.conf; }
	}
	END
}

if ! command -v lighttpd >/dev/null || ! command -v nginx >/dev/null; then
	echo "lighttpd or nginx is not installed"
	exit 77
fi
for mount in "" /a/stage; do
	lighttpd_site stagedoor.conf.in
	try "lighttpd, FastCGI" lighttpd -D -f "$T/server.conf"
	lighttpd_site cgi.conf.in
	try "lighttpd, plain CGI" lighttpd -D -f "$T/server.conf"
	nginx_site
	try nginx nginx -e "$T/nginx.log" -p "$T" -c "$T/server.conf"
done
exit $failed
