#!/usr/bin/env python3
"""Stream keys at LiveKit's ingress: a livekit-server and a Redis of its own. Made, listed, rotated, switched off and
deleted for real, killed at every step of it; then what the ingress service tells, by signed webhooks as a live one sent
them (it comes only as a container image). Needs the values of quickstart.env in the environment.
"""
import glob, json, os, random, re, subprocess, time
from fault_world import event, hook, person
from own_livekit import OwnLiveKit
from stack import Stack, finish, ok, request_env, until

here = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = {"stream": 1, "viewer": 1, "webhook": 1, "account": 1, "user": 1, "admin": 1}
livekit = OwnLiveKit(redis=True)
stack = Stack(PROGRAMS, ingress="livekit", **livekit.settings())
PASSWORD = "correct horse battery"


def due():
    """What waits is due now."""
    stack.write("UPDATE job SET not_before = 0")


def settle():
    """What a pass finds it leaves to a job, which the next one does."""
    for _ in range(2):
        due()
        stack.tick()


class Person:
    count = 0

    def __init__(self):
        Person.count += 1
        self.name = f"creator{Person.count}"
        self.token, self.id = stack.user(self.name)

    def stream(self, method, path, body=None):
        return stack.api(method, "/api/stream/" + path, body, self.token)

    def key(self, kind="RTMP"):
        status, _, reply = self.stream("POST", "ingress", {"ingressType": kind})
        if status != 201:
            raise SystemExit(f"not ok a {kind} key is made: {status} {reply}")
        return reply

    def there(self):
        return livekit.ingresses(roomName=self.id)

    def is_settled(self, name, has_key, enabled=True):
        """LiveKit and the database have the same, and it is one valid key, or none; has_key None: either."""
        at_livekit = self.there()
        rows = stack.sql("SELECT ingress_id, state, is_enabled FROM stream_keys WHERE user_id = ?", self.id)
        status, _, shown = self.stream("GET", "credentials")
        if has_key is None:
            has_key = bool(at_livekit)
        good = len(at_livekit) == len(rows) == (1 if has_key else 0)
        if good and has_key:
            one = at_livekit[0]
            good = rows == [(one["ingress_id"], "current", int(enabled))] and one.get("enabled", True) is enabled and status == 200 \
                and (shown["ingressId"], shown["streamKey"], shown["enabled"]) == (one["ingress_id"], one["stream_key"], enabled)
        elif good:
            good = status in (401, 403, 404)
        jobs = stack.sql("SELECT kind FROM job WHERE room_name = ? AND kind LIKE 'ingress%'", self.id)
        return ok(good and not jobs, name, f"{[(i['ingress_id'], i.get('enabled')) for i in at_livekit]} {rows} {status} {jobs}")


# ---- made, rotated, switched off, deleted ------------------------------------
who = Person()
status, _, reply = who.stream("POST", "create", {"title": "obs", "ingressType": "RTMP"})
ok(status == 201 and reply["ingress"]["ingressType"] == "RTMP", "a channel with an RTMP key: 201", f"{status} {reply}")
one = who.there()
ok(len(one) == 1 and (one[0]["stream_key"], one[0]["url"], one[0]["ingress_id"]) ==
   tuple(reply["ingress"][k] for k in ("streamKey", "serverUrl", "ingressId")), "LiveKit lists it, the same", f"{one} {reply}")
ok(one and (one[0]["input_type"], one[0]["participant_identity"], one[0]["room_name"]) == ("RTMP_INPUT", who.id, who.id)
   and one[0].get("enabled", True), "for the creator's room and identity, switched on", str(one))
who.is_settled("one valid key, the stored one", True)
for kind in ("RTMP", "WHIP", "RTMP"):
    before = who.there()[0]
    reply = who.key(kind)
    after = who.there()
    ok(len(after) == 1 and after[0]["ingress_id"] == reply["ingressId"] != before["ingress_id"] and after[0]["stream_key"] == reply["streamKey"] != before["stream_key"]
       and after[0]["input_type"] == kind + "_INPUT" and reply["serverUrl"] == after[0]["url"], f"rotated to {kind}: another one, alone", f"{after} {reply}")
    who.is_settled(f"rotated to {kind}: one valid key, the stored one", True)
for enabled in (False, True):
    status, _, reply = who.stream("PUT", "ingress", {"enabled": enabled})
    ok(status == 204, f"enabled {enabled}: 204", f"{status} {reply}")
    took = until(lambda: who.there()[0].get("enabled", True) is enabled or stack.tick(), 5)
    ok(took is not None and len(who.there()) == 1, f"enabled {enabled}: so at LiveKit", str(who.there()))
    ok(who.stream("GET", "credentials")[2]["enabled"] is enabled, f"enabled {enabled}: so in the credentials")
for again in ("", ", again"):
    ok(who.stream("DELETE", "ingress")[0] == 204, f"deleted{again}: 204")
ok(until(lambda: who.there() == [] or stack.tick(), 5) is not None, "deleted: none at LiveKit", str(who.there()))
who.is_settled("deleted: none here", False)

# ---- other people's, and orphans ---------------------------------------------
who.key()
made = [livekit.call("Ingress", "CreateIngress", {"inputType": "RTMP_INPUT", "name": "by hand", "roomName": room, "participantIdentity": "x"})
        for room in (who.id, "somebody-elses")]
settle()
left = {i["ingress_id"] for i in livekit.ingresses()}
ok(made[0]["ingress_id"] not in left, "an ingress made by hand in our room: gone after a pass")
ok(made[1]["ingress_id"] in left, "one of another room: stays")
who.is_settled("and the stored one is there", True)
for i in who.there():
    livekit.call("Ingress", "DeleteIngress", {"ingressId": i["ingress_id"]})
settle()
rows = stack.sql("SELECT count(*) FROM stream_keys WHERE user_id = ?", who.id)[0][0]
ok(rows == len(who.there()), "the stored one deleted at LiveKit by hand: both agree after a pass", f"{rows} {who.there()}")

# ---- killed at every step ----------------------------------------------------
points = sorted({m for f in glob.glob(f"{here}/../../src/app/*.c") for m in re.findall(r'\bfail_(?:point|at)\("(rotate[^"]+)"\)', open(f).read())})
ok(len(points) >= 4, f"the code names {len(points)} steps to be killed at", str(points))
reached = set()


def killed_at(point, who, method, path, body, program="stream"):
    """Whether the program died there: a process of its own, as plain CGI."""
    data = json.dumps(body).encode() if body else b""
    env = {**stack.env, **request_env(method, path, {"Authorization": "Bearer " + who.token}, data), "STAGEDOOR_FAIL_AT": point}
    run = subprocess.run([f"{stack.bin}/{program}.fcgi"], env=env, input=data, capture_output=True, timeout=30)
    if run.returncode == -9:
        reached.add(point)
    return run.returncode == -9


ACTS = (("a first key", "POST", "/api/stream/ingress", {"ingressType": "RTMP"}, False, None),
        ("a channel", "POST", "/api/stream/create", {"title": "t", "ingressType": "WHIP"}, False, None),
        ("a rotation", "POST", "/api/stream/ingress", {"ingressType": "WHIP"}, True, True),
        ("a deletion", "DELETE", "/api/stream/ingress", None, True, None),
        ("switching off", "PUT", "/api/stream/ingress", {"enabled": False}, True, True))
for point in points:
    for name, method, path, body, begins_with_key, ends_with_key in ACTS:
        who = Person()
        if begins_with_key:
            who.key()
        if not killed_at(point, who, method, path, body):
            continue
        settle()
        who.is_settled(f"F8 {name} killed at {point}: LiveKit and we have the same after a pass", ends_with_key, name != "switching off")
        if name == "a rotation":
            who = Person()
            who.key()
            killed_at(point, who, method, path, body)
            status, _, reply = who.stream("POST", "ingress", body)
            if status == 409:               # the job has it in hand
                settle()
                status, _, reply = who.stream("POST", "ingress", body)
            ok(status == 201, f"F8 {name} killed at {point}, asked for again: 201", f"{status} {reply}")
            settle()
            who.is_settled(f"F8 {name} killed at {point}, asked for again: one valid key", True)
    # The pass itself, killed in the middle of the job that an administrator's act left.
    who = Person()
    who.key()
    stack.cli("user", "disable", who.name)
    due()
    run = subprocess.run([f"{stack.bin}/stagedoor", "tick"], env={**stack.env, "STAGEDOOR_FAIL_AT": point}, capture_output=True, timeout=60)
    if run.returncode == -9:
        reached.add(point)
        stack.write("UPDATE lease SET expires_at = 0")
        settle()
        ok(who.there() == [], f"F8 a pass killed at {point}: the next one ends it", str(who.there()))
ok(reached == set(points), "F8 every step was reached", str(set(points) - reached))

# ---- accounts that end -------------------------------------------------------
who = Person()
who.key()
stack.cli("user", "disable", who.name)
settle()
ok(who.there() == [] or not who.there()[0].get("enabled", True), "a disabled account: no valid ingress at LiveKit", str(who.there()))
who = Person()
who.key()
status, _, reply = stack.api("DELETE", "/api/auth/me", {"password": PASSWORD}, who.token)
settle()
ok(status == 204 and who.there() == [], "a deleted account: no ingress at LiveKit", f"{status} {reply} {who.there()}")
ok(stack.sql("SELECT count(*) FROM stream_keys WHERE user_id = ?", who.id) == [(0,)], "a deleted account: no key here")

# ---- no Redis beside LiveKit -------------------------------------------------
bare = OwnLiveKit(redis=False)
for setting in ("auto", "livekit"):
    other = Stack({"stream": 1, "account": 1}, ingress=setting, **bare.settings())
    token, _ = other.user("nora")
    for method, path, body in (("POST", "/api/stream/ingress", {"ingressType": "RTMP"}), ("POST", "/api/stream/create", {"title": "t", "ingressType": "RTMP"})):
        since = time.monotonic()
        status, _, reply = other.call("stream", method, path, body, token)
        took = time.monotonic() - since
        ok(status == 501 and reply.get("code") == "ingress_missing" and took < 3, f"no Redis, ingress = {setting}: RTMP by {path} is 501 ingress_missing after {took:.1f} s", f"{status} {reply}")
        ok("Redis" in reply.get("detail", ""), f"no Redis, ingress = {setting}: it says what to install", str(reply))
    ok(other.sql("SELECT (SELECT count(*) FROM stream_keys) + (SELECT count(*) FROM streams)") == [(0,)], f"no Redis, ingress = {setting}: nothing is left behind")
    other.stop()
bare.stop()

# ---- what the ingress service tells (recorded from a live one) ---------------
run = random.getrandbits(40)


def told(name, who, at=0.0, resource="RT_one", **state):
    """ingress_started or ingress_ended: no room id, times in nanoseconds."""
    begun = int((time.time() + at) * 1e9)
    info = {"ingressId": who.ingress["ingressId"], "name": "obs", "streamKey": who.ingress["streamKey"], "url": who.ingress["serverUrl"],
            "roomName": who.id, "participantIdentity": who.id, "reusable": True, "enableTranscoding": True, "enabled": True,
            "state": {"startedAt": str(who.begun), "resourceId": resource, **state}}
    body = {"event": name, "id": f"EV_{random.getrandbits(60):x}", "createdAt": str(int(time.time())), "ingressInfo": info}
    return who.hook(json.dumps(body).encode())


class Encoder(Person):
    def __init__(self):
        super().__init__()
        self.ingress, self.begun = self.key(), int(time.time() * 1e9)
        self.sid = f"PA_{self.name}"

    def hook(self, body):
        status, _, reply = hook(stack, body)
        if status != 200:
            ok(False, f"a webhook for {self.name}: 200", f"{status} {reply} {body[:120]}")

    def started(self, **more):
        told("ingress_started", self, status="ENDPOINT_PUBLISHING", audio={"mimeType": "audio/opus"}, **more)

    def ended(self, **more):
        told("ingress_ended", self, endedAt=str(int(time.time() * 1e9)), **more)

    def joins(self):
        self.hook(event("participant_joined", self.id, f"RM_{self.name}", participant=person(
            self.sid, self.id, kind="INGRESS", attributes={"ingress.ingressID": self.ingress["ingressId"], "ingress.resourceID": "RT_one"})))

    def tracks(self, name):
        for which, source in (("a", "MICROPHONE"), ("v", "CAMERA")):
            track = {"sid": f"TR_{which}{self.name}", "source": source, **({"type": "VIDEO"} if which == "v" else {})}
            self.hook(event(name, self.id, f"RM_{self.name}", participant={"sid": self.sid, "identity": self.id}, track=track))

    def leaves(self):
        self.hook(event("participant_left", self.id, f"RM_{self.name}", participant=person(self.sid, self.id, kind="INGRESS", disconnectReason="CLIENT_INITIATED")))

    def seen(self):
        """Status, the channel's page and the list; None where they differ."""
        said = {self.stream("GET", "status")[2]["isLive"], stack.api("GET", f"/api/viewer/stream/{self.name}")[2]["isLive"],
                self.name in {c["username"] for c in stack.api("GET", "/api/viewer/live?limit=100")[2]["items"]}}
        return said.pop() if len(said) == 1 else None

    def times(self):
        return stack.sql("SELECT started_at, ended_at FROM broadcasts WHERE user_id = ?", self.id)


names = ("started first", "joined first", "only started and ended", "rotated while live", "a lost end", "turned away", "end before start", "without tracks")
encoders = {n: Encoder() for n in names}
stack.tick()                        # the next one made by a reply is a minute away
e = encoders["started first"]
e.started()
ok(e.seen() is True, "ingress_started without a room id: on air at once", str(e.times()))
e.joins()
e.tracks("track_published")
e = encoders["joined first"]
e.joins()
ok(e.seen() is False, "participant_joined alone: not on air", str(e.times()))
e.tracks("track_published")
ok(e.seen() is True, "and its tracks: on air", str(e.times()))
e.started()
ok(e.seen() is True and len(e.times()) == 1, "participant_joined before ingress_started: one broadcast", str(e.times()))
for n in ("only started and ended", "rotated while live", "a lost end", "without tracks"):
    encoders[n].started()
    if n in ("rotated while live", "a lost end"):
        encoders[n].joins()
        encoders[n].tracks("track_published")
    if n == "without tracks":
        encoders[n].joins()
    ok(encoders[n].seen() is True, f"{n}: on air", str(encoders[n].times()))
e = encoders["turned away"]
e.ended(status="ENDPOINT_ERROR", error="could not connect: context canceled")
ok(e.seen() is False and e.times() == [], "ingress_ended without a started: no broadcast", str(e.times()))
e = encoders["end before start"]
e.ended()
ok(e.seen() is False, "an ingress_ended of which we heard no start: not on air", str(e.times()))
e.started()                         # told late: it was on air, and is in its grace
e = encoders["rotated while live"]
e.key()
ok(e.seen() is False and e.times()[0][1], "rotated while live, and no ingress_ended comes: off the air at once", str(e.times()))
e.tracks("track_unpublished")
e.leaves()
ok(e.seen() is False and len(e.times()) == 1, "and what LiveKit tells afterwards changes nothing", str(e.times()))
# The end: tracks, participant, then the ingress, without a status (INACTIVE is zero).
for n in ("started first", "joined first", "a lost end", "without tracks"):
    if n != "without tracks":
        encoders[n].tracks("track_unpublished")
    encoders[n].leaves()
for n in ("started first", "joined first", "only started and ended", "without tracks"):
    encoders[n].ended()
    encoders[n].ended()             # once more, as after an update of the ingress
over = ("started first", "joined first", "only started and ended", "a lost end", "without tracks", "end before start")
ok(all(encoders[n].seen() is True for n in over), "ended a moment ago: still on air, for the grace", str([(n, encoders[n].seen()) for n in over]))
took = until(lambda: all(encoders[n].seen() is False for n in over), 25)
ok(took is not None, f"off the air after {took or 99:.0f} s", str([(n, encoders[n].seen()) for n in over]))
stack.tick()
for n in over:
    rows = encoders[n].times()
    ok(len(rows) == 1 and rows[0][1], f"{n}: one broadcast, with its end", str(rows))
e = encoders["started first"]
e.begun = int(time.time() * 1e9)
e.sid += "2"
e.started(resource="RT_two")
ok(e.seen() is True and len(e.times()) == 2, "the encoder comes again: another broadcast", str(e.times()))
logs = b"".join(open(f"{stack.dir}/{f}", "rb").read() for f in os.listdir(stack.dir) if f.endswith(".log"))
ok(not any(k.encode() in logs for k in [x.ingress["streamKey"] for x in encoders.values()]) and b"eyJ" not in logs, "no stream key and no token in the logs")
stack.stop()
livekit.stop()
finish()
