#!/usr/bin/env python3
"""What call quality costs: people who tell it every 10 seconds, as clients do, and one metric program that keeps it.

    bench/metrics.py             PEOPLE=1000 ROOM=50 SECONDS=60

Needs STAGEDOOR_CONF and STAGEDOOR_BIN in the environment (./quickstart runs). The database holds the people, signed in, in
rooms of ROOM, and what they told in the hour before. Then each of them posts every 10 seconds, spread evenly: a sample of
statistics, in every fifth post the quality of somebody in the room besides; rate limits on, over FastCGI connections, no
web server between. CPU is user + system time of the program's process, so other work on the machine hardly shows. Then
whoever leads a room reads it, and one pass of background work rolls up what has become old. With --check 20 seconds, and
ok / not ok lines: less than 5 % of one core.
"""
import json, os, random, sqlite3, sys, time

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "tests", "live"))
from stack import Stack, fcgi_bytes, finish, jwt, ok, parse, request_env  # noqa: E402

check = "--check" in sys.argv
get = lambda name, default: int(os.environ.get(name, default))
people, room_size, seconds = get("PEOPLE", 1000), get("ROOM", 50), get("SECONDS", 20 if check else 60)
CORE_PERCENT = 5
EVERY = 10              # seconds between two posts of one person

# Ids in no order, as real ones are. Everybody used their session within the last minute: one in six posts writes that.
SCHEMA = """
CREATE TEMP TABLE n (i INTEGER PRIMARY KEY, id TEXT, room TEXT);
INSERT INTO n WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i + 1 < :people)
    SELECT i, printf('%08x-0000-4000-8000-%012x', i * 2654435761 & 4294967295, i),
        printf('%08x-1111-4000-8000-%012x', i / :size * 2654435761 & 4294967295, i / :size) FROM c;
INSERT INTO users (id, username, display_name, created_at) SELECT id, 'person_' || i, 'Person ' || i, :now FROM n ORDER BY id;
INSERT INTO sessions (id, user_id, created_at, expires_at, last_used_at)
    SELECT printf('session-%08d', i), id, :now, :now + 86400000, :now - i * 7919 % 60000 FROM n;
INSERT INTO rooms (name, kind, owner_id, state, people_count, created_at)
    SELECT room, 'source', min(id), 'open', count(*), :now FROM n GROUP BY room;
INSERT INTO presence (room_name, sid, room_sid, identity, name, joined_at)
    SELECT room, 'PA_' || id, 'RM_' || room, id, 'Person ' || i, :now - 7200000 FROM n ORDER BY room;
INSERT INTO metric_samples (room_name, span_ms, at, identity, last_at, samples, up_bps, down_bps, sent, received, lost,
    latency_us, latency_max_us, jitters, jitter_us, excellent, good, poor, lost_quality, errors)
    WITH RECURSIVE step(at) AS (SELECT (:now - :old) / 10000 * 10000 UNION ALL SELECT at + 10000 FROM step WHERE at + 10000 < :now)
    SELECT room, 10000, at, id, at + i % 10000, 1, 1000000 + i, 2000000 + i, 1000, 3000, i % 20, 40000 + i, 40000 + i, 1,
        3000 + i % 1000, 0, i % 5 = 0, 0, 0, 0 FROM n JOIN step ORDER BY room, at, id;
INSERT INTO lease (name, holder, expires_at, last_at) VALUES ('worker', 'bench', 0, :now + 86400000);
"""


def build(path, now):
    values = {"people": people, "size": room_size, "now": now, "old": 3660000}
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("BEGIN")
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            db.execute(statement, {k: v for k, v in values.items() if ":" + k in statement})
    db.execute("COMMIT")
    rows = db.execute("SELECT i, id, room FROM n ORDER BY i").fetchall()
    kept = db.execute("SELECT count(*) FROM metric_samples").fetchone()[0]
    db.close()
    return rows, kept


def cpu_seconds(pid):
    """What the kernel's scheduler counted, finer than the ticks of /proc/PID/stat."""
    with open(f"/proc/{pid}/schedstat") as f:
        return int(f.read().split()[0]) / 1e9


def token_of(stack, i, user, now):
    url = stack.conf["public_url"].rstrip("/")
    return jwt({"iss": url, "aud": url, "use": "app", "sub": user, "sid": f"session-{i:08d}", "iat": now // 1000,
                "exp": now // 1000 + 86400}, stack.conf["app_secret"])


def samples(who, others, at):
    out = [{"type": "stats", "timestamp": at, "bandwidth": {"upload": random.randrange(3000000), "download": 4200000.5},
            "packets": {"sent": 1830, "received": 5120, "lost": random.randrange(30)}, "latency": random.uniform(10, 200),
            "jitter": random.uniform(0, 20)}]
    if random.random() < 0.2:
        out.append({"type": "connectionQuality", "participantId": random.choice(others), "timestamp": at,
                    "value": random.choice(["excellent", "good", "poor"])})
    return out


def load(stack, rows, tokens):
    """Everybody in turn, each every EVERY seconds: (CPU of the program, wall clock, posts, slowest ms, wrong replies)."""
    rooms = {}
    for _, user, room in rows:
        rooms.setdefault(room, []).append(user)
    order = random.Random(5).sample(range(people), people)
    pid, posts, slowest, wrong = stack.pid("metric"), people * seconds // EVERY, 0, []
    began, cpu = time.monotonic(), cpu_seconds(pid)
    for k in range(posts):
        i, user, room = rows[order[k % people]]
        wait = began + k * EVERY / people - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        said = samples(user, rooms[room], int(time.time() * 1000))
        since = time.perf_counter()
        status, _, reply = stack.api("POST", "/api/metrics", {"roomName": room, "roomSid": "RM_" + room,
                                                              "participantCount": room_size, "samples": said}, tokens[i])
        slowest = max(slowest, (time.perf_counter() - since) * 1000)
        if status != 202 or reply["accepted"] != len(said):
            wrong.append((status, reply))
    wall = max(time.monotonic() - began, posts * EVERY / people)
    return cpu_seconds(pid) - cpu, wall, posts, slowest, wrong


now = int(time.time() * 1000)
stack = Stack({}, rate_limits="on")
rows, kept = build(f"{stack.dir}/stagedoor.db", now)
with stack.lock:
    stack.start(("metric", 0))
tokens = [token_of(stack, i, user, now) for i, user, _ in rows]
print(f"# {people} people in rooms of {room_size}, {kept} rows of the hour before, "
      f"{os.path.getsize(stack.dir + '/stagedoor.db') >> 20} MiB", file=sys.stderr)
try:
    cpu, wall, posts, slowest, wrong = load(stack, rows, tokens)
    percent = 100 * cpu / wall
    print(f"# {posts} posts in {wall:.1f} s took {cpu:.2f} s of CPU: {1000 * cpu / posts:.3f} ms each, {percent:.1f} % of "
          f"one core; the slowest reply {slowest:.0f} ms")
    if not check:
        owner, (room,) = stack.sql("SELECT name, owner_id FROM rooms LIMIT 1")[0][1], stack.sql("SELECT name FROM rooms LIMIT 1")[0]
        i = next(i for i, user, _ in rows if user == owner)
        before, since = cpu_seconds(stack.pid("metric")), time.perf_counter()
        status, _, reply = stack.api("GET", f"/api/metrics/rooms/{room}", None, tokens[i])
        print(f"# the last hour of a room, {len(reply['participants'])} people, {len(reply['series'])} steps: "
              f"{(time.perf_counter() - since) * 1000:.0f} ms, {(cpu_seconds(stack.pid('metric')) - before) * 1000:.0f} ms of CPU")
        since = time.perf_counter()
        stack.tick()
        spans = dict(stack.sql("SELECT span_ms, count(*) FROM metric_samples GROUP BY span_ms"))
        print(f"# a pass, {people} people's oldest minutes become {spans.get(60000, 0)} rows: {time.perf_counter() - since:.2f} s")
    ok(not wrong, "every post was taken whole", str(wrong[:3]))
    ok(percent < CORE_PERCENT, f"{people} people who tell every {EVERY} s take {percent:.1f} % of one core, less than "
       f"{CORE_PERCENT} %")
    ok(stack.sql("SELECT sum(samples) FROM metric_samples")[0][0] == kept + posts, "and all of it is kept")
finally:
    stack.stop()
finish()
