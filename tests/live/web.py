"""The running site as a client sees it: requests through the real web server, and a digest of the database.

Needs the values of quickstart.env in the environment.
"""
import hashlib, json, os, sqlite3, time, urllib.error, urllib.request
from stack import ok, read_conf, until

base = os.environ["STAGEDOOR_URL"].rstrip("/")
conf = read_conf(os.environ["STAGEDOOR_CONF"])


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect)


def http(method, path, body=None, token=None, headers=None):
    """(status, headers, JSON or text)"""
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    h = dict(headers or {})
    if data is not None:
        h.setdefault("Content-Type", "application/json")
    if token:
        h["Authorization"] = "Bearer " + token
    request = urllib.request.Request(base + path, data=data, headers=h, method=method)
    try:
        reply = opener.open(request, timeout=30)
    except urllib.error.HTTPError as e:
        reply = e
    with reply:
        text = reply.read()
        kind = reply.headers.get("Content-Type", "")
        try:
            return reply.status, reply.headers, json.loads(text) if "json" in kind and text else text
        except ValueError:
            return reply.status, reply.headers, text


# People of suites before this one, whose rooms still end: nobody here asked for that.
EARLIER = f"(SELECT id FROM users WHERE created_at < {int(time.time() * 1000)})"
ROOMS = f"(SELECT name FROM rooms WHERE owner_id IN {EARLIER})"


def dump():
    """A digest of everything that a refused request may not change. (Last-use times and rooms' confirmations move
    with good requests and with LiveKit's own notices; those of the rooms that were just made are waited for.)"""
    db = sqlite3.connect(f"file:{conf['database']}?mode=ro", uri=True, timeout=10)
    until(lambda: db.execute(f"""SELECT count(*) FROM rooms r WHERE state = 'open' AND owner_id NOT IN {EARLIER} AND NOT EXISTS
          (SELECT 1 FROM webhook_inbox w WHERE w.room_name = r.name AND w.event = 'room_started')""").fetchone() == (0,), 5)
    out = hashlib.sha256()
    for table in ("users", "live_messages", "streams", "follows", "blocks", "audit", "room_members", "workspaces", "workspace_members",
                  "voice_channels", "recordings"):
        for row in db.execute(f"SELECT * FROM {table} ORDER BY 1, 2"):
            out.update(repr(row).encode())
    for query in (f"SELECT * FROM live_streams WHERE streamer_id NOT IN {EARLIER} ORDER BY 1",
                  "SELECT id, user_id, expires_at FROM sessions ORDER BY 1",
                  "SELECT id, user_id, label, scopes, key_hash FROM api_keys ORDER BY 1",
                  f"SELECT name, kind, owner_id, state, ended_at FROM rooms WHERE owner_id NOT IN {EARLIER} ORDER BY 1",
                  "SELECT ingress_id, user_id, state, key_hash, is_enabled FROM stream_keys ORDER BY 1",
                  f"SELECT id, user_id, title, started_at, ended_at FROM broadcasts WHERE user_id NOT IN {EARLIER} ORDER BY 1",
                  f"SELECT id, user_id, ended_at FROM whip_sessions WHERE user_id NOT IN {EARLIER} ORDER BY 1",
                  f"SELECT kind, room_name FROM job WHERE room_name NOT IN {ROOMS} ORDER BY 1, 2",
                  f"SELECT event_id FROM webhook_inbox WHERE coalesce(room_name, '') NOT IN {ROOMS} ORDER BY 1"):
        for row in db.execute(query):
            out.update(repr(row).encode())
    db.close()
    return out.hexdigest()


def register(name):
    status, _, reply = http("POST", "/api/auth/register", {"username": name, "password": "correct horse battery"})
    if status != 201:
        raise SystemExit(f"not ok registering {name}: {status} {reply}")
    return reply["token"], reply["user"]


def problem(name, got, status, *codes):
    ok(got[0] == status and isinstance(got[2], dict) and got[2].get("code") in codes
       and got[1].get("Content-Type", "").startswith("application/problem+json") and got[2].get("status") == status
       and got[2].get("title") and got[2].get("detail") and got[2].get("requestId"),
       name, f"want {status} {'/'.join(codes)}, got {got[0]} {str(got[2])[:300]}")
