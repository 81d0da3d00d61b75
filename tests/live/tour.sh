#!/usr/bin/env bash
# The curl lines that ./quickstart printed, and those of README.md for creators
# and for rooms, pasted as they are into a bash; each reply as in the API's description.
# Needs QUICKSTART_LOG, what quickstart printed.
set -u
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
failed=0

sed -n '/^S=http/,/^call \/live\/\$R/p' "$QUICKSTART_LOG" >"$T/lines"
(cd "$T" && env -i PATH="$PATH" HOME="$T" bash <"$T/lines" >"$T/out" 2>"$T/err")
grep '^{' "$T/out" >"$T/replies"

reply() { sed -n "$1p" "$T/replies"; }
json() {	# json N EXPRESSION: of the N-th reply r
	reply "$1" | python3 -c 'import base64, json, sys
r = json.load(sys.stdin)
def claims(t):
	p = t.split(".")[1]
	return json.loads(base64.urlsafe_b64decode(p + "=" * (-len(p) % 4)))
print(eval(sys.argv[1]))' "$2" 2>&1
}
is() {		# is N EXPRESSION WANT SENTENCE
	local got
	got=$(json "$1" "$2")
	if [ "$got" = "$3" ]; then
		echo "ok $4"
	else
		echo "# reply $1: $2 is $got, not $3"
		echo "# $(reply "$1")"
		echo "not ok $4"
		failed=1
	fi
}

lines=$(wc -l <"$T/lines") replies=$(wc -l <"$T/replies")
if [ "$lines" -gt 15 ] && [ "$replies" = 10 ]; then
	echo "ok the printed lines give ten replies"
else
	sed 's/^/# /' "$T/out" "$T/err"
	echo "# $lines lines, $replies replies"
	echo "not ok the printed lines give ten replies"
	exit 1
fi
iso='__import__("re").fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", '
is 1 'r["token"][:3], r["user"]["username"][:5]' "('eyJ', 'host_')" \
    "registering answers with a user and a token"
is 2 'r["user"]["username"][:6], r["user"]["isAdmin"]' "('guest_', False)" \
    "a second person registers"
is 3 'sorted(r)' "['serverUrl', 'stream', 'token']" \
    "start answers with stream, token and serverUrl"
is 3 'sorted(r["stream"])' \
    "['createdAt', 'endedAt', 'id', 'isLive', 'streamerId', 'title', 'viewerCount']" \
    "a stream has the seven fields"
is 3 'r["stream"]["title"], r["stream"]["isLive"], r["stream"]["endedAt"]' \
    "('Hello from curl', True, None)" "the stream is live"
is 3 "bool(${iso}r['stream']['createdAt']))" True "createdAt is UTC to the millisecond"
is 3 'r["stream"]["streamerId"]' "$(json 1 'r["user"]["id"]')" "the host is its streamer"
is 3 'r["serverUrl"]' "$LIVEKIT_URL" "serverUrl is LiveKit's"
is 3 '[claims(r["token"])["video"].get(k) for k in ("roomJoin", "canPublish", "canSubscribe", "canPublishData")]' \
    "[True, True, True, True]" "the host's token may publish"
is 3 'claims(r["token"])["video"]["room"] == r["stream"]["id"]' True \
    "the token is for the stream's room"
stream=$(json 3 'r["stream"]["id"]')
is 4 "[s['isLive'] for s in r['items'] if s['id'] == '$stream'], r['next']" \
    "([True], None)" "the list shows it"
is 5 'sorted(r)' "['serverUrl', 'token']" "token answers with token and serverUrl"
is 5 '[claims(r["token"])["video"].get(k, False) for k in ("roomJoin", "canPublish", "canSubscribe", "canPublishData")]' \
    "[True, False, True, True]" "the viewer's token may watch and chat only"
is 5 'claims(r["token"])["sub"]' "$(json 2 'r["user"]["id"]')" \
    "the viewer's identity is the user, not the name in the body"
is 6 'r["message"]["text"], r["message"]["roomName"]' "('hello, host', '$stream')" \
    "a viewer's line is kept"
is 7 'r["message"]["text"], r["message"]["username"][:5]' "('hello, guest', 'host_')" \
    "the host's line is kept"
is 8 '[m["text"] for m in r["items"]]' "['hello, guest', 'hello, host']" \
    "chat lists the newest first"
is 9 'r["success"], r["stream"]["id"], r["stream"]["isLive"]' \
    "(True, '$stream', False)" "end answers success and the stream"
is 9 "bool(${iso}r['stream']['endedAt']))" True "endedAt is UTC to the millisecond"
is 10 'r["stream"]["isLive"]' False "the ended stream can still be looked at"

# What README.md says after the lines above.
readme=$(cd "$(dirname "$0")/../.." && pwd)/README.md

lines_after() {	# lines_after FIRST COUNT NAME: README's lines from there on
	{ cat "$T/lines"; echo 'echo ----'
	sed -n "/^# $1/,/^\`\`\`/p" "$readme" | grep -v '^```'
	} >"$T/more"
	(cd "$T" && env -i PATH="$PATH" HOME="$T" bash <"$T/more" >"$T/out" 2>"$T/err")
	sed '1,/^----$/d' "$T/out" | grep '^{' >"$T/replies"
	if [ "$(wc -l <"$T/replies")" != "$2" ]; then
		sed 's/^/# /' "$T/out" "$T/err"
		echo "not ok $3"
		exit 1
	fi
	echo "ok $3"
}

# Creators.
lines_after "a channel and its stream key" 8 "the lines for creators give eight replies"
is 1 'sorted(r), r["stream"]["title"]' \
    "(['ingress', 'stream'], 'Evenings with curl')" "a channel with its key is made"
is 1 'sorted(r["ingress"])' \
    "['ingressId', 'ingressType', 'serverUrl', 'streamKey']" \
    "a key has the four fields"
key=$(json 1 'r["ingress"]["streamKey"]')
is 1 'r["ingress"]["streamKey"][:3], r["ingress"]["serverUrl"][-5:]' \
    "('sk_', '/whip')" "the encoder is told where and with what"
is 2 'r["streamKey"]' "$key" "the owner reads the key again"
is 3 'sorted(r), r["next"]' "(['items', 'next'], None)" "who is on air is a list"
is 4 'r["title"], r["isLive"], r["username"][:5]' \
    "('Evenings with curl', False, 'host_')" "everybody sees the channel"
is 5 'r["identity"][:6], r["name"], "guestToken" in r' "('guest-', 'Ada', True)" \
    "a guest gets a token"
is 5 '[claims(r["token"])["video"].get(k, False) for k in ("roomJoin", "canPublish", "canSubscribe")]' \
    "[True, False, True]" "a guest's token may watch only"
is 6 'claims(r["token"])["sub"] == r["identity"], "guestToken" in r' \
    "(True, False)" "a viewer gets a token"
is 7 'r' "{'isLive': False}" "end answers that it is off the air"
is 8 'r["streamKey"][:3], r["streamKey"] == "'"$key"'"' "('sk_', False)" \
    "another key is made"

# Rooms.
lines_after "a source opens a room" 10 "the lines for rooms give ten replies"
rights='[claims(r["token"])["video"].get(k, False) for k in ("roomJoin", "canPublish", "canSubscribe", "roomAdmin")]'
is 1 'sorted(r), r["displayName"], r["isSource"]' \
    "(['displayName', 'isSource', 'room', 'serverUrl', 'token'], \"Ada's room\", True)" \
    "a source gets a room of its own"
room=$(json 1 'r["room"]')
is 2 'r["room"], r["isSource"]' "('$room', False)" "a participant is let in"
is 2 "$rights" "[True, True, True, False]" "and may publish"
is 3 "[x['kind'] for x in r['rooms'] if x['room'] == '$room'], r['next']" \
    "(['source'], None)" "the room is on the list"
is 4 'sorted(r), r["room"][:6]' "(['identity', 'room', 'token', 'url'], 'voice-')" \
    "a member is let into the voice channel"
is 4 'claims(r["token"])["video"]["canPublishSources"]' "['microphone']" \
    "with the microphone only"
is 5 "[(c['name'], c['type'], c['participants']) for c in r['items']]" \
    "[('Oven', 'voice', [])]" "the channels are a list, with who is in them"
is 6 'r["room"]["name"][:6], r["room"]["kind"]' "('bread-', 'class')" \
    "a class is made"
is 7 "$rights" "[True, True, True, True]" "its owner teaches"
is 8 "$rights" "[True, False, True, False]" "a student listens"
is 9 'r["message"]["type"]' important "who teaches marks a message"
is 10 'r["status"], r["code"]' "(501, 'egress_missing')" \
    "recording says what is missing"
exit $failed
