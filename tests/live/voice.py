#!/usr/bin/env python3
"""Voice channels before a stand-in for LiveKit: who leaves a workspace is out of all its calls, with a hundred others inside,
with or without webhooks, with or without a worker; what a channel allows reaches everybody in it; token requests are
limited; and each thing that can be wrong with the video server has its own code and its own sentence of `stagedoor doctor`.
Needs the values of quickstart.env in the environment.
"""
import http.server, os, socket, subprocess, threading, time
from fake_livekit import FakeLiveKit
from fault_world import event, hook, person
from join_token import token_is
from stack import Stack, finish, ok, parse, request_env, until

WITHIN_S, MANY, ROOMS = 5, 100, 40
PROGRAMS = {"workspace": 2, "livekit": 1, "account": 1, "webhook": 1}


class Voice:
    """A workspace of ann's with ben in it, and its channels."""

    def __init__(self, channels=1, url=None, **settings):
        self.fake = FakeLiveKit()
        self.stack = Stack(PROGRAMS, livekit_api_url=url or self.fake.url, **settings)
        self.people = {name: self.stack.user(name) for name in ("ann", "ben", "eve")}
        self.path = "/api/workspaces/" + self.ask("ann", "POST", "/api/workspaces", {"name": "Friends"}, 201)["workspace"]["id"]
        self.ask("ann", "PUT", f"{self.path}/members/ben", {"role": "member"})
        self.channels = [self.ask("ann", "POST", f"{self.path}/channels", {"name": f"c{i}"}, 201)["channel"]["id"] for i in range(channels)]

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.stack.stop()
        self.fake.stop()

    def api(self, who, method, path, body=None):
        return self.stack.api(method, path, body, self.people[who][0])

    def ask(self, who, method, path, body=None, status=204):
        since = time.monotonic()
        got, _, reply = self.api(who, method, path, body)
        took = time.monotonic() - since
        if got != status or took > 1:
            ok(False, f"{who}: {method} {path}: {status}, at once", f"{got} {reply} after {took:.2f} s")
        return reply

    def token(self, who, channel=0):
        return self.api(who, "POST", "/api/livekit/token", {"channelId": self.channels[channel]})

    def joins(self, who, channel=0, told=True, sources=("MICROPHONE",)):
        room, identity = f"voice-{self.channels[channel]}", self.people.get(who, (0, who))[1]
        self.fake.rooms.setdefault(room, {"sid": "RM_one", "name": room, "num_participants": 0})
        people = self.fake.participants.get(room, [])
        people[:] = [p for p in people if p["identity"] != identity]    # LiveKit has everybody once
        may = {"can_publish": True, "can_publish_sources": list(sources)}
        sid = self.fake.join(room, identity, **may)["sid"]
        if told:
            hook(self.stack, event("participant_joined", room, participant={**person(sid, identity), "permission": {
                "canPublish": True, "canSubscribe": True, "canPublishData": True, "canPublishSources": list(sources)}}))

    def rooms_of(self, who):
        identity = self.people[who][1]
        return [room for room, people in self.fake.participants.items() if any(p["identity"] == identity for p in people)]

    def out(self, name, who="ben", within=WITHIN_S, rooms=0):
        done = until(lambda: len(self.rooms_of(who)) == rooms, within)
        ok(done is not None, f"{name}: out after {done or 99:.1f} s", str(self.rooms_of(who)))

    def worker(self):
        return subprocess.Popen(["setpriv", "--pdeathsig", "TERM", f"{self.stack.bin}/stagedoor", "worker"], env=self.stack.env,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(f"{self.stack.dir}/worker.log", "ab"))


def tokens():
    with Voice() as v:
        def grant(*sources):
            return {"roomJoin": True, "room": f"voice-{v.channels[0]}", "canPublish": True, "canSubscribe": True, "canPublishData": True, "canPublishSources": list(sources)}

        for who in ("ann", "ben"):
            token_is(v.stack, f"a token of {who}", v.token(who)[2]["token"], grant("microphone"), v.people[who][1], who, "speaker")
        v.ask("ann", "PUT", f"{v.path}/channels/{v.channels[0]}", {"sources": ["microphone", "screen_share"]}, 200)
        token_is(v.stack, "a token where the screen may be shared", v.token("ben")[2]["token"], grant("microphone", "screen_share"), v.people["ben"][1], "ben", "speaker")
        status, _, reply = v.token("eve")
        ok(status == 403 and reply["code"] == "not_member", "a token for somebody else: 403 not_member", f"{status} {reply}")


def inside():
    """What a channel allows, and who may be there, with many people inside."""
    with Voice(channels=3) as v:
        room = f"voice-{v.channels[0]}"
        many = [f"{i:08x}-0000-4000-8000-000000000000" for i in range(MANY)]
        now, workspace = int(time.time() * 1000), v.path.rsplit("/", 1)[1]
        for i, one in enumerate(many):
            v.stack.write("INSERT INTO users (id, username, display_name, created_at) VALUES (?, ?, 'x', ?)", one, f"many{i}", now)
            v.stack.write("INSERT INTO workspace_members (workspace_id, user_id, role, created_at) VALUES (?, ?, 'member', ?)", workspace, one, now)
            v.joins(one)
        for i in range(3):
            v.joins("ben", i)
        def listed():               # in the order in which they were made: those of one millisecond are listed by id
            items = v.ask("ann", "GET", f"{v.path}/channels", None, 200)["items"]
            return [len(c["participants"]) for name in v.channels for c in items if c["id"] == name]

        ok(listed() == [MANY + 1, 1, 1], "who is in each channel", str(listed()))
        worker = v.worker()
        v.ask("ann", "PUT", f"{v.path}/channels/{v.channels[0]}", {"sources": ["camera", "microphone"]}, 200)
        may = lambda: {tuple(sorted(p["permission"]["can_publish_sources"])) for p in v.fake.participants[room]}
        done = until(lambda: may() == {("CAMERA", "MICROPHONE")}, WITHIN_S)
        ok(done is not None, f"the camera is allowed to {MANY + 1} people inside after {done or 99:.1f} s", str(may()))
        v.ask("ann", "PUT", f"{v.path}/channels/{v.channels[0]}", {"sources": ["microphone"]}, 200)
        done = until(lambda: may() == {("MICROPHONE",)}, WITHIN_S)
        ok(done is not None, f"and taken back after {done or 99:.1f} s", str(may()))
        v.joins(many[0], told=True, sources=("MICROPHONE", "CAMERA"))
        done = until(lambda: may() == {("MICROPHONE",)}, WITHIN_S)
        ok(done is not None, f"a token of when it was allowed is worth nothing after {done or 99:.1f} s", str(may()))
        v.ask("ann", "DELETE", f"{v.path}/members/ben")
        v.out("put out of the workspace, a worker at work, three calls")
        v.joins("ben")
        v.out("back with the old token, and LiveKit tells")
        v.joins("ben", 1, told=False)
        v.out("back with the old token, and no webhook tells", within=20)
        ok(len(v.fake.participants[room]) >= MANY, "the others are still there", str(len(v.fake.participants[room])))
        worker.terminate()
        worker.wait(10)


def without_worker():
    """Right after the reply, and all of it."""
    with Voice(channels=ROOMS) as v:
        v.stack.tick()                          # so that no pass is due for a minute
        for i in range(ROOMS):
            v.joins("ben", i)
            v.joins("ann", i)
        v.ask("ben", "DELETE", f"{v.path}/members/ben")
        v.out(f"leaving, no worker at work, {ROOMS} calls")
        ok(len(v.rooms_of("ann")) == ROOMS, "who stays is left alone", str(len(v.rooms_of("ann"))))
        v.ask("ann", "DELETE", f"{v.path}/channels/{v.channels[0]}")
        done = until(lambda: len(v.fake.rooms) == ROOMS - 1, WITHIN_S)
        ok(done is not None, f"a deleted channel's room is gone after {done or 99:.1f} s")
        v.ask("ann", "DELETE", v.path)
        done = until(lambda: not v.fake.rooms, WITHIN_S)
        ok(done is not None, f"all rooms of a deleted workspace are gone after {done or 99:.1f} s", str(len(v.fake.rooms)))
        ok(v.stack.sql("SELECT count(*) FROM job")[0][0] == 0, "and nothing is left to do")


def plain_cgi():
    """Likewise under plain CGI, where lighttpd and Apache end who is still there when they have the reply."""
    with Voice(channels=2) as v:
        v.stack.tick()
        for i in range(2):
            v.joins("ben", i)
        env = {**v.stack.env, **request_env("DELETE", f"{v.path}/members/ben", {"Authorization": "Bearer " + v.people["ben"][0]})}
        one = subprocess.Popen([f"{v.stack.bin}/stagedoor.fcgi"], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        reply = b""
        while b"\r\n\r\n" not in reply and (more := os.read(one.stdout.fileno(), 4096)):
            reply += more
        one.terminate()
        ok(parse(reply)[0] == 204 and one.wait(10) == 0, "leaving by plain CGI, which is ended as soon as it has replied: it is not to be stopped", f"{reply} {one.returncode}")
        v.out("and")


def limited():
    with Voice(rate_limits="on", rate_token="3/min burst 3") as v:
        got = [v.token("ben") for _ in range(4)]
        ok([status for status, _, _ in got] == [200, 200, 200, 429], "the fourth token within a minute: 429", str([status for status, _, _ in got]))
        wait = got[-1][1].get("Retry-After", "")
        ok(wait.isdigit() and 15 <= int(wait) <= 20 and got[-1][2]["code"] == "rate_limited", "and when to come again", f"{wait} {got[-1][2]}")
        ok(v.token("ann")[0] == 200, "somebody else is not concerned")


def trouble():
    """The troubleshooting of seed 002, each with its code and its sentence."""
    class Site(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_error(404)

        do_GET = do_POST

        def log_message(self, *args):
            pass

    site = http.server.HTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    nobody, other = (f"http://127.0.0.1:{s.getsockname()[1]}" for s in (closed, site.socket))
    closed.close()
    cases = [
        ("the secret is not set", dict(livekit_api_secret=""), "ok", 501, "livekit_not_configured", "livekit_api_secret is not set"),
        ("the key is not set", dict(livekit_api_key=""), "ok", 501, "livekit_not_configured", "livekit_api_key is not set"),
        ("the address is not set", dict(livekit_url=""), "ok", 501, "livekit_not_configured", "livekit_url is not set"),
        ("the keys are wrong", {}, "keys", 502, "livekit_keys", "refuses our key"),
        ("nobody answers", dict(url=nobody), "ok", 502, "livekit_unreachable", "cannot be reached"),
        ("another web server answers", dict(url=other), "ok", 502, "livekit_wrong_url", "that is not LiveKit"),
        ("a page answers", {}, "garbage", 502, "livekit_wrong_url", "that is not LiveKit"),
        ("it answers with the way elsewhere", {}, "redirect", 502, "livekit_wrong_url", "that is not LiveKit"),
        ("JSON of something else answers", {}, "type", 502, "livekit_wrong_url", "that is not LiveKit"),
    ]
    for name, settings, mode, status, code, sentence in cases:
        with Voice(**settings) as v:
            v.fake.mode = mode
            got, _, reply = v.token("ben")
            ok((got, reply.get("code")) == (status, code), f"{name}: {status} {code}", f"{got} {reply}")
            ok(v.token("eve")[0] == 403 and v.ask("ben", "GET", f"{v.path}/channels", None, 200)["items"], f"{name}: all else is served")
            said = subprocess.run([f"{v.stack.bin}/stagedoor", "doctor"], env=v.stack.env, capture_output=True, text=True, timeout=30)
            ok(said.returncode == 1 and any(line.startswith("fail  livekit") and sentence in line for line in said.stdout.splitlines()), f'{name}: doctor says "{sentence}"', said.stdout)
            secret = v.stack.conf["livekit_api_secret"]
            ok(not secret or secret not in said.stdout + said.stderr + str(reply), f"{name}: the secret is not shown")
    site.shutdown()


for part in (tokens, inside, without_worker, plain_cgi, limited, trouble):
    part()
finish()
