#!/usr/bin/env python3
"""Security requirements on the running site, by number (R1 … R40). Needs the values of quickstart.env in the
environment; rows whose subject does not exist yet (bans, stream keys, URL ingress, event streams) are not here.
"""
import concurrent.futures as futures, json, os, re, secrets, socket, subprocess, sys, threading, time, urllib.parse
from stack import Stack, claims_of, finish, jwt, ok, parse, preload, request_env
from web import base, conf, dump, http, opener, problem, register

here = os.path.dirname(os.path.abspath(__file__))
vectors = os.path.join(here, "..", "vectors")
run = secrets.token_hex(3)
host, port = urllib.parse.urlsplit(base).hostname, urllib.parse.urlsplit(base).port
mount = urllib.parse.urlsplit(base).path.rstrip("/")


def raw(data, wait=10):
    """Bytes to the web server; everything it says until it hangs up or is silent."""
    s = socket.create_connection((host, port), wait)
    s.settimeout(wait)
    s.sendall(data)
    out = b""
    try:
        while True:
            more = s.recv(65536)
            if not more:
                break
            out += more
            head, _, body = out.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            if length and len(body) >= int(length.group(1)):
                break
    except OSError:
        pass
    s.close()
    return out


alice, alice_user = register(f"anna_{run}")
bob, bob_user = register(f"bert_{run}")
status, _, reply = http("POST", "/live/start", {"title": "requirements"}, alice)
ok(status == 201, "a stream to look at is there", str(reply))
room = reply["stream"]["id"]
_, _, reply = http("POST", "/live/token", {"roomName": room, "participantName": "bert"}, bob)
join = reply["token"]
expiry = int(time.time()) + 3600

# R1–R5: tokens
flipped = [alice[:i] + chr(ord(alice[i]) ^ 1) + alice[i + 1:] for i in range(0, len(alice), 7)]
bad = [t for t in flipped if http("GET", "/api/auth/me", token=t)[0] != 401]
ok(not bad, "R1 any change to a valid token: 401", str(len(bad)))
got = http("GET", "/api/auth/me", token=flipped[-1])
ok('error="invalid_token"' in got[1].get("WWW-Authenticate", ""), "R1 a changed token: WWW-Authenticate names the error",
   got[1].get("WWW-Authenticate", ""))
claims = claims_of(alice)
for alg in ("none", "None", "NONE", "", "HS384", "RS256"):
    import base64
    enc = lambda b: base64.urlsafe_b64encode(b).rstrip(b"=").decode()
    token = enc(json.dumps({"alg": alg, "typ": "JWT"}).encode()) + "." + alice.split(".")[1] + "."
    problem(f"R2 alg {alg!r} without a signature: 401", http("GET", "/api/auth/me", token=token + alice.split(".")[2]), 401, "invalid_token")
ok(http("GET", "/api/auth/me", token=jwt(claims, conf["app_secret"]))[0] == 200, "R2 the same claims signed by us pass")
private = Stack({})
try:
    for name in ("jwk", "jku", "x5u", "x5c"):
        value = {"jwk": {"kty": "oct", "k": "AAAA"}, "x5c": ["MIIB"]}.get(name, "https://127.0.0.1:9/keys")
        signed = jwt(claims, conf["app_secret"]).split(".")
        signed[0] = enc(json.dumps({"alg": "HS256", name: value}).encode())
        env = {**private.env, **request_env("GET", "/api/auth/me", {"Authorization": "Bearer " + ".".join(signed)})}
        trace = f"{private.dir}/trace"
        out = subprocess.run(["strace", "-f", "-qq", "-e", "trace=connect", "-o", trace, f"{private.bin}/account.fcgi"], env=env,
                             stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
        ok(parse(out.stdout)[0] == 401 and "connect(" not in open(trace).read(), f"R3 header {name}: 401, and nobody is asked for keys",
           str(out.stdout[:200]))
    no_random = preload(private.dir, "no_random", "#include <errno.h>\nlong getrandom(void) { errno = ENOSYS; return -1; }\n")
    body = b'{"username":"unlucky","password":"correct horse battery"}'
    env = {**private.env, **request_env("POST", "/api/auth/register", {}, body), "LD_PRELOAD": no_random}
    out = subprocess.run([f"{private.bin}/stagedoor.fcgi"], env=env, input=body, capture_output=True, timeout=30)
    ok(parse(out.stdout)[0] == 503, "R37 no randomness to be had: 503, nothing made up", f"{out.stdout[:200]} {out.stderr[-200:]}")
    ok(private.sql("SELECT count(*) FROM users") == [(0,)], "R37 no randomness to be had: no account is made")
finally:
    private.stop()
for name, change in (("expired", {"exp": int(time.time()) - 120}), ("without exp", {"exp": None}), ("with exp as text", {"exp": str(expiry)}),
                     ("not yet valid", {"nbf": int(time.time()) + 3600}), ("of another audience", {"aud": "https://elsewhere"}),
                     ("of another issuer", {"iss": "https://elsewhere"})):
    changed = {k: v for k, v in {**claims, **change}.items() if v is not None}
    status, _, reply = http("GET", "/api/auth/me", token=jwt(changed, conf["app_secret"]))
    number = "R6" if "audience" in name or "issuer" in name else "R4"
    ok(status == 401, f"{number} a token {name}: 401", f"{status} {reply}")
key, secret = conf.get("livekit_api_key", ""), conf.get("livekit_api_secret", "")
problem("R5 a LiveKit join token as bearer: 401", http("GET", "/api/auth/me", token=join), 401, "invalid_token")
problem("R5 a webhook token as bearer: 401", http("GET", "/api/auth/me", token=jwt({"iss": key, "exp": expiry, "sha256": "x"}, secret)), 401, "invalid_token")

# R7–R11: objects of others
carol, carol_user = register(f"carol_{run}")
status, _, made = http("POST", "/api/stream/create", {"title": "requirements", "ingressType": "WHIP"}, carol)
ok(status == 201, "a channel to look at is there", str(status))
stream_key, ingress_id = made["ingress"]["streamKey"], made["ingress"]["ingressId"]
before = dump()
problem("R7 ending another's stream: 403", http("POST", "/live/end", {"roomName": room}, bob), 403, "not_owner")
ok(dump() == before, "R7 another's stream is unchanged")
for odd in ("0", "-1", str(2**63), "1e3", "1;", "..%2f1", "%27%20OR%201=1--", "00000000-0000-4000-8000-000000000000", "a" * 300):
    status, _, reply = http("GET", f"/live/{odd}", token=bob)
    ok(status in (400, 404), f"R8 GET /live/{odd[:40]}: 400 or 404", f"{status} {reply}")
video = claims_of(join)["video"]
ok(video.get("canPublish") is False and video.get("room") == room and not any(video.get(g) for g in ("roomAdmin", "roomCreate", "roomList", "roomRecord", "ingressAdmin")),
   "R9 a viewer's grant cannot publish nor administer", str(video))
for name, who, more in (("a viewer's", bob, {}), ("a guest's", None, {"guestName": "g"})):
    status, _, reply = http("POST", "/api/viewer/token", {"hostId": carol_user["id"], "role": "host", "canPublish": True, "identity": carol_user["id"], **more}, who)
    video = claims_of(reply["token"])["video"] if status == 200 else {}
    ok(video.get("canPublish") is False and not any(video.get(g) for g in ("roomAdmin", "roomCreate", "roomList", "roomRecord", "ingressAdmin")),
       f"R9 {name} grant of a channel cannot publish nor administer", f"{status} {video}")
guest = reply["guestToken"]
for method, path, body in (("POST", "creator-token", {"publish": True}), ("GET", "credentials", None), ("POST", "ingress", {"ingressType": "WHIP"}), ("PUT", "ingress", {"enabled": False}),
                           ("PUT", "info", {"title": "mine"}), ("PUT", "chat-settings", {"isChatEnabled": False}), ("POST", "end", None)):
    problem(f"R9 {method} /api/stream/{path} by a guest: 403", http(method, "/api/stream/" + path, body, guest), 403, "guest_not_allowed")
for odd in ("0", "-1", str(2**63), "..%2f1", "%27%20OR%201=1--", "00000000-0000-4000-8000-000000000000", "a" * 300):
    for path in ("/api/viewer/stream/", "/api/users/", "/api/stream/broadcasts/"):
        status, _, reply = http("GET", path + odd, token=bob)
        ok(status in (400, 404), f"R8 GET {path}{odd[:40]}: 400 or 404", f"{status} {reply}")
mallory, mallory_user = register(f"mallory_{run}")
status, _, reply = http("POST", "/live/start", {"title": "mass", "id": "mine", "streamerId": alice_user["id"], "owner_id": alice_user["id"], "isLive": False,
                                                "viewerCount": 99, "createdAt": "2001-01-01T00:00:00Z", "role": "admin"}, mallory)
s = reply["stream"]
ok(status == 201 and s["streamerId"] == mallory_user["id"] and s["isLive"] is True and s["viewerCount"] == 0 and s["id"] != "mine" and s["createdAt"] > "2026",
   "R10 mass assignment on going live is ignored", str(reply))
http("POST", "/live/end", {"roomName": s["id"]}, mallory)
status, _, reply = http("PUT", "/api/auth/me", {"displayName": "M", "isAdmin": True, "isCreator": False, "id": "x", "username": "root"}, mallory)
ok(status == 200 and reply["user"]["isAdmin"] is False and reply["user"]["id"] == mallory_user["id"] and reply["user"]["username"] == mallory_user["username"],
   "R10 mass assignment on the profile is ignored", str(reply))
status, _, reply = http("GET", f"/live/{room}", token=bob)
ok(set(reply["stream"]) == {"id", "title", "streamerId", "isLive", "viewerCount", "createdAt", "endedAt"}, "R11 a stream shows its seven fields and no other", str(reply))

channel = {"id", "userId", "username", "displayName", "avatarUrl", "title", "thumbnail", "isLive", "viewerCount", "startedAt", "followerCount", "isFollowing"}
status, _, reply = http("GET", f"/api/viewer/stream/{carol_user['username']}", token=bob)
ok(set(reply) == channel | {"description", "isChatEnabled", "isChatDelayed", "isChatFollowersOnly"}, "R11 a channel's page shows these members and no other", str(reply))
for path in ("live", "following", "recommended"):
    status, _, reply = http("GET", f"/api/viewer/{path}?limit=100", token=bob)
    ok(status == 200 and all(set(c) == channel for c in reply["items"]) and not any(s in json.dumps(reply) for s in (stream_key, "sk_", ingress_id, "IN_", "/whip")),
       f"R11 the list {path} shows nothing secret", str(reply)[:300])
status, _, reply = http("GET", f"/api/users/{carol_user['username']}", token=bob)
ok(status == 200 and not any(s in json.dumps(reply) for s in (stream_key, "sk_", ingress_id, "scrypt", "@")), "R11 nor does a profile", str(reply))
status, _, reply = http("PUT", "/api/stream/info", {"title": "still mine", "userId": bob_user["id"], "isLive": True, "ingressId": "IN_x", "streamKey": "sk_x", "role": "admin"}, carol)
ok(status == 200 and reply["title"] == "still mine" and reply["userId"] == carol_user["id"] and reply["isLive"] is False
   and http("GET", "/api/stream/credentials", token=carol)[2]["streamKey"] == stream_key, "R10 mass assignment on a channel is ignored", str(reply))

# R12: blocked, with an app token that is good
status, _, _ = http("PUT", f"/api/users/{bob_user['username']}/block", None, carol)
problem("R12 blocked: no token to watch, at once", http("POST", "/api/viewer/token", {"hostId": carol_user["id"]}, bob), 403, "blocked")
problem("R12 blocked: no page, at once", http("GET", f"/api/viewer/stream/{carol_user['username']}", token=bob), 404, "no_channel")
http("DELETE", f"/api/users/{bob_user['username']}/block", None, carol)
ok(http("POST", "/api/viewer/token", {"hostId": carol_user["id"]}, bob)[0] == 200, "R12 blocked no more: a token again")

# R14: naughty strings come back as they were given
naughty = [t for t in json.load(open(f"{vectors}/naughty/blns.json")) if 1 <= len(t) <= 64]
wrong = []
for text in naughty:
    status, _, reply = http("PUT", "/api/auth/me", {"displayName": text}, mallory)
    if not (status == 200 and reply["user"]["displayName"] == text or status == 400 and reply["code"].startswith(("invalid", "too", "json"))):
        wrong.append((text, status, reply))
ok(not wrong, f"R14 {len(naughty)} naughty strings as a name: stored verbatim or 400", str(wrong[:2]))
wrong = []
for text in naughty:
    status, _, reply = http("PUT", "/api/stream/info", {"title": text, "description": text}, carol)
    if not (status == 200 and (reply["title"], reply["description"]) == (text, text) or status == 400 and reply["code"].startswith(("invalid", "too", "json"))):
        wrong.append((text, status, reply))
ok(not wrong, f"R14 {len(naughty)} naughty strings as title and description: stored verbatim or 400", str(wrong[:2]))

# R16: addresses of pictures
bad_urls = [t["input"] for t in json.load(open(f"{vectors}/url/urltestdata.json")) if isinstance(t, dict) and t.get("failure") and "base" in t and t["base"] is None and t["input"]]  # "" takes it away
bad_urls += ["javascript:alert(1)", "data:text/html,x", "//evil.example/x", "http://a@b/", "https:///x", "ftp://a/b", "https://a b/", "https://"]
wrong = [u for u in bad_urls if http("PUT", "/api/auth/me", {"avatarUrl": u}, mallory)[0] != 400]
ok(not wrong, f"R16 {len(bad_urls)} bad picture addresses: 400", str(wrong[:5]))
status, _, reply = http("PUT", "/api/auth/me", {"avatarUrl": "https://example.org/a.png"}, mallory)
ok(status == 200 and reply["user"]["avatarUrl"] == "https://example.org/a.png", "R16 a good picture address is taken", str(reply))
wrong = [u for u in bad_urls if http("PUT", "/api/stream/info", {"thumbnail": u}, carol)[0] != 400]
ok(not wrong, f"R16 {len(bad_urls)} bad thumbnail addresses: 400", str(wrong[:5]))
status, _, reply = http("PUT", "/api/stream/info", {"thumbnail": "https://example.org/t.png"}, carol)
ok(status == 200 and reply["thumbnail"] == "https://example.org/t.png", "R16 a good thumbnail address is taken", str(reply))

# R18–R21: sizes and limits
for value in ("0", "-1", "101", "2147483648", "9223372036854775808", "1e2", "x", ""):
    status, _, reply = http("GET", f"/live?limit={value}")
    ok(status == 400 and reply["code"] == "invalid_limit" or value == "" and status in (200, 400), f"R18 ?limit={value}: 400", f"{status} {reply}")
for cursor in ("garbage", "AAAA", "%00", "A" * 500):
    for path in ("/live", "/api/viewer/live", "/api/viewer/following", "/api/viewer/recommended", "/api/stream/broadcasts", "/api/users/me/following"):
        status, _, reply = http("GET", f"{path}?cursor={cursor}", token=carol)
        ok(status == 400, f"R21 {path}?cursor={cursor[:20]}: 400", f"{status} {reply}")
for name, body, code in (("a key twice", b'{"title":"a","title":"b"}', "json_duplicate_key"), ("\\u0000", b'{"title":"a\\u0000"}', "json_nul"),
                         ("bad UTF-8", b'{"title":"\xff"}', "json_utf8"), ("depth 33", b'{"title":' + b"[" * 33 + b"]" * 33 + b"}", "json_depth")):
    problem(f"R25 a body with {name}: 400", http("POST", "/live/start", body, alice), 400, code)
head = f"POST {mount}/live/start HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {alice}\r\nContent-Type: application/json\r\n"
for length in ("-1", "abc", "99999999999999999999", "2147483648"):
    out = raw((head + f"Content-Length: {length}\r\n\r\n{{}}").encode(), 3)
    ok(not out or re.match(rb"HTTP/1.1 4\d\d", out), f"R18 Content-Length {length}: refused", str(out[:100]))
out = raw((head + "Transfer-Encoding: chunked\r\n\r\n").encode() + b"100000\r\n" + b" " * 0x100000 + b"\r\n0\r\n\r\n", 5)
ok(not out or re.match(rb"HTTP/1.1 413", out), "R19 a chunked body over the limit: 413, or the connection ends", str(out[:120]))
private = Stack({"live": 1, "chat": 2, "account": 1}, rate_limits="on")
try:
    token, _ = private.user("spam")
    other, _ = private.user("calm")
    status, _, reply = private.call("live", "POST", "/live/start", {"title": "limits"}, token)
    spam_room = reply["stream"]["id"]
    path = f"/api/chat/{spam_room}/messages"
    answers = [private.call("chat", "POST", path, {"text": "x"}, token) for _ in range(100)]
    refused = [a for a in answers if a[0] == 429]
    ok(len(refused) > 80 and all(a[2]["code"] == "rate_limited" for a in refused), "R20 a hundred posts by one person: most are 429", str(len(refused)))
    ok(all(1 <= int(a[1]["Retry-After"]) <= 2 for a in refused), "R20 Retry-After is at most 2", str(refused[0][1]) if refused else "")
    ok(private.call("chat", "POST", path, {"text": "x"}, other)[0] == 201, "R20 another person is not affected")
    time.sleep(int(refused[-1][1]["Retry-After"]))
    ok(private.call("chat", "POST", path, {"text": "x"}, token)[0] == 201, "R20 after Retry-After it works")
    wrong = [private.call("account", "POST", "/api/auth/login", {"username": "spam", "password": "not this one"})[0] for _ in range(40)]
    ok(wrong[0] == 401 and wrong[-1] == 429, "R20 guessing a password: 401, then 429", str(wrong))

    # R22, R23: races
    racer, _ = private.user("racer")
    with futures.ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: private.call("live", "POST", "/live/start", {"title": "race"}, racer)[0], range(8)))
    ok(statuses.count(201) == 1 and set(statuses) <= {201, 409}, "R22 eight parallel starts by one person: one wins", str(statuses))
    with futures.ThreadPoolExecutor(8) as pool:
        people = [private.user(f"name{i}")[0] for i in range(2)]
        statuses = list(pool.map(lambda t: private.call("live", "POST", "/live/start", {"title": "race", "roomName": "same-name"}, t)[0], people * 4))
    ok(statuses.count(201) == 1, "R22 a room name asked for by two at once: one wins", str(statuses))
    ended, late = threading.Event(), []

    def mint(_):
        was = ended.is_set()
        status, _, _ = private.call("live", "POST", "/live/token", {"roomName": spam_room, "participantName": "x"}, other)
        if was and status == 200:
            late.append(status)
    with futures.ThreadPoolExecutor(8) as pool:
        work = [pool.submit(mint, i) for i in range(60)]
        private.call("live", "POST", "/live/end", {"roomName": spam_room}, token)
        ended.set()
        work += [pool.submit(mint, i) for i in range(60)]
    ok(not late, "R23 no token for an ended stream, however close the race", str(len(late)))

    # R27: who the client says it is
    env = request_env("GET", "/live", {"X-Forwarded-For": "6.6.6.6", "X-Real-IP": "6.6.6.6", "X_Forwarded_For": "6.6.6.6"})
    log = f"{private.dir}/live.log"
    from stack import fcgi_bytes
    private.raw("live", fcgi_bytes(env))
    time.sleep(0.1)
    ok(b"6.6.6.6" not in open(log, "rb").read(), "R27 X-Forwarded-For of a stranger is ignored")
    text = b"".join(open(f"{private.dir}/{n}.log", "rb").read() for n in ("live", "chat", "account"))
    ok(b"eyJ" not in text and b"correct horse" not in text and token.encode() not in text, "R35 no token and no password in the logs")
    ok(all(32 <= c < 127 or c == 10 or c >= 128 for c in text), "R35 no control byte in the logs")
finally:
    private.stop()

# R26, R28–R31, R34: every response
for method, path in (("GET", "/live"), ("GET", "/healthz"), ("GET", "/nothing/here"), ("POST", "/live/token"), ("GET", "/")):
    status, headers, _ = http(method, path)
    ok(headers.get("X-Content-Type-Options") == "nosniff" and headers.get("Content-Type"), f"R26 {method} {path}: a content type and nosniff", str(headers))
for method in ("PUT", "DELETE", "PATCH"):
    status, headers, reply = http(method, "/live/start", {}, alice)
    ok(status == 405 and headers.get("Allow"), f"R28 {method} /live/start: 405 with Allow", f"{status} {reply}")
for name, extra, body in (("Content-Length and Transfer-Encoding", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\n\r\n"),
                          ("two lengths", "Content-Length: 2\r\nContent-Length: 3\r\n", "{} "),
                          ("a folded header", "X-A: b\r\n  c\r\nContent-Length: 2\r\n", "{}")):
    out = raw((head + extra + "\r\n" + body).encode(), 3)
    ok(out.count(b"HTTP/1.1 2") == 0 and out.count(b"HTTP/1.1 ") <= 1, f"R29 {name}: refused, or one request", str(out[:200]))
for origin in ("null", "https://evil.example", base + ".evil.example", "https://evil" + base.split("//")[1]):
    _, headers, _ = http("GET", "/live", headers={"Origin": origin})
    ok("Access-Control-Allow-Origin" not in headers, f"R30 Origin {origin}: no CORS", str(headers))
problem("R31 a change by GET: 405", http("GET", "/api/auth/logout", token=alice), 405, "method_not_allowed")
for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
    problem(f"R31 a change as {kind}: 415", http("POST", "/live/end", json.dumps({"roomName": room}).encode(), alice, {"Content-Type": kind}), 415, "unsupported_media_type")
status, headers, reply = http("POST", "/api/auth/login", {"username": f"anna_{run}", "password": "correct horse battery"})
cookie = headers.get("Set-Cookie", "").split(";")[0]
ok(all(word in headers.get("Set-Cookie", "") for word in ("HttpOnly", "SameSite=Lax", "Path=")), "R31 the session cookie is HttpOnly and SameSite=Lax", headers.get("Set-Cookie", ""))
for origin in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {}):
    problem(f"R31 a write by cookie with {origin or 'no Origin'}: 403", http("POST", "/live/end", {"roomName": room}, headers={"Cookie": cookie, **origin}), 403, "bad_origin")
own = base[:len(base) - len(mount)] if mount else base
ok(http("PUT", "/api/auth/me", {"displayName": "Anna"}, headers={"Cookie": cookie, "Origin": own})[0] == 200, "R31 a write by cookie from our own pages works")
for method, path, body in (("POST", "/live/token", {"roomName": room, "participantName": "x"}), ("GET", "/api/auth/me", None), ("GET", "/api/auth/sessions", None),
                           ("GET", "/api/stream/credentials", None), ("POST", "/api/stream/ingress", {"ingressType": "WHIP"}), ("POST", "/api/stream/creator-token", None),
                           ("POST", "/api/viewer/token", {"hostId": carol_user["id"]})):
    _, headers, _ = http(method, path, body, carol if "stream" in path else alice)
    ok("no-store" in headers.get("Cache-Control", ""), f"R34 {method} {path}: no-store", headers.get("Cache-Control", ""))

# R32, R33: pages
_, headers, page = http("GET", "/")
csp = headers.get("Content-Security-Policy", "")
ok("default-src 'none'" in csp and "frame-ancestors 'none'" in csp and "unsafe" not in csp, "R32 the page has a strict Content-Security-Policy", csp)
for name in ("Referrer-Policy", "Permissions-Policy", "Cross-Origin-Opener-Policy", "X-Content-Type-Options"):
    ok(headers.get(name), f"R32 the page has {name}", str(headers))
page = page.decode() if isinstance(page, bytes) else str(page)
links = re.findall(r'(?:href|src)="([^"]+)"', page)
texts = [page] + [str(http("GET", "/" + link.lstrip("./"))[2]) for link in links if not link.startswith(("http", "data:", "#"))]
ok(links and not any("eyJ" in t for t in texts) and "<script>" not in page, "R33 no token in the page and what it loads, no inline script")
_, _, reply = http("GET", "/api/stream/credentials", token=carol)
ok(reply["streamKey"] not in reply["serverUrl"] and "?" not in reply["serverUrl"], "R33 the address that an encoder gets has no key in it", reply["serverUrl"])

# R36, R39, R40
private = Stack({"live": 1})
try:
    for f in os.listdir(private.dir):
        if f.startswith("stagedoor.db"):
            os.unlink(f"{private.dir}/{f}")
    out = subprocess.run([f"{private.bin}/live.fcgi", "--socket", f"{private.dir}/other.sock"], env=private.env,
                         stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
    ok(out.returncode == 1 and b"migrate" in out.stderr, "R36 database missing: refused, the log says what to run", f"{out.stderr[-300:]}")
    os.chmod(private.conf_path, 0o644)
    out = subprocess.run([f"{private.bin}/stagedoor", "config"], env=private.env, capture_output=True, text=True)
    ok(out.returncode == 1 and "chmod 600" in out.stderr, "R39 a configuration that others can read: start refused, with what to do", out.stderr)
    os.chmod(private.conf_path, 0o600)
    env = {**private.env, **request_env("GET", "/healthz"), "DOCUMENT_ROOT": private.dir}
    out = subprocess.run([f"{private.bin}/stagedoor.fcgi"], env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
    ok(b"Status: 200" not in out.stdout, "R39 a database below the document root: start refused", f"{out.stdout[:200]} {out.stderr[-200:]}")
finally:
    private.stop()
for path in ("/.git/config", "/.htaccess", "/stagedoor.conf", "/stagedoor.db", "/../stagedoor.conf", "/assets/", "/debug", "/api/v0/live", "/server-status"):
    status, _, reply = http("GET", path)
    ok(status in (400, 403, 404), f"R39 GET {path}: not there", f"{status} {str(reply)[:80]}")
problem("R40 an unknown route: 404", http("GET", "/api/none"), 404, "no_route")
http("POST", "/live/end", {"roomName": room}, alice)

# R35: after all of this, and what ran on this site before
logs = os.path.join(os.path.dirname(os.environ["STAGEDOOR_CONF"]), "log")
for name in ("lighttpd", "worker", "livekit"):
    text = open(f"{logs}/{name}.log", "rb").read()
    ok(not re.search(rb"\bsk_", text) and b"correct horse" not in text and (name == "livekit" or b"eyJ" not in text), f"R35 no stream key, no password, no token in {name}.log")
finish()
