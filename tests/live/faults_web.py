#!/usr/bin/env python3
"""Faults of the web server and of the workers behind it: F17 … F19, F30. On the running stack, through its lighttpd;
needs the values of quickstart.env in the environment and rate limits off.
"""
import glob, os, secrets, signal, socket, sqlite3, threading, time, urllib.error, urllib.parse
from stack import finish, ok
from web import base, conf, http, register

host, port = urllib.parse.urlsplit(base).hostname, urllib.parse.urlsplit(base).port
home = os.path.dirname(os.environ["STAGEDOOR_CONF"])


def pids(name):
    """Processes of this stack: those at home in its folder."""
    found = []
    for path in glob.glob("/proc/[0-9]*"):
        try:
            if os.readlink(path + "/cwd").startswith(home) and open(path + "/comm").read().strip() == name:
                found.append(int(path[6:]))
        except OSError:
            pass
    return found


def tried(*args, **more):
    """As http(), with status 0 where the connection broke."""
    try:
        return http(*args, **more)
    except (OSError, urllib.error.URLError):
        return 0, {}, None


def until_answered(method, path, body=None, token=None, seconds=10):
    since = time.monotonic()
    while time.monotonic() - since < seconds:
        status, _, _ = tried(method, path, body, token)
        if status in (200, 201):
            return time.monotonic() - since
        time.sleep(0.1)
    return seconds


run = secrets.token_hex(3)
token, _ = register(f"wanda_{run}")
status, _, reply = http("POST", "/live/start", {"title": "web faults"}, token)
ok(status == 201, "a stream to disturb is there", f"{status} {reply}")
room = reply["stream"]["id"]
path = f"/api/chat/{room}/messages"
acked, seen, stop = [], {}, threading.Event()


def post(n):
    i = 0
    while not stop.is_set():
        text = f"{run} {n} {i}"
        status, _, _ = tried("POST", path, {"text": text}, token)
        seen[status] = seen.get(status, 0) + 1
        if status == 201:
            acked.append(text)
        else:
            time.sleep(0.05)
        i += 1


def under_load(act):
    """Runs act while four clients post; what they were told is compared with what is stored."""
    global stop
    stop = threading.Event()
    acked.clear()
    seen.clear()
    work = [threading.Thread(target=post, args=(f"{time.monotonic()}.{i}",)) for i in range(4)]
    for t in work:
        t.start()
    time.sleep(0.5)
    act()
    time.sleep(0.5)
    stop.set()
    for t in work:
        t.join()
    db = sqlite3.connect(f"file:{conf['database']}?mode=ro", uri=True, timeout=10)
    texts = [r[0] for r in db.execute("SELECT text FROM live_messages WHERE room_name = ?", (room,))]
    db.close()
    return set(acked) - set(texts), len(texts) - len(set(texts))


def kill_chat():
    for _ in range(5):
        for pid in pids("chat.fcgi")[:1]:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.3)


missing, twice = under_load(kill_chat)
ok(not missing and acked, f"F17 workers killed in mid-request: all of {len(acked)} acknowledged posts are there", str(len(missing)))
ok(twice == 0, "F17 workers killed in mid-request: no post is there twice", str(twice))
ok(set(seen) <= {0, 201, 500, 502, 503}, "F17 workers killed in mid-request: the rest are errors, no false success", str(seen))

for name in [f"{p}.fcgi" for p in "live stream viewer chat account user admin webhook whip livekit room workspace recording metric ops".split()]:
    for pid in pids(name):
        os.kill(pid, signal.SIGKILL)
for method, where, body in (("GET", "/live", None), ("POST", path, {"text": "back"}), ("GET", "/api/auth/me", None), ("GET", "/readyz", None)):
    took = until_answered(method, where, body, token)
    ok(took < 5, f"F18 all workers dead: {method} {where.replace(room, '{room}')} is answered again after {took:.1f} s")

old = pids("lighttpd")


def restart():
    os.kill(old[0], signal.SIGTERM)
    until_answered("GET", "/healthz", seconds=15)


missing, twice = under_load(restart)
ok(pids("lighttpd") and pids("lighttpd") != old, "F19 web server restarted under load: it is another one now")
ok(not missing and acked, f"F19 web server restarted under load: all of {len(acked)} acknowledged posts are there", str(len(missing)))
ok(twice == 0, "F19 web server restarted under load: no post was made twice", str(twice))

slow = []
for _ in range(200):
    s = socket.create_connection((host, port), 5)
    s.sendall(f"POST /live/start HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{".encode())
    slow.append(s)
times = []
for i in range(40):
    for s in slow[i * 5:i * 5 + 5]:
        try:
            s.send(b" ")
        except OSError:
            pass
    since = time.monotonic()
    status, _, _ = tried("GET", "/live")
    times.append(time.monotonic() - since if status == 200 else 99)
ok(max(times) < 1, f"F30 two hundred clients send a body a byte at a time: others wait {max(times) * 1000:.0f} ms at most")
for s in slow:
    s.close()
ok(until_answered("POST", path, {"text": "after"}, token) < 3, "F30 slow clients gone: all is as before")
http("POST", "/live/end", {"roomName": room}, token)
finish()
