#!/usr/bin/env python3
"""What lists cost where there is little and where there is much, side by side in one run.

    bench/lists.py               ROUNDS=9 REQUESTS=200

Needs STAGEDOOR_CONF and STAGEDOOR_BIN in the environment (./quickstart runs). Builds two databases, always the same:
1,000 people with 100 channels, half of them on air, 10,000 follows and 100 live streams; and 100,000 people who all have
a channel, 10,000 on air, 1,000,000 follows and 100,000 live streams, half of them over. In both one person follows half
of all people, and one is followed by everybody. One viewer and one live program serve each; the same requests go to the
two in turn over a FastCGI connection of their own, no web server between. Of the rounds the quietest counts, for either
side. Prints a Markdown table; with --check fewer requests, and ok / not ok lines.
"""
import hashlib, json, os, sqlite3, sys, time

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "tests", "live"))
from stack import Stack, fcgi_bytes, finish, ok, parse, request_env  # noqa: E402

check = "--check" in sys.argv
get = lambda name, default: int(os.environ.get(name, default))
rounds, requests = get("ROUNDS", 5 if check else 9), get("REQUESTS", 100 if check else 200)
SMALL = {"people": 1000, "channels": 100, "on_air": 50, "follows": 10000, "streams": 100}
LARGE = {"people": 100000, "channels": 100000, "on_air": 10000, "follows": 1000000, "streams": 100000}
FAN, STAR = 2, 3        # follows half of all; is followed by everybody
LOOKERS = 100           # have an API key

# What an ordinary page may cost more, of the small one's and in ms; and ms for who follows half of all people: their
# candidates are looked up one by one, 500 at most, and in the small database those pages are in the cache already.
RATIO, SLACK, FAN_MS = 1.5, 0.3, 6

# Ids in no order, as real ones are.
SCHEMA = """
CREATE TEMP TABLE n (i INTEGER PRIMARY KEY, id TEXT);
INSERT INTO n WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i + 1 < :people)
    SELECT i, printf('%08x-0000-4000-8000-%012x', i * 2654435761 & 4294967295, i) FROM c;
INSERT INTO users (id, username, display_name, created_at, is_creator)
    SELECT id, 'person_' || i, 'Person ' || i, :now, 1 FROM n ORDER BY id;
INSERT INTO rooms (name, kind, owner_id, state, created_at)
    SELECT id, 'stream', id, 'open', :now FROM n WHERE i < :channels ORDER BY id;
INSERT INTO streams (id, user_id, title, description, last_live_at, created_at)
    SELECT id, id, 'Channel ' || i, 'About ' || i, CASE WHEN i % (:channels / :on_air) = 0 THEN :now - 1000 * i
        WHEN i % 3 > 0 THEN :now - 86400000 - 1000 * i END, :now FROM n WHERE i < :channels ORDER BY id;
INSERT INTO broadcasts (id, user_id, title, started_at, viewer_count)
    SELECT id, id, 'Channel ' || i, :now - 1000 * i, i * 7919 % 997 FROM n
    WHERE i < :channels AND i % (:channels / :on_air) = 0 ORDER BY id;
INSERT INTO rooms (name, kind, owner_id, state, created_at, ended_at)
    SELECT 'live-' || printf('%08x', s * 2654435761 & 4294967295), 'live', n.id, CASE WHEN s % 2 THEN 'over' ELSE 'open' END,
        :now, CASE WHEN s % 2 THEN :now END
    FROM (SELECT i AS s, i % :people AS owner FROM n WHERE i < :streams) JOIN n ON n.i = owner ORDER BY 1;
INSERT INTO live_streams (id, streamer_id, title, is_live, viewer_count, created_at, ended_at)
    SELECT 'live-' || printf('%08x', s * 2654435761 & 4294967295), n.id, 'Stream ' || s, 1 - s % 2, s % 97, :now - 1000 * s,
        CASE WHEN s % 2 THEN :now END
    FROM (SELECT i AS s, i % :people AS owner FROM n WHERE i < :streams) JOIN n ON n.i = owner ORDER BY 1;
INSERT INTO follows SELECT one, other, at FROM (
    SELECT n.id AS one, m.id AS other, :now - 1000 * (n.i % 1000 * 50 + k.i) AS at
        FROM n JOIN n k ON k.i < :follows / :people
        JOIN n m ON m.i = ((n.i * 48271 + k.i * 69621 + n.i * k.i * 40692) % 65537)
            * ((n.i * 48271 + k.i * 69621 + n.i * k.i * 40692) % 65537) * :people / 65537 / 65537
        WHERE m.i <> n.i
    UNION ALL SELECT f.id, m.id, :now - 1000 * m.i FROM n f JOIN n m ON (m.i * 2654435761 >> 7) % 2 = 1
        WHERE f.i = :fan AND m.i <> f.i
    UNION ALL SELECT n.id, s.id, :now FROM n JOIN n s ON s.i = :star WHERE n.i <> s.i)
    WHERE true ORDER BY one, other ON CONFLICT DO NOTHING;
UPDATE users SET following_count = (SELECT count(*) FROM follows f WHERE f.follower_id = users.id),
    follower_count = (SELECT count(*) FROM follows f WHERE f.followed_id = users.id);
INSERT INTO lease (name, holder, expires_at, last_at) VALUES ('worker', 'bench', 0, :now + 86400000);
"""


def key_of(i):
    return "sd_" + hashlib.sha256(b"bench %d" % i).hexdigest()[:43]


def looker(i, people):
    return i if i in (FAN, STAR) else (i * 7919 + 5) % people


def build(path, sizes):
    values = {**sizes, "fan": FAN, "star": STAR, "now": int(time.time() * 1000)}
    db = sqlite3.connect(path, isolation_level=None)
    # Nobody else has it open, and it is thrown away should we be interrupted.
    db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN")
    later = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'follows' AND "
                       "sql IS NOT NULL").fetchall()
    for name, _ in later:
        db.execute(f"DROP INDEX {name}")
    for statement in SCHEMA.split(";\n"):
        if "UPDATE users" in statement:
            for _, sql in later:
                db.execute(sql)
        if statement.strip():
            db.execute(statement, {k: v for k, v in values.items() if ":" + k in statement})
    for i in range(LOOKERS):
        db.execute("INSERT INTO api_keys (id, user_id, label, key_hash, created_at, last_used_at) SELECT ?, id, 'bench', ?, "
                   "0, ? FROM users WHERE username = ?", (f"key-{i}", hashlib.sha256(key_of(i).encode()).hexdigest(),
                                                          values["now"] + 86400000, f"person_{looker(i, sizes['people'])}"))
    db.execute("COMMIT")
    count = lambda what: db.execute(f"SELECT {what}").fetchone()[0]
    print(f"# {count('count(*) FROM users')} people, {count('count(*) FROM streams')} channels, "
          f"{count('count(*) FROM broadcasts')} on air, {count('count(*) FROM follows')} follows, "
          f"{count('count(*) FROM live_streams')} live streams; one follows {count('max(following_count) FROM users')}, "
          f"one has {count('max(follower_count) FROM users')} followers", file=sys.stderr)
    db.close()


class Side:
    def __init__(self, sizes):
        self.sizes = sizes
        self.stack = Stack({})
        build(f"{self.stack.dir}/stagedoor.db", sizes)
        with open(f"{self.stack.dir}/stagedoor.db", "rb") as f:
            while f.read(1 << 20):
                pass
        for name in "viewer", "live":
            with self.stack.lock:
                self.stack.start((name, 0))

    def ask(self, path, who):
        """(ms, reply)"""
        headers = {"Authorization": "Bearer " + key_of(who)} if who is not None else {}
        program = "live" if path.startswith("/live") else "viewer"
        mount = self.stack.conf.get("public_url", "").split("://", 1)[-1].partition("/")[2]
        data = fcgi_bytes(request_env("GET", ("/" + mount if mount else "") + path, headers))
        since = time.perf_counter()
        out = self.stack.raw(program, data, 0)
        ms = (time.perf_counter() - since) * 1000
        status, _, text = parse(out or b"")
        if status != 200:
            sys.exit(f"{path}: {status} {text[:300]}")
        return ms, text


def ordinary(i):
    return i % (LOOKERS - 4) + 4


def second_page(side, path, who):
    cursor = json.loads(side.ask(path, who)[1])["next"]
    return f"{path}&cursor={cursor}" if cursor else path


FAR = "follows half of all"
LIVE, FOLLOWING, RECOMMENDED = (f"/api/viewer/{name}?limit=20" for name in ("live", "following", "recommended"))
FIRST, SECOND = (lambda path: lambda side, i: path), (lambda path, who: lambda side, i: second_page(side, path, who))
# name, path for a side and the number of a request, who asks
CASES = [
    ("live, nobody signed in", FIRST(LIVE), lambda i: None),
    ("live", FIRST(LIVE), ordinary),
    ("live, second page", SECOND(LIVE, 4), lambda i: 4),
    ("following", FIRST(FOLLOWING), ordinary),
    ("following, half of all", FIRST(FOLLOWING), lambda i: FAN),
    ("following, half of all, second page", SECOND(FOLLOWING, FAN), lambda i: FAN),
    ("recommended", FIRST(RECOMMENDED), ordinary),
    ("recommended, second page", SECOND(RECOMMENDED, 5), lambda i: 5),
    ("recommended, followed by all", FIRST(RECOMMENDED), lambda i: STAR),
    ("recommended, " + FAR, FIRST(RECOMMENDED), lambda i: FAN),
    ("channel page", lambda side, i: f"/api/viewer/stream/person_{i * 104729 % side.sizes['channels']}", ordinary),
    ("GET /live", FIRST("/live?limit=20"), lambda i: None),
]


def limit_of(name, small):
    # Medians: on a machine that does other things besides, a p99 tells of those.
    return FAN_MS if name.endswith(FAR) else RATIO * small[0.5] + SLACK


def within(name, best):
    small, large = best
    return large[0.5] <= limit_of(name, small)


def quantile(times, q):
    return sorted(times)[min(len(times) - 1, int(len(times) * q))]


sides = [Side(SMALL), Side(LARGE)]
print("| request | small p50 | p99 | large p50 | p99 | ratio p50 | p99 |\n|---|---|---|---|---|---|---|")
lines = []
for name, path, who in CASES:
    fixed = "second" in name
    best = [{0.5: None, 0.99: None} for _ in sides]
    paths = [path(side, 0) for side in sides]
    # Where others have the machine now and then, more rounds find a quiet moment; what is slow stays slow.
    for r in range(3 * rounds + 1):
        if r > rounds and within(name, best):
            break
        times = [[], []]
        for i in range(requests):
            for k, side in enumerate(sides):
                times[k].append(side.ask(paths[k] if fixed else path(side, i), who(i))[0])
        for k in range(2):
            for q in best[k]:
                t = quantile(times[k], q)
                # The first one only warms up.
                if r > 0 and (best[k][q] is None or t < best[k][q]):
                    best[k][q] = t
    small, large = best
    print(f"| {name} | {small[0.5]:.2f} | {small[0.99]:.2f} | {large[0.5]:.2f} | {large[0.99]:.2f} | "
          f"{large[0.5] / small[0.5]:.2f} | {large[0.99] / small[0.99]:.2f} |", flush=True)
    limit = limit_of(name, small)
    lines.append((within(name, best), f"{name}: p50 is {large[0.5]:.2f} ms with much, {small[0.5]:.2f} with little, "
                  f"limit {limit:.2f}"))
if check:
    for line in lines:
        ok(*line)
for side in sides:
    side.stack.stop()
finish()
