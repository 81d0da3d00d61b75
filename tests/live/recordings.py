#!/usr/bin/env python3
"""Recordings. On a real livekit-server without egress: the right problem, and nothing left "starting"; with Redis but no
egress service (it comes only as a container image): failed with the reason, nothing else held up. Then the whole life
with signed webhooks and a stand-in: answers that get lost, processes killed, two at once, other people's egresses. At
last files in storage that checks our signature. Needs the values of quickstart.env in the environment.
"""
import itertools, json, os, random, subprocess, threading, time
from fake_livekit import FakeLiveKit
from own_livekit import OwnLiveKit
from s3_stand_in import Storage
from stack import Stack, finish, ok, parse, request_env, until, webhook_header

PROGRAMS = {"recording": 2, "room": 1, "livekit": 1, "webhook": 1, "account": 1}
ACCESS, SECRET = "AKIASTAGEDOORTEST", "kZ3/very+secret/storage+key/0123456789ab"
START = "StartRoomCompositeEgress"


class Place:
    """A stack with a teacher, who opens classes that LiveKit has."""

    def __init__(self, programs=PROGRAMS, **settings):
        self.stack = Stack(programs, **settings)
        self.teacher, self.teacher_id = self.stack.user("teacher")
        self.replies = []
        self.count = 0

    def api(self, method, path, body=None, token=None):
        status, _, reply = self.stack.api(method, path, body, token or self.teacher)
        self.replies.append(json.dumps(reply) if isinstance(reply, (dict, list)) else str(reply))
        return status, reply

    def room(self, here=True):
        self.count += 1
        name = f"class-{self.count}"
        status, reply = self.api("POST", "/api/rooms", {"kind": "class", "name": name})
        if status == 201 and here:                    # whoever asks for a token makes LiveKit have it
            status, reply = self.api("POST", "/api/connection-details", {"roomName": name})
        if status not in (200, 201):
            raise SystemExit(f"not ok a class can be opened: {status} {reply}")
        return name

    def start(self, room, **more):
        return self.api("POST", "/api/recordings/start", {"roomName": room, **more})

    def begun(self, room):
        status, reply = self.start(room)
        if status != 202:
            raise SystemExit(f"not ok a recording is started: {status} {reply}")
        return reply["recordingId"]

    def stop(self, recording):
        return self.api("POST", "/api/recordings/stop", {"recordingId": recording})

    def get(self, recording):
        return self.api("GET", f"/api/recordings/{recording}")[1]

    def state(self, recording):
        return self.get(recording)["status"]

    def pass_now(self):
        """What waits is due, and a pass is made."""
        self.stack.write("UPDATE job SET not_before = 0")
        self.stack.tick()

    def hook(self, name, egress, at=None):
        body = {"event": name, "id": f"EV_{random.getrandbits(60):x}", "createdAt": str(int(at or time.time())), "egressInfo": egress}
        return self.send(json.dumps(body).encode())

    def send(self, body):
        header = webhook_header(body, self.stack.conf["livekit_api_key"], self.stack.conf["livekit_api_secret"])
        return self.stack.call("webhook", "POST", "/api/webhook/livekit", body,
                               headers={"Authorization": header, "Content-Type": "application/webhook+json"})[0]


# ---- what takes its time begins first ----------------------------------------
slow_fake = FakeLiveKit()
slow = Place(livekit_api_url=slow_fake.url)
slow_fake.lose = {START: 40}
slow_room = slow.room()
slow_recording = slow.begun(slow_room)

redis = OwnLiveKit(redis=True)
alone, served = Place(**redis.settings()), Place(**redis.settings())
worker = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", f"{served.stack.bin}/stagedoor", "worker"], env=served.stack.env,
                          stdin=subprocess.DEVNULL, stderr=open(f"{served.stack.dir}/worker.log", "ab"))
until(lambda: served.stack.sql("SELECT count(*) FROM lease WHERE expires_at > ?", int(time.time() * 1000))[0][0], 10)
waiting = []
for place, who in ((alone, "without a worker"), (served, "with a worker")):
    room = place.room()
    before = time.monotonic()
    recording = place.begun(room)
    ok(time.monotonic() - before < 5, f"Redis and no egress service, {who}: 202 at once", f"{time.monotonic() - before:.1f} s")
    waiting.append((place, who, room, recording, before))
for place, who, room, recording, before in waiting:
    other, since = place.room(), time.monotonic()
    status, _ = place.api("DELETE", f"/api/rooms/{other}")
    gone = until(lambda: not redis.call("RoomService", "ListRooms", {"names": [other]}).get("rooms"), 10)
    asked = time.monotonic()
    state = [place.state(recording) for _ in range(4)]       # by each of the program's processes
    ok(status == 204 and gone is not None, f"{who}: another job is done meanwhile", f"{status} {gone}")
    ok(set(state) == {"starting"} and time.monotonic() - asked < 10, f"{who}: and other requests are answered", f"{state} {time.monotonic() - asked:.1f} s")
nowhere = alone.begun(alone.room(here=False))
took = until(lambda: alone.state(nowhere) == "failed", 15)
ok(took is not None and "no such room" in alone.get(nowhere)["error"], "a class where nobody is: failed at once, and says why", str(alone.get(nowhere)))

# ---- a real server without egress --------------------------------------------
bare = Place()
room = bare.room()
status, reply = bare.start(room)
ok((status, reply.get("code")) == (501, "egress_missing") and "Redis" in reply["detail"], "a LiveKit without Redis: 501 egress_missing, and what to install", f"{status} {reply}")
ok(bare.api("GET", f"/api/recordings?room={room}")[1]["items"] == [] and bare.stack.sql("SELECT count(*) FROM job WHERE kind LIKE 'egress%'") == [(0,)],
   "nothing is left of it")
bare.stack.tick()
log = "".join(line for line in open(f"{bare.stack.dir}/recording.log") if " info " not in line)
ok(log == "", "a pass over a LiveKit without Redis has nothing to report of egress", log[-300:])
doctor = subprocess.run([f"{bare.stack.bin}/stagedoor", "doctor"], env=bare.stack.env, capture_output=True, text=True).stdout
ok("recordings" in doctor and "LiveKit has no egress" in doctor and "below recordings" in doctor, "doctor: LiveKit has no egress, and where recordings would be", doctor)
lacking = subprocess.run([f"{bare.stack.bin}/stagedoor", "doctor"], env={**bare.stack.env, "S3_BUCKET": "films", "S3_ACCESS_KEY": ACCESS}, capture_output=True, text=True)
ok(lacking.returncode == 1 and "s3_secret_key is not" in lacking.stdout and ACCESS not in lacking.stdout, "doctor: a bucket without its key", lacking.stdout)
plain = subprocess.run([f"{bare.stack.bin}/stagedoor", "doctor"], env={**bare.stack.env, "S3_BUCKET": "films", "S3_ENDPOINT": "http://s3.example.org"}, capture_output=True, text=True)
ok(plain.returncode == 1 and "must be https" in plain.stderr, "storage by plain http is refused at the start", plain.stderr)
bare.stack.stop()

# ---- a life as it should be --------------------------------------------------
fake = FakeLiveKit()
storage = Storage(ACCESS, SECRET)
place = Place(livekit_api_url=fake.url, s3_bucket="films", s3_endpoint=storage.url, s3_access_key=ACCESS, s3_secret_key=SECRET,
              recording_path="récordings (all)/x+y")


def started(room):
    return sum(request["roomName"] == room for request in fake.called(START))


def egress_of(recording, seconds=15):
    """The egress that the recording's row has."""
    found = until(lambda: place.stack.sql("SELECT egress_id FROM recordings WHERE id = ?", recording)[0][0], seconds)
    return fake.egresses[place.stack.sql("SELECT egress_id FROM recordings WHERE id = ?", recording)[0][0]] if found is not None else None


def info(egress, status, **more):
    """EgressInfo as webhooks have it: camelCase, what is zero left out."""
    out = {"egressId": egress["egress_id"], "roomId": egress["room_id"], "roomName": egress["room_name"],
           "roomComposite": {"roomName": egress["room_name"], "fileOutputs": [{"filepath": egress["room_composite"]["file_outputs"][0]["filepath"]}]}, **more}
    return out if status == "EGRESS_STARTING" else {**out, "status": status, "startedAt": "1785500020000000000"}


def ended(egress, status="EGRESS_COMPLETE", **more):
    path = egress["room_composite"]["file_outputs"][0]["filepath"]
    return info(egress, status, endedAt="1785500120000000000",
                fileResults=[{"filename": path, "duration": "99000000000", "size": "31457280", "location": f"https://films.example/{path}"}], **more)


room = place.room()
for n in range(3):
    fake.join(room, f"student-{n}")
place.stack.tick()
recording = place.begun(room)
egress = egress_of(recording)
ok(egress is not None and place.state(recording) == "starting", "started at LiveKit, right after the reply, with no worker", str(place.get(recording)))
row = place.get(recording)
ok(row["participants"] == ["student-0", "student-1", "student-2"] and row["startedBy"] == place.teacher_id and row["roomSid"] == fake.rooms[room]["sid"],
   "who was there, who started it, the room's session", str(row))
asked = fake.called(START)[-1]
output = asked["fileOutputs"][0]
ok(output["filepath"] == f"récordings (all)/x+y/{room}/{recording}.mp4" and output["s3"]["bucket"] == "films" and output["s3"]["secret"] == SECRET,
   "LiveKit is told the file, the bucket and how to get in", str({**output, "s3": None}))
ok(place.hook("egress_started", info(egress, "EGRESS_STARTING")) == 200 and place.state(recording) == "starting", "egress_started: starting")
place.hook("egress_updated", info(egress, "EGRESS_ACTIVE"))
ok(place.state(recording) == "recording", "EGRESS_ACTIVE: recording")
place.hook("egress_updated", info(egress, "EGRESS_ENDING"))
ok(place.state(recording) == "processing", "EGRESS_ENDING: processing")
place.hook("egress_ended", ended(egress))
life = place.get(recording)
ok((life["status"], life["fileSize"], life["durationMs"], life["startedAt"], life["endedAt"], life["error"]) ==
   ("complete", 31457280, 99000, "2026-07-31T12:13:40.000Z", "2026-07-31T12:15:20.000Z", None), "egress_ended: complete, with size, length and times", str(life))
events = [json.loads(d)["status"] for d, in place.stack.sql("SELECT data FROM events WHERE type = 'recording.status' AND room_name = ? ORDER BY id", room)]
ok(events == ["starting", "recording", "processing", "complete"], "an event for each status", str(events))
fake.egresses[egress["egress_id"]]["status"] = "EGRESS_COMPLETE"

# ---- any order, any repetition -----------------------------------------------
outcomes = []
orders = random.sample(list(itertools.permutations(range(4))), 8)
for order in orders:
    recording = place.begun(place.room())
    egress = egress_of(recording)
    tell = [("egress_started", info(egress, "EGRESS_STARTING")), ("egress_updated", info(egress, "EGRESS_ACTIVE")),
            ("egress_updated", info(egress, "EGRESS_ENDING")), ("egress_ended", ended(egress))]
    for i in order:
        for _ in range(2):
            place.hook(*tell[i])
    one = place.get(recording)
    outcomes.append({k: one[k] for k in ("status", "fileSize", "durationMs", "startedAt", "endedAt", "error")})
    egress["status"] = "EGRESS_COMPLETE"
ok(all(o == outcomes[0] and o["status"] == "complete" for o in outcomes), f"webhooks in {len(orders)} orders, each twice: the same end", str(list(zip(orders, outcomes))))

# ---- a plain CGI ---------------------------------------------------------------
room = place.room()
body = json.dumps({"roomName": room}).encode()
fake.lose = {START: 6}                             # so long it takes, and then the answer is lost
since = time.monotonic()
run = subprocess.run([f"{place.stack.bin}/stagedoor.fcgi"], input=body, capture_output=True, timeout=30,
                     env={**place.stack.env, **request_env("POST", "/api/recordings/start", {"Authorization": "Bearer " + place.teacher}, body)})
ok(time.monotonic() - since < 5 and parse(run.stdout)[0] == 202 and until(lambda: started(room) == 1, 15) is not None, "as plain CGI: 202, LiveKit is asked, and nobody waits", f"{run.stdout} {run.stderr}")
fake.lose = {}
place.pass_now()
recording = json.loads(parse(run.stdout)[2])["recordingId"]
ok(egress_of(recording) is not None and started(room) == 1, "which goes on when the program has ended", str(place.get(recording)))
egress_of(recording)["status"] = "EGRESS_COMPLETE"

# ---- two at once -------------------------------------------------------------
for _ in range(5):
    room, answers = place.room(), []
    threads = [threading.Thread(target=lambda: answers.append(place.start(room))) for _ in range(2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    answers.sort(key=lambda a: a[0])
    good = [a[0] for a in answers] == [202, 409] and answers[1][1]["code"] == "already_recording" and answers[1][1]["recordingId"] == answers[0][1]["recordingId"]
    if not good:
        break
ok(good, "two starts at once: one recording, the other 409 with its id", str(answers))

# ---- the answer is lost ------------------------------------------------------
fake.lose = {START: 0}
room = place.room()
recording = place.begun(room)
ok(until(lambda: started(room) == 1, 15) is not None, "the start is asked for, and its answer lost")
fake.lose = {}
until(lambda: place.stack.sql("SELECT count(*) FROM job WHERE kind = 'egress.start' AND attempts > 0")[0][0], 15)
place.pass_now()
egress = egress_of(recording)
ok(egress is not None and started(room) == 1, "the egress that came of it is adopted, none is started besides", f"{started(room)} {place.get(recording)}")

# ---- killed in the middle ----------------------------------------------------
for point, calls in (("record.1", 0), ("record.2", 1), ("record.3", 1)):
    room = place.room()
    # Nobody runs the job but the pass that is to die: a worker seems to be at it.
    place.stack.write("INSERT OR REPLACE INTO lease (name, holder, expires_at, last_at) VALUES ('worker', 'test', ?, ?)",
                      int(time.time() * 1000) + 60000, int(time.time() * 1000))
    recording = place.begun(room)
    place.stack.write("DELETE FROM lease")
    subprocess.run([f"{place.stack.bin}/stagedoor", "tick"], env={**place.stack.env, "STAGEDOOR_FAIL_AT": point}, capture_output=True, timeout=60, check=True)
    until(lambda: started(room) == calls, 15)
    time.sleep(0.3)                                # for one more, that must not come
    ok(started(room) == calls, f"killed at {point}: asked for {calls} times")
    for _ in range(2):
        place.pass_now()
    egress = egress_of(recording)
    ok(egress is not None and started(room) == 1 and sum(e["room_name"] == room for e in fake.egresses.values()) == 1,
       f"killed at {point}: one egress in the end, and the recording has it", f"{started(room)} {place.get(recording)}")
ok(until(lambda: (place.pass_now(), place.stack.sql("SELECT count(*) FROM job WHERE kind LIKE 'egress%'") == [(0,)])[1], 10) is not None, "and no job is left")

# ---- stopped -----------------------------------------------------------------
room = place.room()
recording = place.begun(room)
egress = egress_of(recording)
place.hook("egress_updated", info(egress, "EGRESS_ACTIVE"))
answers = [place.stop(recording), place.stop(recording)]
ok([(s, r.get("status")) for s, r in answers] == [(200, "processing")] * 2, "stopped, and again: processing", str(answers))
ok(until(lambda: egress["status"] == "EGRESS_ENDING", 15) is not None, "LiveKit is told")
second = place.begun(room)
ok(egress_of(second) is not None, "the next one begins while that is being processed")
place.hook("egress_updated", info(egress, "EGRESS_ACTIVE"))
ok(place.state(recording) == "processing", "a late EGRESS_ACTIVE changes nothing")
place.hook("egress_ended", ended(egress))
ok(place.state(recording) == "complete", "its end: complete")
egress = egress_of(second)
egress.update(status="EGRESS_COMPLETE", ended_at=str(time.time_ns()), file_results=[
    {"filename": "x", "started_at": "0", "ended_at": "0", "duration": "5000000000", "size": "77", "location": "https://films.example/x"}])
status, reply = place.stop(second)
took = until(lambda: place.state(second) == "complete", 15)
ok(status == 200 and took is not None and place.get(second)["fileSize"] == 77, "stop of one that has ended (412): what LiveKit lists is kept", str(place.get(second)))
ok(place.stop(second)[1]["status"] == "complete", "and it stays complete")

# ---- other people's ----------------------------------------------------------
room = place.room()
recording = place.begun(room)
ours = egress_of(recording)
theirs = {**ours, "egress_id": "EG_theirs", "status": "EGRESS_ACTIVE", "room_composite": {"room_name": room, "file_outputs": [{"filepath": "theirs.mp4"}]}}
elsewhere = {**theirs, "egress_id": "EG_elsewhere", "room_name": "not-ours"}
fake.egresses.update(EG_theirs=theirs, EG_elsewhere=elsewhere)
place.hook("egress_started", info(theirs, "EGRESS_ACTIVE"))
place.hook("egress_started", info(elsewhere, "EGRESS_ACTIVE"))
ok(until(lambda: theirs["status"] == "EGRESS_ENDING", 15) is not None and ours["status"] == "EGRESS_STARTING", "an egress in our room that nobody here asked for is stopped, ours goes on")
theirs["status"] = "EGRESS_ACTIVE"
place.pass_now()
place.pass_now()
ok(theirs["status"] == "EGRESS_ENDING" and elsewhere["status"] == "EGRESS_ACTIVE" and ours["status"] == "EGRESS_STARTING",
   "so it is by the reconciler where no webhook came; rooms that are not ours are left alone")
ours["status"] = "EGRESS_COMPLETE"
place.pass_now()
ok(place.state(recording) == "complete", "the end of ours is found by the reconciler, too")

# ---- the room ends, LiveKit forgets -------------------------------------------
recording = place.begun(room)
ours = egress_of(recording)
place.hook("egress_updated", info(ours, "EGRESS_ACTIVE"))
place.api("DELETE", f"/api/rooms/{room}")
place.pass_now()
place.pass_now()
ok(ours["status"] == "EGRESS_ENDING" and place.state(recording) == "processing", "a room that ends ends its recording")
place.hook("egress_ended", ended(ours))
ok(place.state(recording) == "complete" and len(place.api("GET", f"/api/recordings?room={room}")[1]["items"]) == 2, "which is kept and listed")
recording = place.begun(place.room())
fake.egresses.pop(egress_of(recording)["egress_id"])
place.stack.write("UPDATE recordings SET created_at = created_at - 61000 WHERE id = ?", recording)
place.pass_now()
ok(place.state(recording) == "failed" and "restarted" in place.get(recording)["error"], "what LiveKit knows nothing of any more has failed", str(place.get(recording)))

# ---- never confirmed ----------------------------------------------------------
fake.refuse = {START: (408, "deadline_exceeded")}
recording = place.begun(place.room())
until(lambda: place.stack.sql("SELECT attempts FROM job WHERE identity = ? AND attempts > 0", recording), 15)
ok(place.state(recording) == "starting", "LiveKit takes too long: still starting")
place.stack.write("UPDATE recordings SET created_at = created_at - 61000 WHERE id = ?", recording)
ok(place.state(recording) == "failed", "a minute later: failed, though nobody has looked")
place.stack.tick()
ok(place.stack.sql("SELECT status FROM recordings WHERE id = ?", recording) == [("failed",)], "and written down by the next pass")
fake.refuse = {}

# ---- files in storage ----------------------------------------------------------
def finished(**more):
    recording = place.begun(place.room())
    egress = egress_of(recording)
    place.hook("egress_ended", ended(egress, **more))
    egress["status"] = "EGRESS_COMPLETE"
    name = "/films/" + egress["room_composite"]["file_outputs"][0]["filepath"]
    storage.objects.add(name)
    return recording, name


recording, name = finished()
status, _ = place.api("DELETE", f"/api/recordings/{recording}")
ok(status == 204 and name not in storage.objects and storage.refused == [], "deleted: the object is gone, by a signature that holds", f"{status} {storage.refused}")
ok(place.api("GET", f"/api/recordings/{recording}")[0] == 404, "and so is the recording")
recording, name = finished()
storage.objects.discard(name)
ok(place.api("DELETE", f"/api/recordings/{recording}")[0] == 204, "an object that is not there (404) is deleted")
recording, name = finished()
storage.status = 500
status, reply = place.api("DELETE", f"/api/recordings/{recording}")
ok((status, reply.get("code")) == (502, "storage_error") and place.state(recording) == "complete" and name in storage.objects, "the storage fails: 502, the recording stays", f"{status} {reply}")
storage.status = None
storage.buckets = {"photos"}
status, reply = place.api("DELETE", f"/api/recordings/{recording}")
ok((status, reply.get("code")) == (502, "storage_error") and "s3_bucket" in reply["detail"] and place.state(recording) == "complete",
   "the storage has no such bucket: 502, the recording stays", f"{status} {reply}")
storage.buckets = None
recording, name = finished(error=f"denied for {ACCESS} with {SECRET}", status="EGRESS_FAILED")
one = place.get(recording)
ok(one["status"] == "failed" and "denied for ***" in one["error"], "a reason that names the key is kept without it", str(one))
wrong = Storage(ACCESS, "another secret")
elsewhere = Place(livekit_api_url=fake.url, s3_bucket="films", s3_endpoint=wrong.url, s3_access_key=ACCESS, s3_secret_key=SECRET)
elsewhere.count = 500
recording = elsewhere.begun(elsewhere.room())
until(lambda: elsewhere.stack.sql("SELECT egress_id FROM recordings")[0][0], 15)
elsewhere.stack.write("UPDATE recordings SET status = 'complete'")
ok(elsewhere.api("DELETE", f"/api/recordings/{recording}")[0] == 502 and wrong.refused == ["signature"], "storage that does not know our secret: 502", str(wrong.refused))

# ---- what took its time --------------------------------------------------------
for one, who, room, recording, before in waiting:
    until(lambda: one.state(recording) != "starting", max(1, 40 - (time.monotonic() - before)))
    row = one.get(recording)
    ok(row["status"] == "failed" and "egress service" in row["error"], f"Redis and no egress service, {who}: failed, and says why", str(row))
ok(until(lambda: slow.stack.sql("SELECT attempts FROM job WHERE kind = 'egress.start' AND attempts > 0"), 45) is not None, "LiveKit does not answer a start for 30 s: given up for now")
slow.stack.write("UPDATE recordings SET created_at = ?", int(time.time() * 1000) - 35000)    # however long the rest took
slow.pass_now()
ok(until(lambda: slow.stack.sql("SELECT egress_id FROM recordings")[0][0], 15) is not None and len(slow_fake.called(START)) == 1,
   "what had been accepted is adopted, no second egress", f"{slow.get(slow_recording)} {len(slow_fake.called(START))}")
worker.terminate()
worker.wait(10)

# ---- no secret anywhere --------------------------------------------------------
for one in (place, elsewhere):
    kept = b"".join(open(f"{one.stack.dir}/{f}", "rb").read() for f in os.listdir(one.stack.dir) if f.endswith((".log", ".db", "-wal")))
    said = "".join(one.replies).encode()
    ok(ACCESS.encode() not in said + kept and SECRET.encode() not in said + kept, "what opens the storage is in no reply, log, row, job or event")
for one in (place, elsewhere, slow, alone, served):
    one.stack.stop()
for one in (fake, slow_fake, storage, wrong, redis):
    one.stop()
finish()
