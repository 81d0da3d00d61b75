#!/usr/bin/env bash
# The `stagedoor` command: what it does, says and refuses, by its exit status
# and output.  Needs no LiveKit and no web server.
set -u
command=${top_builddir:-$PWD}/cgi-bin/stagedoor
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
unset "${!STAGEDOOR_@}" "${!LIVEKIT_@}"
export STAGEDOOR_CONF=$dir/stagedoor.conf
wrong=0

# check SENTENCE STATUS [WORDS-IN-OUTPUT] COMMAND…: standard input is ours.
check() {
	local sentence=$1 status=$2 words=$3 got out
	shift 3
	out=$("$command" "$@" 2>&1)
	got=$?
	if [ "$got" = "$status" ] && [[ $out == *"$words"* ]]; then
		echo "ok stagedoor: $sentence"
	else
		echo "# status $got, want $status; want \"$words\" in: $out"
		echo "not ok stagedoor: $sentence"
		wrong=1
	fi
}

write_conf() {
	(umask 077; cat >"$STAGEDOOR_CONF") <<EOF
public_url = http://127.0.0.1:1/stage
database = $dir/stage.db
app_secret = 0123456789abcdef0123456789abcdef
livekit_url = ws://127.0.0.1:1
livekit_api_key = devkey
livekit_api_secret = keep-this-out-of-every-output-1234
log_level = error
$1
EOF
}

write_conf "issuer.shop.iss = https://login.example/"
check "a refused issuer is named" 1 "stagedoor: issuer.shop.aud is not set" \
	tick </dev/null
REQUEST_METHOD=GET "${command%/*}/stagedoor.fcgi" </dev/null >"$dir/cgi" 2>&1
if grep -q "not_set_up" "$dir/cgi" && [ ! -e "$dir/stage.db" ]; then
	echo "ok stagedoor: what cannot be used is refused before a database is made"
else
	echo "not ok stagedoor: what cannot be used is refused before a database is made"
	wrong=1
fi
write_conf ""
check "help names every command" 0 "user add NAME" --help </dev/null
check "version is told" 0 "stagedoor 0." --version </dev/null
check "no command is wrong usage" 2 "usage:" </dev/null
check "an unknown command is wrong usage" 2 "no command" fly </dev/null
check "too many words are wrong usage" 2 "usage:" migrate now </dev/null
check "a command before migrate says what to run" 1 "stagedoor migrate" \
	user list </dev/null
check "migrate makes the database" 0 "schema 0 -> " migrate </dev/null
check "migrate again has nothing to do" 0 "nothing to do" migrate </dev/null
check "user add takes a password from standard input" 0 "user ann made" \
	user add ann --password-stdin <<<"correct-horse-battery"
check "user add makes a password and shows it" 0 "user ben made, password " \
	user add ben </dev/null
check "user add refuses a name that is taken" 1 "already" \
	user add ANN --password-stdin <<<"correct-horse-battery"
check "user add refuses a short password" 1 "too_short" \
	user add cat --password-stdin <<<"short"
check "user add refuses a reserved name" 1 "username_reserved" \
	user add api --password-stdin <<<"correct-horse-battery"
check "user add refuses a bad name" 1 "invalid_username" \
	user add "a b" --password-stdin <<<"correct-horse-battery"
check "user list shows who there is" 0 "ben" user list </dev/null
check "user list speaks JSON" 0 '"username":"ann"' user list --json </dev/null
check "user admin makes an administrator" 0 "ann: administrator" \
	user admin ann </dev/null
check "user admin --off takes it back" 0 "no administrator" \
	user admin ann --off </dev/null
check "user disable locks" 0 "disabled" user disable ann </dev/null
check "user enable unlocks" 0 "enabled" user enable ann </dev/null
check "user refuse lets somebody stream no more" 0 "creator: refused" \
	user refuse ben </dev/null
check "user refuse speaks JSON" 0 '"creatorState":"refused"' \
	user refuse ben --json </dev/null
check "user approve lets them again" 0 "creator: approved" \
	user approve BEN </dev/null
check "user approve of nobody is refused" 1 "no user" \
	user approve nobody </dev/null
check "user approve wants one name" 2 "usage:" user approve </dev/null
check "user list --asking is empty" 0 '{"users":[]}' \
	user list --asking --json </dev/null
check "user list takes no other option" 2 "usage:" user list --all </dev/null
check "user disable of nobody is refused" 1 "no user" \
	user disable nobody </dev/null
check "stream list is empty" 0 '{"streams":[]}' stream list --json </dev/null
check "stream end of nobody is refused" 1 "no user" stream end joe </dev/null
check "stream end where nothing can end is refused" 1 "no channel" \
	stream end ann </dev/null
python3 - "$dir/stage.db" <<'END'
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1])
id = db.execute("SELECT id FROM users WHERE username = 'ben'").fetchone()[0]
now = int(time.time() * 1000)
db.execute("INSERT INTO rooms (name, kind, owner_id, state, created_at) "
    "VALUES (?, 'stream', ?, 'open', ?), ('talk', 'live', ?, 'open', ?)",
    (id, id, now, id, now))
db.execute("INSERT INTO streams (id, user_id, title, created_at) "
    "VALUES (?, ?, 'Ben plays', ?)", (id, id, now))
db.execute("INSERT INTO broadcasts (id, user_id, title, started_at, "
    "viewer_count) VALUES (?, ?, 'Ben plays', 1768903200000, 7)", (id, id))
db.execute("INSERT INTO live_streams (id, title, streamer_id, is_live, "
    "created_at) VALUES ('talk', 'Ben talks', ?, 1, 1768903260000)", (id,))
db.commit()
END
check "stream list shows channels and live streams that are on air" 0 \
	'{"streams":[{"kind":"stream","username":"ben","title":"Ben plays","viewerCount":7,"startedAt":"2026-01-20T10:00:00.000Z"},{"kind":"live","username":"ben","title":"Ben talks","viewerCount":0,"startedAt":"2026-01-20T10:01:00.000Z"}]}' \
	stream list --json </dev/null
check "stream list is a line each without --json" 0 "Ben talks" \
	stream list </dev/null
check "stream end ends both" 0 "ben: off the air" stream end ben </dev/null
check "nothing is on air then" 0 '{"streams":[]}' stream list --json </dev/null
check "stream end is in the log" 0 "stream.end     ben" \
	audit --limit 1 </dev/null
check "stream end speaks JSON" 0 '{"isLive":false}' \
	stream end ben --json </dev/null
check "stream end wants a name" 2 "usage:" stream end </dev/null
check "room list is empty" 0 '{"rooms":[]}' room list --json </dev/null
python3 - "$dir/stage.db" <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
id = db.execute("SELECT id FROM users WHERE username = 'ben'").fetchone()[0]
db.execute("INSERT INTO rooms (name, kind, owner_id, state, display_name, "
    "people_count, created_at) VALUES ('bread', 'class', ?, 'open', "
    "'Bread and salt', 3, 1768903200000)", (id,))
db.commit()
END
check "room list is a line each without --json" 0 "Bread and salt" \
	room list </dev/null
check "room list counts people" 0 '"numParticipants":3' \
	room list --json </dev/null
check "room list takes no name" 2 "usage:" room list bread </dev/null
check "room end ends a class" 0 "bread: over" room end bread </dev/null
check "room end of what is over is refused" 1 "over already" \
	room end bread </dev/null
check "room end of nothing is refused" 1 "no room" room end salt </dev/null
check "room end of a channel is refused" 1 "stream end" \
	room end "$(python3 -c 'import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("SELECT name FROM rooms WHERE kind = ?", ("stream",)).fetchone()[0])' "$dir/stage.db")" </dev/null
check "room end wants a name" 2 "usage:" room end </dev/null
check "room end is in the log" 0 "room.end       ben" audit --limit 1 </dev/null
check "audit tells who did what" 0 "user.refuse    ben" audit </dev/null
check "audit names the system's user" 0 " by $(id -un) (command)" \
	audit --limit 1 </dev/null
check "audit speaks JSON" 0 '"actor":null,"actorName":"'"$(id -un)"'"' \
	audit --json --limit 1 </dev/null
check "audit --limit is a number" 2 "usage:" audit --limit many </dev/null
got=$("$command" audit --json | grep -o '"action":"[^"]*"' | cut -d'"' -f4 |
	tr '\n' ' ')
want="room.end stream.end stream.end user.approve user.refuse user.enable user.disable user.unadmin user.admin "
if [ "$got" = "$want" ]; then
	echo "ok stagedoor: each change is in the log once, newest first"
else
	echo "# $got"
	echo "not ok stagedoor: each change is in the log once, newest first"
	wrong=1
fi
check "backup writes a copy" 0 "written" backup "$dir/copy.db" </dev/null
check "backup says what is not in it" 0 "$dir/stagedoor.key, which is not" \
	backup "$dir/copy2.db" </dev/null
check "backup does not overwrite" 1 "exists already" \
	backup "$dir/copy.db" </dev/null
check "config shows settings" 0 "leeway_s = 60" config </dev/null
check "config hides secrets" 0 "app_secret = (hidden)" config </dev/null
check "doctor finds that LiveKit is down" 1 "fail  livekit" doctor </dev/null
check "doctor finds that the schema is right" 1 "ok    schema" \
	doctor </dev/null
check "doctor says who may stream" 1 "ok    creators       open" \
	doctor </dev/null
check "doctor knows that no key file is needed yet" 1 \
	"ok    key_file       $dir/stagedoor.key comes with" doctor </dev/null
head -c 31 /dev/zero >"$dir/stagedoor.key"
check "doctor finds a key file of another size" 1 \
	"fail  key_file       $dir/stagedoor.key is no file of 32 bytes" \
	doctor </dev/null
head -c 32 /dev/zero >"$dir/stagedoor.key"
chmod 644 "$dir/stagedoor.key"
check "doctor finds a key file that others may read" 1 \
	"is open to others: chmod 0600" doctor </dev/null
chmod 600 "$dir/stagedoor.key"
check "doctor finds a good key file" 1 \
	"ok    key_file       $dir/stagedoor.key; keep" doctor </dev/null
rm "$dir/stagedoor.key"
python3 - "$dir/stage.db" <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("INSERT INTO stream_keys (ingress_id, user_id, state, type, is_own, "
    "server_url, key_sealed, key_hash, created_at) SELECT 'own', id, 'current', "
    "'WHIP', 1, 'http://127.0.0.1/whip', 'sealed-with-another-key', ?, 1 "
    "FROM users WHERE username = 'ben'", ("0" * 64,))
db.commit()
END
check "doctor finds that the key file of stream keys is gone" 1 \
	"fail  key_file       $dir/stagedoor.key is not there, and stream keys" \
	doctor </dev/null
check "doctor speaks JSON" 1 '"check":"livekit","result":"fail"' \
	doctor --json </dev/null
check "tick with LiveKit away fails and says so" 1 "stays queued" \
	tick </dev/null
export STAGEDOOR_LIVEKIT_API_SECRET=
check "doctor says what lacks where LiveKit is not configured" 1 \
	"fail  livekit        not configured, livekit_api_secret is not set" \
	doctor </dev/null
check "tick does what needs no LiveKit where none is configured" 0 \
	"one pass done" tick </dev/null
unset STAGEDOOR_LIVEKIT_API_SECRET

for name in config doctor; do
	if "$command" "$name" 2>&1 | grep -q "keep-this-out\|0123456789abcdef"
	then
		echo "not ok stagedoor: $name shows no secret"
		wrong=1
	else
		echo "ok stagedoor: $name shows no secret"
	fi
done

write_conf "colour = red"
check "an unknown setting is refused with its line" 1 \
	"stagedoor.conf:8: unknown name colour" user list </dev/null
write_conf ""
chmod 644 "$STAGEDOOR_CONF"
check "a configuration that others may read is refused" 1 "chmod 600" \
	user list </dev/null
chmod 600 "$STAGEDOOR_CONF"
check "record wants a recording" 2 "usage:" record </dev/null
check "record says that there is none" 1 "there is no recording nobody's" \
	record "nobody's" </dev/null

# The daemon: ends at SIGTERM with status 0 and lets go of the lease.
"$command" worker 2>/dev/null &
worker=$!
for _ in {1..50}; do
	"$command" tick --json 2>/dev/null | grep -q '"did":false,"result":"ok"' &&
	    break
	sleep 0.1
done
check "tick leaves the work to a worker that is there" 0 \
	"another worker has the lease" tick </dev/null
kill -TERM $worker
wait $worker
if [ $? = 0 ]; then
	echo "ok stagedoor: the worker ends at SIGTERM with status 0"
else
	echo "not ok stagedoor: the worker ends at SIGTERM with status 0"
	wrong=1
fi
check "a worker that ended has let go of the lease" 1 "stays queued" \
	tick </dev/null
exit $wrong
