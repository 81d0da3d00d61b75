#!/usr/bin/env python3
"""Source rooms on a real LiveKit with people in Chromium: who leaves, how, and what is left of the room; our programs killed in
the middle of it, and LiveKit. Needs the values of quickstart.env in the environment.
"""
import http.server, json, os, subprocess, threading, time
from own_livekit import OwnLiveKit
from stack import Stack, finish, ok, until, webhook_header

here = os.path.dirname(os.path.abspath(__file__))
stack = None


class Door(http.server.BaseHTTPRequestHandler):
    """LiveKit's webhooks come in here, and go on to the webhook program; when is kept."""
    heard, shut = [], False

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = 200
        if not Door.shut:               # else lost: LiveKit takes them for delivered
            event = json.loads(body)
            Door.heard.append((time.time(), event["event"], event.get("participant", {}), event["room"]["name"]))
            status, _, _ = stack.call("webhook", "POST", "/api/webhook/livekit", body,
                                      headers={"Authorization": self.headers["Authorization"], "Content-Type": self.headers["Content-Type"]})
        self.send_response(status or 503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class People:
    """Chromium, a person a page."""

    def __init__(self):
        self.node = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", "node", f"{here}/browser_people.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def do(self, step, **words):
        self.node.stdin.write(json.dumps({"do": step, **words}) + "\n")
        self.node.stdin.flush()
        reply = json.loads(self.node.stdout.readline())
        if "error" in reply:
            raise SystemExit(f"not ok {step} {words.get('who')}: {reply['error']}")
        return reply

    def seen(self, who):
        return self.do("seen", who=who)

    def stop(self):
        self.node.stdin.close()
        self.node.wait(20)


class Room:
    def __init__(self):
        self.name = self.token(source, "Sol", True)["room"]

    def token(self, who, name, is_source):
        body = {"username": name, "isSource": is_source, **({"room": self.name} if hasattr(self, "name") else {})}
        status, _, reply = stack.api("POST", "/api/livekit/get-token", body, who)
        if status != 200:
            raise SystemExit(f"not ok a token for {name}: {status} {reply.get('code')}")
        return reply

    def enter(self, who, name, browser="others", page=None, publish=False):
        reply = self.token(who, name, who == source)
        people.do("enter", who=page or name, browser=browser, url=reply["serverUrl"], token=reply["token"], publish=publish)

    def filled(self):
        """The source in a browser of its own, two others in another."""
        self.enter(source, "Sol", "source", publish=True)
        self.enter(first, "Ann")
        self.enter(second, "Bob")
        ok(until(lambda: self.listed() == 3, 5) is not None, "three people are in the room, as everybody can read", str(self.listed()))
        ok(until(lambda: len(people.seen("Ann")["others"]) == 2, 5) is not None, "and they see each other", str(people.seen("Ann")))
        return self

    def listed(self):
        """How many the list says; None where it is not on it."""
        rooms = stack.api("GET", "/api/livekit/rooms", None, first)[2]["rooms"]
        return next((r["numParticipants"] for r in rooms if r["room"] == self.name), None)

    def at_livekit(self):
        return bool(livekit.call("RoomService", "ListRooms", {"names": [self.name]})["rooms"])

    def state(self):
        return stack.sql("SELECT state FROM rooms WHERE name = ?", self.name)[0][0]

    def notice(self, identity):
        """When LiveKit told that somebody left and did not come back, and why."""
        return next(((at, p.get("disconnectReason")) for at, event, p, room in reversed(Door.heard)
                     if room == self.name and event == "participant_left" and p["identity"] == identity
                     and p.get("disconnectReason") != "DUPLICATE_IDENTITY"), None)

    def gone(self, name, identity, wait, reason, others=("Ann", "Bob")):
        """All of it within 3 s of LiveKit's own notice."""
        ok(until(lambda: self.notice(identity), wait) is not None, f"{name}: LiveKit notices within {wait} s")
        told, why = self.notice(identity) or (0, None)
        ok(why == reason, f"{name}: the reason is {reason}", str(why))
        ok(until(lambda: not self.at_livekit(), 4) is not None and time.time() - told < 3.2, f"{name}: the room is gone from LiveKit {time.time() - told:.1f} s after its notice")
        ok(until(lambda: all(people.seen(p)["ended"] is not None for p in others), 4) is not None, f"{name}: the others are disconnected", str([people.seen(p) for p in others]))
        late = [people.seen(p)["at"] / 1000 - told for p in others]
        ok(all(t < 3 for t in late), f"{name}: within 3 s of the notice ({', '.join(f'{t:.2f}' for t in late)})")
        ok(all(people.seen(p)["ended"] == 5 for p in others), f"{name}: as the room was deleted", str([people.seen(p)["ended"] for p in others]))
        self.over(name)

    def over(self, name):
        ok(self.state() == "over" and self.listed() is None, f"{name}: it is over, and off the list", f"{self.state()} {self.listed()}")
        status, _, reply = stack.api("POST", "/api/livekit/get-token", {"username": "Ann", "room": self.name, "isSource": False}, first)
        ok(status == 410 and reply["code"] == "room_ended", f"{name}: nobody gets a token any more", f"{status} {reply.get('code')}")
        ok(stack.sql("SELECT count(*) FROM events WHERE room_name = ? AND type = 'room.ended'", self.name) == [(1,)], f"{name}: and that is told once")
        ok(until(lambda: stack.sql("SELECT count(*) FROM presence WHERE room_name = ? AND left_at IS NULL", self.name) == [(0,)], 5) is not None, f"{name}: nobody counts as there")


def tell(room, event, sid, identity, **more):
    """As LiveKit would of a session that it never had."""
    now = time.time()
    body = json.dumps({"event": event, "id": f"EV_{now}", "createdAt": str(int(now)), "room": {"sid": "RM_x", "name": room.name},
                       "participant": {"sid": sid, "identity": identity, "joinedAtMs": str(int(now * 1000)), **more}}).encode()
    status, _, _ = stack.call("webhook", "POST", "/api/webhook/livekit", body,
                              headers={"Authorization": webhook_header(body, livekit.key, livekit.secret), "Content-Type": "application/webhook+json"})
    ok(status == 200, f"{event} of {sid} is taken", str(status))


def worker_start():
    return subprocess.Popen(["setpriv", "--pdeathsig", "TERM", f"{stack.bin}/stagedoor", "worker"], env=stack.env,
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(f"{stack.dir}/worker.log", "ab"))


door = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
threading.Thread(target=door.serve_forever, daemon=True).start()
livekit = OwnLiveKit(redis=False, webhook=f"http://127.0.0.1:{door.server_port}/")
stack = Stack({"livekit": 1, "webhook": 1, "account": 1}, **livekit.settings())
people = People()
worker = worker_start()
try:
    source, source_id = stack.user("sol")
    first, first_id = stack.user("ann")
    second, second_id = stack.user("bob")

    room = Room().filled()
    told = [t for (t,) in stack.sql("SELECT type FROM events WHERE room_name = ? AND type <> 'viewers' ORDER BY id", room.name)]
    ok(told == ["participant.joined"] * 3, "three joins are told", str(told))
    people.do("leave", who="Sol")
    room.gone("the source's tab is closed", source_id, 5, "CLIENT_INITIATED")
    told = [t for (t,) in stack.sql("SELECT type FROM events WHERE room_name = ? AND type <> 'viewers' ORDER BY id", room.name)][3:]
    ok(told.count("participant.left") == 3 and told[:2] == ["participant.left", "room.ended"], "the source's leaving, the end, and the others' leaving are told", str(told))

    # No worker: the program that LiveKit told does it after its reply.
    worker.terminate()
    worker.wait(10)
    room = Room().filled()
    people.do("leave", who="Sol")
    room.gone("the same without a worker", source_id, 5, "CLIENT_INITIATED")
    worker = worker_start()

    room = Room().filled()
    room.enter(source, "Sol", "source", page="Sol2")
    ok(until(lambda: people.seen("Sol")["ended"] == 2, 5) is not None, "the source comes back on another page: the first one makes way", str(people.seen("Sol")))
    for scenario in ("signal-reconnect", "full-reconnect"):
        people.do("simulate", who="Sol2", scenario=scenario)
        time.sleep(1)
        back = until(lambda: people.seen("Sol2")["state"] == "connected", 10)
        ok(back is not None, f"the source's client makes a {scenario}: connected again", str(people.seen("Sol2")))
    time.sleep(6)
    ok(room.state() == "open" and room.listed() == 3 and room.at_livekit(), "the room goes on", f"{room.state()} {room.listed()} {[(e, p.get('identity'), p.get('disconnectReason')) for _, e, p, r in Door.heard if r == room.name]}")
    ok(people.seen("Ann")["ended"] is None and source_id in people.seen("Ann")["others"], "and the others see the source", str(people.seen("Ann")))
    ok(room.notice(source_id) is None, "nor has LiveKit told that it left for good", str(room.notice(source_id)))
    since = people.do("kill", browser="source")["at"] / 1000
    room.gone("the source's browser is killed", source_id, 27, "CONNECTION_TIMEOUT")
    ok(time.time() - since < 30, f"the source's browser is killed: all of that within 30 s ({time.time() - since:.0f} s)")

    room = Room()
    room.enter(first, "Ann")
    room.enter(second, "Bob")
    ok(until(lambda: room.listed() == 2, 5) is not None, "two wait for a source that never comes", str(room.listed()))
    people.do("leave", who="Ann")
    ok(until(lambda: room.listed() == 1, 5) is not None, "one leaves: the room goes on", str(room.listed()))
    people.do("leave", who="Bob")
    room.gone("the last one leaves", second_id, 5, "CLIENT_INITIATED", others=())

    # The worker knows the moment: between two and three seconds after the notice.
    room = Room()
    room.enter(first, "Ann")
    tell(room, "participant_joined", "PA_x", source_id)
    tell(room, "participant_left", "PA_x", source_id, disconnectReason="SIGNAL_CLOSE")
    told = time.time()
    time.sleep(1.5)
    ok(room.state() == "open" and room.at_livekit(), "the source's connection broke off: after 1.5 s the room is there")
    until(lambda: not room.at_livekit(), 4)
    took = time.time() - told
    ok(1.9 <= took < 3, f"and {took:.1f} s after the notice it is gone")
    room.over("the source's connection broke off")

    # Our side dies, and what LiveKit tells meanwhile is lost.
    room = Room().filled()
    with stack.lock:
        Door.shut = True
        for process in [*stack.programs.values(), worker]:
            process.kill()
            process.wait()
        people.do("leave", who="Sol")
        time.sleep(2)
        Door.shut = False
    ok(room.state() == "open" and room.at_livekit(), "all of our programs are killed while the source leaves: nobody has noticed")
    worker = worker_start()
    took = until(lambda: not room.at_livekit(), 40)
    ok(took is not None, f"and after they started again the room is gone within {took or 99:.0f} s")
    ok(until(lambda: all(people.seen(p)["ended"] == 5 for p in ("Ann", "Bob")), 4) is not None, "and the others are disconnected", str(people.seen("Ann")))
    room.over("after the crash of ours")

    # LiveKit dies.
    room = Room().filled()
    livekit.kill()
    time.sleep(1)
    livekit.start()
    took = until(lambda: room.state() == "over", 40)
    ok(took is not None, f"LiveKit is killed and started again: the room is over within {took or 99:.0f} s")
    room.over("after the crash of LiveKit")
    ok(not room.at_livekit(), "and LiveKit does not have it")
finally:
    people.stop()
    worker.terminate()
    worker.wait(10)
    stack.stop()
    livekit.stop()
    door.shutdown()
finish()
