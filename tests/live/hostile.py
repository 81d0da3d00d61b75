#!/usr/bin/env python3
"""Every endpoint through the real web server, attacked with curl's means: the documented problem each time, and the
database as it was. Needs the values of quickstart.env in the environment; prints ok / not ok lines.
"""
import json, os, re, secrets, subprocess, time
from stack import claims_of, finish, jwt, ok
from web import conf, dump, http, problem, register

VECTORS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vectors", "jsontestsuite", "test_parsing")
# Valid JSON that we do not take: a key twice, or a NUL character.
REFUSED = ("y_object_duplicated_key", "y_object_duplicated_key_and_value", "y_object_escaped_null_in_key",
           "y_string_null_escape")
run = secrets.token_hex(3)
alice, alice_user = register(f"alice_{run}")
bob, _ = register(f"bob_{run}")
status, _, reply = http("POST", "/live/start", {"title": "hostile"}, alice)
ok(status == 201, "a stream to attack is there", f"{status} {reply}")
room = reply["stream"]["id"]
status, _, reply = http("POST", "/api/auth/keys", {"label": "k"}, alice)
key_id = reply["id"]
status, _, sessions = http("GET", "/api/auth/sessions", token=alice)
session_id = sessions["items"][0]["id"]
expired = jwt({**claims_of(alice), "iat": int(time.time()) - 7200, "exp": int(time.time()) - 3600}, conf["app_secret"])

# method, path, body that works, needs sign-in, what another person gets
operations = [
    ("POST", "/api/auth/register", {"username": "x", "password": "y"}, False, None),
    ("POST", "/api/auth/login", {"username": "x", "password": "y"}, False, None),
    ("POST", "/api/auth/logout", None, True, None),
    ("GET", "/api/auth/me", None, True, None),
    ("PUT", "/api/auth/me", {"displayName": "changed"}, True, None),
    ("DELETE", "/api/auth/me", {"password": "wrong password"}, True, None),
    ("PUT", "/api/auth/me/password", {"current": "wrong password", "next": "another good one"}, True, None),
    ("GET", "/api/auth/sessions", None, True, None),
    ("DELETE", f"/api/auth/sessions/{session_id}", None, True, (404, "no_session")),
    ("GET", "/api/auth/keys", None, True, None),
    ("POST", "/api/auth/keys", {"label": "x"}, True, None),
    ("DELETE", f"/api/auth/keys/{key_id}", None, True, (404, "no_key")),
    ("POST", "/live/start", {"title": "x"}, True, None),
    ("POST", "/live/token", {"roomName": room, "participantName": "x"}, True, None),
    ("POST", "/live/end", {"roomName": room}, True, (403, "not_owner")),
    ("GET", "/live", None, False, None),
    ("GET", f"/live/{room}", None, False, None),
    ("GET", f"/api/chat/{room}/messages", None, True, None),
    ("POST", f"/api/chat/{room}/messages", {"text": "x"}, True, None),
    ("POST", "/api/auth/me/creator", None, True, None),
    ("POST", "/api/stream/create", {"title": "x", "ingressType": "WHIP"}, True, None),
    ("POST", "/api/stream/ingress", {"ingressType": "WHIP"}, True, None),
    ("PUT", "/api/stream/ingress", {"enabled": True}, True, (404, "no_stream_key")),
    ("DELETE", "/api/stream/ingress", None, True, None),
    ("GET", "/api/stream/info", None, True, (404, "no_stream")),
    ("PUT", "/api/stream/info", {"title": "x"}, True, (404, "no_stream")),
    ("GET", "/api/stream/credentials", None, True, (404, "no_stream_key")),
    ("PUT", "/api/stream/chat-settings", {"isChatEnabled": False}, True, (404, "no_stream")),
    ("GET", "/api/stream/status", None, True, None),
    ("POST", "/api/stream/creator-token", {"publish": True}, True, (404, "no_stream")),
    ("POST", "/api/stream/end", None, True, None),
    ("GET", "/api/stream/broadcasts", None, True, None),
    ("GET", "/api/stream/broadcasts/none", None, True, (404, "no_broadcast")),
    ("GET", f"/api/viewer/stream/{alice_user['username']}", None, False, None),
    ("POST", "/api/viewer/token", {"hostId": alice_user["id"], "guestName": "x"}, False, None),
    ("GET", "/api/viewer/live", None, False, None),
    ("GET", "/api/viewer/following", None, True, None),
    ("GET", "/api/viewer/recommended", None, False, None),
    ("GET", "/api/users?q=alice", None, False, None),
    ("GET", f"/api/users/{alice_user['username']}", None, False, None),
    ("GET", "/api/users/me/following", None, True, None),
    ("GET", "/api/users/me/blocks", None, True, None),
    ("PUT", f"/api/users/{alice_user['username']}/follow", None, True, None),
    ("DELETE", f"/api/users/{alice_user['username']}/follow", None, True, None),
    ("PUT", f"/api/users/{alice_user['username']}/block", None, True, None),
    ("DELETE", f"/api/users/{alice_user['username']}/block", None, True, None),
    ("GET", "/api/admin/users", None, True, (403, "admin_only")),
    ("PUT", f"/api/admin/users/{alice_user['username']}", {"isAdmin": True}, True, (403, "admin_only")),
    ("DELETE", f"/api/admin/streams/{alice_user['username']}", None, True, (403, "admin_only")),
    ("GET", "/api/admin/audit", None, True, (403, "admin_only")),
    ("POST", "/api/webhook/livekit", {"event": "room_started"}, False, (401, "invalid_signature")),
    ("GET", "/healthz", None, False, None),
    ("GET", "/readyz", None, False, None),
    ("GET", "/metrics", None, False, None),
]
# What is not listed above is tried as well: with nobody's things in its address and an empty object where it takes a body.
for line in subprocess.run([os.environ["STAGEDOOR_BIN"] + "/stagedoor.fcgi", "--routes"], capture_output=True, text=True,
                           check=True).stdout.splitlines():
    method, path, _, auth, *flags = line.split()
    known = re.compile(re.sub(r"{\w+}", "[^/]+", path) + r"(\?.*)?")
    if not path.startswith("/whip") and not any(m == method and known.fullmatch(p) for m, p, *_ in operations):
        operations.append((method, re.sub(r"{\w+}", "none", path), {} if "BODY" in ",".join(flags).split(",") else None,
                           auth != "none" and auth != "optional", None))
ok(len(operations) > 80, f"{len(operations)} operations to try")
status, _, reply = http("POST", "/api/stream/create", {"title": "hostile", "ingressType": "WHIP"}, alice)
ok(status == 201, "a channel to attack is there", f"{status} {reply}")
before = dump()
for method, path, body, signed_in, other in operations:
    name = f"{method} {path.replace(room, '{room}').replace(session_id, '{id}').replace(key_id, '{id}').replace(alice_user['username'], '{username}')}"
    if signed_in:
        got = http(method, path, body)
        problem(f"{name} without a token", got, 401, "not_signed_in")
        ok(got[1].get("WWW-Authenticate", "").startswith("Bearer"), f"{name} without a token says WWW-Authenticate")
        problem(f"{name} with an expired token", http(method, path, body, expired), 401, "token_expired", "invalid_token")
        problem(f"{name} with half a token", http(method, path, body, alice[:-9]), 401, "invalid_token")
    if other:
        problem(f"{name} by another person", http(method, path, body, bob), *other)
    if body is not None and "webhook" not in path and other != (403, "admin_only"):
        who = alice if signed_in else None
        problem(f"{name} with a body of garbage", http(method, path, b"\x01garbage{", who), 400, "json_syntax", "json_utf8")
        problem(f"{name} with a body of 65 KiB", http(method, path, b'{"a":"' + b"x" * 66560 + b'"}', who), 413,
                "body_too_large")
        problem(f"{name} with text/plain", http(method, path, json.dumps(body).encode(), who,
                                                {"Content-Type": "text/plain"}), 415, "unsupported_media_type")
    wrong = {"GET": "DELETE", "POST": "PATCH", "PUT": "PATCH", "DELETE": "PATCH"}[method]
    if method == "GET" and path.startswith(("/api/auth/me", "/api/rooms/", "/api/workspaces/", "/api/recordings/")):
        wrong = "PATCH"
    got = http(wrong, path, b"{}", alice)
    problem(f"{name} with method {wrong}", got, 405, "method_not_allowed")
    ok(method in got[1].get("Allow", ""), f"{name} with method {wrong} says Allow", got[1].get("Allow", ""))
ok(dump() == before, "nothing in the database has changed")

for path in ("/api/nothing", "/live/a/b/c", "/api/auth", "/api/auth/me/"):
    problem(f"GET {path} is no route", http("GET", path, token=alice), 404, "no_route")

counts = {"n": 0, "y": 0}
for file in sorted(os.listdir(VECTORS)):
    kind = file[0]
    if kind not in "ny":
        continue
    data = open(os.path.join(VECTORS, file), "rb").read()
    status, _, reply = http("POST", "/live/start", data, alice)
    code = reply.get("code", "") if isinstance(reply, dict) else str(reply)
    counts[kind] += 1
    # A body of zero bytes is no body, and none is JSON that is required.
    if kind == "n":
        good = (status, code) == (413, "body_too_large") if len(data) > 65536 else \
            status == 400 and code in ("json_syntax", "json_utf8", "json_depth")
    elif file.removesuffix(".json") in REFUSED:
        good = status == 400 and code in ("json_duplicate_key", "json_nul")
    else:
        good = not code.startswith("json_") and status < 500
    if not good:
        ok(False, f"R24 JSONTestSuite {file}", f"{status} {code}")
ok(counts == {"n": 188, "y": 95}, f"R24 JSONTestSuite: {counts['n']} n_ and {counts['y']} y_ files answered", str(counts))
ok(dump() == before, "nothing in the database has changed after JSONTestSuite")
status, _, reply = http("POST", "/live/end", {"roomName": room}, alice)
ok(status == 200 and reply["success"] is True, "the owner ends the stream")
finish()
