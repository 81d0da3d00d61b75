#!/usr/bin/env python3
"""A person of no rights tries every route on somebody else's channel, live at that time: refused, and nothing of it has
changed; and members that nobody may set, in every body, set nothing. The routes are those of `stagedoor.fcgi --routes`:
one without a row here fails. Needs the values of quickstart.env in the environment.
"""
import json, os, subprocess
from fake_livekit import OFFER, FakeLiveKit
from fault_world import event, hook, person
from stack import Stack, claims_of, finish, ok

# What nobody may set, each by its own name and by that of a column.
MASS = {"id": "mine", "userId": "VICTIM", "user_id": "VICTIM", "hostId": "VICTIM", "ownerId": "VICTIM", "owner_id": "VICTIM",
        "streamerId": "VICTIM", "isLive": True, "is_live": 1, "viewerCount": 99, "followerCount": 99, "startedAt": "2001-01-01T00:00:00Z",
        "createdAt": "2001-01-01T00:00:00Z", "ingressId": "IN_mine", "ingress_id": "IN_mine", "streamKey": "sk_mine",
        "key_hash": "0" * 64, "serverUrl": "https://elsewhere.example/", "role": "admin", "isCreator": True, "isAdmin": True,
        "is_admin": 1, "isDisabled": False, "lastUsedAt": None, "identity": "VICTIM", "canPublish": True, "state": "current"}
# Columns that move by themselves, or by good requests of others.
MOVES = {"last_used_at", "confirmed_at", "not_before", "attempts", "last_error", "expires_at", "holder", "taken_at"}
TABLES_OUT = {"lease", "sqlite_sequence", "counters"}

fake = FakeLiveKit()
stack = Stack({p: 1 for p in ("live", "chat", "account", "stream", "viewer", "user", "admin", "whip", "webhook", "ops")},
              livekit_api_url=fake.url, creators="approval")


def call(method, path, body=None, token=None, kind=None):
    return stack.api(method, path, body, token, {"Content-Type": kind} if kind else None)


def tables():
    """Every table's rows as dictionaries, without what moves by itself."""
    out = {}
    for name, in stack.sql("SELECT name FROM sqlite_master WHERE type = 'table'"):
        if name not in TABLES_OUT:
            columns = [c[1] for c in stack.sql(f"PRAGMA table_info({name})")]
            out[name] = sorted((tuple((c, v) for c, v in zip(columns, row) if c not in MOVES) for row in stack.sql(f"SELECT * FROM {name}")), key=repr)
    return out


def of_victim(dump):
    """Only rows that are the victim's: their person, channel, key, room."""
    owns = ("id", "user_id", "owner_id", "name", "room_name", "blocker_id", "target_id", "follower_id")
    return {t: [r for r in rows if any(c in owns and v == victim_id for c, v in r)] for t, rows in dump.items()}


def differs(a, b):
    return [f"{t}: {[r for r in b[t] if r not in a[t]]} for {[r for r in a[t] if r not in b[t]]}" for t in a if a[t] != b[t]]


def user(name, approve):
    token, which = stack.user(name)
    if approve:
        stack.cli("user", "approve", name)
    return token, which


victim, victim_id = user("victim", True)
rival, rival_id = user("rival", True)
stranger, stranger_id = user("stranger", False)
blocked, blocked_id = user("blocked", False)
boss, _ = user("boss", False)
stack.cli("user", "admin", "boss")
PASSWORD = "correct horse battery"

status, _, made = call("POST", "/api/stream/create", {"title": "mine", "description": "d", "ingressType": "WHIP"}, victim)
ok(status == 201, "a channel to attack is there", f"{status} {made}")
key = made["ingress"]["streamKey"]
status, headers, _ = call("POST", "/whip", OFFER, key, "application/sdp")
session = headers.get("Location", "/none").rsplit("/", 1)[1]
publisher = person("PA_victim", victim_id, tracks=[{"sid": "TR_v", "type": "VIDEO", "source": "CAMERA"}])
hook(stack, event("participant_joined", victim_id, participant=publisher))
hook(stack, event("track_published", victim_id, participant={"sid": "PA_victim", "identity": victim_id}, track={"sid": "TR_v", "type": "VIDEO", "source": "CAMERA"}))
status, _, reply = call("GET", "/api/stream/status", None, victim)
ok(status == 200 and reply["isLive"] is True, "and it is on air", f"{status} {reply}")
_, _, reply = call("POST", "/api/stream/create", {"title": "theirs", "ingressType": "WHIP"}, rival)
rival_key = reply["ingress"]["streamKey"]
call("PUT", "/api/users/blocked/block", None, victim)
call("PUT", "/api/users/rival/follow", None, victim)
guest = call("POST", "/api/viewer/token", {"hostId": victim_id, "guestName": "G"})[2]["guestToken"]
victim_key_id = call("POST", "/api/auth/keys", {"label": "k"}, victim)[2]["id"]
victim_session = call("GET", "/api/auth/sessions", None, victim)[2]["items"][0]["id"]
# A key without the admin scope is no administrator, whoever made it.
boss_key = call("POST", "/api/auth/keys", {"label": "k"}, boss)[2]["key"]
reader = call("POST", "/api/auth/keys", {"label": "r", "scopes": ["read"]}, victim)[2]["key"]
broadcast = stack.sql("SELECT id FROM broadcasts WHERE user_id = ?", victim_id)[0][0]

EVERYBODY = ("nobody", "guest", "stranger", "blocked", "rival", "boss_key")
ANY = {"nobody": 401, "guest": 403}
CREATOR = {"nobody": 401, "guest": 403, "stranger": (403, "creator_not_approved"), "blocked": (403, "creator_not_approved"), "boss_key": (403, "creator_not_approved")}
ADMIN = {"nobody": 401, "guest": 403, "stranger": (403, "admin_only"), "blocked": (403, "admin_only"), "rival": (403, "admin_only"), "boss_key": 403}
SELF = {**ANY, "boss_key": 403}
PUBLIC = {}

# Route → (address with the victim's things in it, body, who gets what). Who is not named may: then nothing of the
# victim's has changed all the same. Everybody is tried: people = the last dictionary and those of its class.
ROWS = {
    "POST /live/start": ("/live/start", {"title": "x", "roomName": victim_id}, {**ANY, "stranger": (400, "invalid_room_name"), "rival": 400}),
    "POST /live/token": ("/live/token", {"roomName": victim_id, "participantName": "x"}, {**ANY, "stranger": (404, "no_room"), "rival": 404}),
    "POST /live/end": ("/live/end", {"roomName": victim_id}, {**ANY, "stranger": (404, "no_room"), "rival": 404}),
    "GET /live": ("/live", None, PUBLIC),
    "GET /live/{id}": (f"/live/{victim_id}", None, {"nobody": 404, "stranger": 404, "rival": 404}),
    "POST /api/chat/{room}/messages": (f"/api/chat/{victim_id}/messages", {"text": "x", "type": "announcement"}, {**ANY, "stranger": (403, 404), "rival": (403, 404)}),
    "GET /api/chat/{room}/messages": (f"/api/chat/{victim_id}/messages", None, {w: (200, 401, 403, 404) for w in EVERYBODY}),
    "POST /api/auth/register": ("/api/auth/register", {"username": "victim", "password": PASSWORD}, {w: (409, "username_taken") for w in EVERYBODY}),
    "POST /api/auth/login": ("/api/auth/login", {"username": "victim", "password": "not this one, no"}, {w: (401, "invalid_credentials") for w in EVERYBODY}),
    "POST /api/auth/logout": None, "GET /api/auth/me": ("/api/auth/me", None, ANY),
    "PUT /api/auth/me": ("/api/auth/me", {"displayName": "x"}, SELF),
    "DELETE /api/auth/me": ("/api/auth/me", {"password": "not this one, no"}, {**SELF, "stranger": (401, 403), "rival": (401, 403)}),
    "PUT /api/auth/me/password": ("/api/auth/me/password", {"current": "not this one, no", "next": "another good one"}, {**SELF, "stranger": (401, 403), "rival": (401, 403)}),
    "POST /api/auth/me/creator": ("/api/auth/me/creator", None, SELF),
    "GET /api/auth/sessions": ("/api/auth/sessions", None, SELF),
    "DELETE /api/auth/sessions/{id}": (f"/api/auth/sessions/{victim_session}", None, {**SELF, "stranger": (404, "no_session"), "rival": 404}),
    "GET /api/auth/keys": ("/api/auth/keys", None, SELF), "POST /api/auth/keys": ("/api/auth/keys", {"label": "x", "scopes": ["read"]}, SELF),
    "DELETE /api/auth/keys/{id}": (f"/api/auth/keys/{victim_key_id}", None, {**SELF, "stranger": (404, "no_key"), "rival": 404}),
    "POST /api/stream/create": ("/api/stream/create", {"title": "x"}, {**CREATOR, "rival": (409, "stream_exists")}),
    "POST /api/stream/ingress": ("/api/stream/ingress", {"ingressType": "WHIP"}, CREATOR),
    "PUT /api/stream/ingress": ("/api/stream/ingress", {"enabled": True}, CREATOR),
    "DELETE /api/stream/ingress": ("/api/stream/ingress", None, CREATOR),
    "GET /api/stream/info": ("/api/stream/info", None, CREATOR), "PUT /api/stream/info": ("/api/stream/info", {"title": "x"}, CREATOR),
    "GET /api/stream/credentials": ("/api/stream/credentials", None, {**CREATOR, "rival": (200, 404)}),
    "PUT /api/stream/chat-settings": ("/api/stream/chat-settings", {"isChatEnabled": False}, CREATOR),
    "GET /api/stream/status": ("/api/stream/status", None, CREATOR),
    "POST /api/stream/creator-token": ("/api/stream/creator-token", {"publish": True, "takeover": True}, CREATOR),
    "POST /api/stream/end": ("/api/stream/end", None, CREATOR),
    "GET /api/stream/broadcasts": ("/api/stream/broadcasts", None, CREATOR),
    "GET /api/stream/broadcasts/{id}": (f"/api/stream/broadcasts/{broadcast}", None, {**CREATOR, "rival": (404, "no_broadcast")}),
    "GET /api/viewer/stream/{username}": ("/api/viewer/stream/victim", None, {"blocked": (404, "no_channel")}),
    "POST /api/viewer/token": ("/api/viewer/token", {"hostId": victim_id}, {"nobody": 400, "blocked": (403, "blocked")}),
    "GET /api/viewer/live": ("/api/viewer/live", None, PUBLIC), "GET /api/viewer/following": ("/api/viewer/following", None, ANY),
    "GET /api/viewer/recommended": ("/api/viewer/recommended", None, PUBLIC),
    "GET /api/users": ("/api/users?q=victim", None, PUBLIC), "GET /api/users/{username}": ("/api/users/victim", None, {"blocked": 404}),
    "GET /api/users/me/following": ("/api/users/me/following", None, ANY), "GET /api/users/me/blocks": ("/api/users/me/blocks", None, ANY),
    "PUT /api/users/{username}/follow": ("/api/users/victim/follow", None, {**ANY, "blocked": (403, 404)}),
    "DELETE /api/users/{username}/follow": ("/api/users/victim/follow", None, ANY),
    "PUT /api/users/{username}/block": ("/api/users/blocked/block", None, ANY),
    "DELETE /api/users/{username}/block": ("/api/users/blocked/block", None, ANY),
    "GET /api/admin/users": ("/api/admin/users", None, ADMIN), "GET /api/admin/audit": ("/api/admin/audit", None, ADMIN),
    "PUT /api/admin/users/{username}": ("/api/admin/users/victim", {"isDisabled": True}, ADMIN),
    "DELETE /api/admin/streams/{username}": ("/api/admin/streams/victim", None, ADMIN),
    "POST /whip": ("/whip", OFFER, {w: (401, "invalid_stream_key") for w in EVERYBODY if w != "rival"}),
    "PATCH /whip/{session}": (f"/whip/{session}", b"a=ice-ufrag:abcd\r\n", {w: 401 for w in EVERYBODY if w != "rival"}),
    "DELETE /whip/{session}": (f"/whip/{session}", None, {w: 401 for w in EVERYBODY if w != "rival"}),
    "POST /api/webhook/livekit": ("/api/webhook/livekit", {"event": "ingress_ended"}, {w: 401 for w in EVERYBODY}),
    "GET /healthz": ("/healthz", None, PUBLIC), "GET /readyz": ("/readyz", None, PUBLIC), "GET /metrics": ("/metrics", None, PUBLIC),
}
PEOPLE = {"nobody": None, "guest": guest, "stranger": stranger, "blocked": blocked, "rival": rival, "boss_key": boss_key}
SDPS = {"POST": "application/sdp", "PATCH": "application/trickle-ice-sdpfrag"}
SECRETS = (key, "sk_", made["ingress"]["ingressId"], "scrypt$")


def expected(want, status, code):
    want = want if isinstance(want, tuple) else (want,)
    return status in want and (code in want or not any(isinstance(w, str) for w in want))


routes = [line.split()[:2] for line in subprocess.run([stack.bin + "/stagedoor.fcgi", "--routes"], capture_output=True, text=True, check=True).stdout.splitlines()]
missing = [f"{m} {p}" for m, p in routes if f"{m} {p}" not in ROWS]
ok(not missing, "every route has a row here", str(missing))
gone = [r for r in ROWS if r.split() not in routes]
ok(not gone, "every row here has a route", str(gone))
tried = 0
for route, row in ROWS.items():
    if row is None or route.split() not in routes:
        continue
    path, body, wants = row
    method = route.split()[0]
    for who, token in PEOPLE.items():
        token = rival_key if path.startswith("/whip") and who == "rival" else token
        kind = SDPS.get(method) if path.startswith("/whip") else None
        before = tables()
        status, _, reply = call(method, path, body, token, kind)
        after = tables()
        code = reply.get("code", "") if isinstance(reply, dict) else ""
        name = f"{route} by {who}"
        tried += 1
        if who in wants:
            ok(expected(wants[who], status, code), f"{name}: {wants[who]}", f"{status} {reply}")
            ok(after == before, f"{name}: nothing has changed", "; ".join(differs(before, after))[:600])
        else:
            ok(status in (200, 201, 202, 204) or who in ("guest", "blocked", "boss_key", "rival") and status in (400, 401, 403, 404, 409, 428),
               f"{name}: an answer", f"{status} {reply}")
            changed = differs(of_victim(before), of_victim(after))
            # Being followed is a right that others have.
            ok(not changed or "/follow" in path and all(c.startswith("users") for c in changed), f"{name}: nothing of the victim's has changed", "; ".join(changed)[:600])
        text = json.dumps(reply) if isinstance(reply, dict) else str(reply)
        ok(not any(s in text.replace(rival_key, "") for s in SECRETS) or route.endswith(("/ingress", "/credentials", "/create")) and key not in text,
           f"{name}: nothing secret in the reply", text[:300])
ok(call("GET", "/api/stream/status", None, victim)[2]["isLive"] is True, f"after {tried} tries the channel is on air")
ok(call("GET", "/api/stream/credentials", None, victim)[2]["streamKey"] == key, "with its key as it was")
status, _, reply = call("GET", "/api/stream/credentials", None, reader)
ok(status == 403 and reply["code"] == "scope_missing", "a key of the owner's with the scope read does not show the stream key", f"{status} {reply}")
status, _, reply = call("PUT", "/api/stream/info", {"title": "x"}, reader)
ok(status == 403 and reply["code"] == "scope_missing", "nor changes the channel", f"{status} {reply}")

# ---- members that nobody may set -------------------------------------------
mass = {k: victim_id if v == "VICTIM" else v for k, v in MASS.items()}
lone, lone_id = user("lone", True)


def row_of(table, column, value):
    columns = [c[1] for c in stack.sql(f"PRAGMA table_info({table})")]
    rows = stack.sql(f"SELECT * FROM {table} WHERE {column} = ?", value)
    return dict(zip(columns, rows[0])) if rows else {}


def assigned(name, method, path, body, token, table, column, value, may, want=(200, 201, 204)):
    """Only the columns in may have changed in that one row, and nothing of the victim's."""
    extra = {k: v for k, v in mass.items() if k not in body}
    theirs, before = of_victim(tables()), row_of(table, column, value)
    status, _, reply = call(method, path, {**extra, **body}, token)
    after = row_of(table, column, value)
    changed = {c for c in after if before and before.get(c) != after[c]}
    ok(status in want, f"{name} with members that nobody may set: answered", f"{status} {reply}")
    ok(changed <= set(may), f"{name} with members that nobody may set: they set nothing", str(changed - set(may)))
    left = differs(theirs, of_victim(tables()))
    ok(not left, f"{name} with members that nobody may set: the victim's rows are as they were", "; ".join(left)[:600])
    return reply


reply = assigned("POST /api/stream/create", "POST", "/api/stream/create", {"title": "t", "ingressType": "WHIP", "description": "d", "thumbnail": None}, lone, "streams", "user_id", lone_id, [])
own = row_of("streams", "user_id", lone_id)
ok(own and own["created_at"] > 1e12 and own["id"] != "mine" and own["last_live_at"] is None, "a channel made with them is the caller's own", str(own))
ok(reply["ingress"]["streamKey"] != "sk_mine" and reply["ingress"]["ingressId"] != "IN_mine" and "elsewhere" not in reply["ingress"]["serverUrl"], "and so is its key", "")
reply = assigned("POST /api/stream/ingress", "POST", "/api/stream/ingress", {"ingressType": "WHIP"}, lone, "streams", "user_id", lone_id, [])
ok(reply["streamKey"] not in ("sk_mine", key) and reply["ingressId"] != "IN_mine", "a rotated key is a new one", "")
lone_key = row_of("stream_keys", "user_id", lone_id)["ingress_id"]
assigned("PUT /api/stream/ingress", "PUT", "/api/stream/ingress", {"enabled": False}, lone, "stream_keys", "ingress_id", lone_key, ["is_enabled"])
assigned("PUT /api/stream/info", "PUT", "/api/stream/info", {"title": "new", "description": "e", "thumbnail": "https://example.org/t.png"}, lone, "streams", "user_id", lone_id, ["title", "description", "thumbnail"])
assigned("PUT /api/stream/chat-settings", "PUT", "/api/stream/chat-settings", {"isChatEnabled": False}, lone, "streams", "user_id", lone_id, ["is_chat_enabled"])
reply = assigned("POST /api/stream/creator-token", "POST", "/api/stream/creator-token", {"publish": False}, lone, "streams", "user_id", lone_id, [])
claims = claims_of(reply["token"])
ok(claims["sub"] == f"Host-{lone_id}" and claims["video"]["room"] == lone_id and claims["video"]["canPublish"] is False, "a self-view asked for with them is one", str(claims))
assigned("POST /api/stream/end", "POST", "/api/stream/end", {}, lone, "streams", "user_id", lone_id, ["refused_until"])
reply = assigned("POST /api/viewer/token", "POST", "/api/viewer/token", {"hostId": victim_id, "username": "victim"}, stranger, "users", "id", stranger_id, [])
claims = claims_of(reply["token"])
ok(claims["sub"] == stranger_id and claims["video"]["canPublish"] is False, "a viewer's token asked for with them is one", str(claims))
assigned("PUT /api/auth/me", "PUT", "/api/auth/me", {"displayName": "Lone"}, lone, "users", "id", lone_id, ["display_name"])
assigned("POST /api/auth/me/creator", "POST", "/api/auth/me/creator", {}, stranger, "users", "id", stranger_id, ["creator_asked_at"])
assigned("PUT /api/admin/users/{username}", "PUT", "/api/admin/users/lone", {"isCreator": True, "isAdmin": False, "isDisabled": False}, boss, "users", "id", lone_id, [])
made = call("POST", "/api/auth/register", {**{k: v for k, v in mass.items() if k != "id"}, "username": "newcomer", "password": PASSWORD})[2].get("user", {})
ok(made.get("isAdmin") is False and made.get("isCreator") is False and made.get("username") == "newcomer", "registering with them makes an ordinary person", str(made))
stack.stop()
fake.stop()
finish()
