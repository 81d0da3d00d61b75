"""The world of the authorisation matrix: people, one of each column, and things that are the owner's; how it is put back
after each try, and what a try has changed. Nothing here knows which answer is right.
"""
import copy, fcntl, sqlite3, uuid
from fake_livekit import OFFER, FakeLiveKit
from fault_world import event, hook, person
from stack import Stack

# Columns that move by themselves, or by good requests of others.
MOVES = {"last_used_at", "confirmed_at", "not_before", "attempts", "last_error", "expires_at", "holder", "taken_at"}
TABLES_OUT = {"lease", "sqlite_sequence", "counters"}
# A row is somebody's where one of these is that person.
OWNS = ("id", "user_id", "owner_id", "streamer_id", "name", "room_name", "blocker_id", "target_id", "follower_id", "started_by")
PASSWORD = "correct horse battery"
PROGRAMS = ("live", "chat", "account", "stream", "viewer", "user", "admin", "whip", "webhook", "livekit", "room", "workspace",
            "recording", "metric", "ops")
PEOPLE = {**{p: p for p in ("owner", "other", "member", "student", "teacher", "blocked", "unapproved")}, "admin": "chief"}


class World:
    """One stack before a stand-in for LiveKit; token[column] is what a caller of that column shows, None: nothing."""

    def __init__(self):
        self.fake = FakeLiveKit()
        # An address of no privilege: what is for this machine alone shows itself.
        self.stack = Stack({p: 1 for p in PROGRAMS}, livekit_api_url=self.fake.url, creators="approval", trusted_proxies="127.0.0.1",
                           metrics_allow="127.0.0.1")
        self.token, self.id, self.thing = {"nobody": None}, {}, {}
        for column, name in PEOPLE.items():
            self.token[column], self.id[column] = self.stack.user(name)
            if column != "unapproved":
                self.stack.cli("user", "approve", name)
        self.stack.cli("user", "admin", PEOPLE["admin"])
        self.channel()
        self.account()
        self.rooms()
        # Somebody is at the background work for an hour, so that no program does it after a reply.
        self.write("INSERT INTO lease (name, holder, expires_at, last_at) VALUES ('worker', 'matrix', :later, :later) "
                   "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at, last_at = excluded.last_at")
        self.keep()

    def api(self, method, path, body=None, token=None, headers=None):
        return self.stack.api(method, path, body, token, {"X-Forwarded-For": "192.0.2.7", **(headers or {})})

    def must(self, method, path, body=None, token="owner", want=201, **headers):
        status, headers, reply = self.api(method, path, body, self.token.get(token, token), headers)
        if status != want:
            raise SystemExit(f"{method} {path}: {status} {reply}")
        return headers, reply

    def write(self, text, **values):
        now = self.stack.sql("SELECT max(created_at) FROM users")[0][0] + 1000
        self.stack.write(text, **{"now": now, "later": now + 3600000, **self.id, **self.thing, **values})

    # ---- what is the owner's ---------------------------------------------------

    def channel(self):
        """A channel on air by an encoder, followed by the other, who has one too; a guest watches."""
        owner = self.id["owner"]
        _, made = self.must("POST", "/api/stream/create", {"title": "mine", "description": "d", "ingressType": "WHIP"})
        self.stream_key = {"owner": made["ingress"]["streamKey"]}
        self.ingress_id = made["ingress"]["ingressId"]
        headers, _ = self.must("POST", "/whip", OFFER, self.stream_key["owner"], **{"Content-Type": "application/sdp"})
        self.thing["whip"] = headers["Location"].rsplit("/", 1)[1]
        track = {"sid": "TR_o", "type": "VIDEO", "source": "CAMERA"}
        hook(self.stack, event("participant_joined", owner, participant=person("PA_owner", owner, tracks=[track])))
        hook(self.stack, event("track_published", owner, participant={"sid": "PA_owner", "identity": owner}, track=track))
        self.thing["broadcast"] = self.stack.sql("SELECT id FROM broadcasts WHERE user_id = ?", owner)[0][0]
        _, made = self.must("POST", "/api/stream/create", {"title": "theirs", "ingressType": "WHIP"}, "other")
        self.stream_key["other"] = made["ingress"]["streamKey"]
        self.must("PUT", "/api/users/owner/follow", token="other", want=204)
        _, guest = self.must("POST", "/api/viewer/token", {"hostId": owner, "guestName": "G"}, "nobody", 200)
        self.token["guest"], self.id["guest"] = guest["guestToken"], guest["identity"]

    def account(self):
        """A second session, keys; the blocked one is blocked."""
        _, reply = self.must("POST", "/api/auth/login", {"username": "owner", "password": PASSWORD}, "nobody", 200)
        self.thing["session"] = next(s["id"] for s in self.must("GET", "/api/auth/sessions", token=reply["token"], want=200)[1]["items"] if s["isCurrent"])
        self.thing["key"] = self.must("POST", "/api/auth/keys", {"label": "k"})[1]["id"]
        self.key = {scope: self.must("POST", "/api/auth/keys", {"label": scope, "scopes": [scope]})[1]["key"] for scope in ("live", "chat")}
        self.must("PUT", "/api/users/blocked/block", want=204)

    def rooms(self):
        """A live stream, a source room, a class, another that is being recorded, a voice channel in a workspace."""
        self.must("POST", "/live/start", {"title": "show", "roomName": "show"})
        for name in ("workspace", "channel", "recorded", "recording"):
            self.thing[name] = str(uuid.uuid4())
        self.thing["voice"] = "voice-" + self.thing["channel"]
        for name, kind in (("source", "source"), ("lesson", "class"), ("lab", "class"), (self.thing["voice"], "voice")):
            self.write("INSERT INTO rooms (name, kind, owner_id, state, display_name, created_at) VALUES (:name, :kind, :owner, 'open', :name, :now)", name=name, kind=kind)
            self.fake.rooms[name] = {"sid": f"RM_{name}", "name": name, "metadata": "", "creation_time": "1", "creation_time_ms": "1000"}
        for room, who, role in (("source", "member", "participant"), ("source", "blocked", "participant"),
                                *((r, w, w if w in ("teacher", "student") else "participant") for r in ("lesson", "lab") for w in ("teacher", "member", "student", "blocked"))):
            self.write("INSERT INTO room_members (room_name, user_id, role, created_at) VALUES (:room, :who, :role, :now)", room=room, who=self.id[who], role=role)
        self.write("INSERT INTO workspaces (id, name, owner_id, created_at) VALUES (:workspace, 'Work', :owner, :now)")
        for who, role in (("owner", "owner"), ("member", "member"), ("blocked", "member")):
            self.write("INSERT INTO workspace_members (workspace_id, user_id, role, created_at) VALUES (:workspace, :who, :role, :now)", who=self.id[who], role=role)
        self.write("INSERT INTO voice_channels (id, workspace_id, name, sources, created_at) VALUES (:channel, :workspace, 'Talk', 'microphone', :now)")
        for room in ("show", "source", "lesson", self.thing["voice"]):
            for who in ("owner", "member", "student", "teacher"):
                if room == "lesson" or who in ("owner", "member"):
                    self.present(room, who)
        self.present(self.id["owner"], "guest")
        for name, room in (("live", "show"), ("source", "source"), ("class", "lesson"), ("voice", self.thing["voice"]), ("channel", self.id["owner"])):
            at = self.thing["message@" + name] = str(uuid.uuid4())
            self.write("INSERT INTO live_messages (id, seq, room_name, user_id, identity, text, type, created_at) "
                       "VALUES (:at, (SELECT count(*) + 1 FROM live_messages), :room, :member, :member, 'hello', 'message', :now)", at=at, room=room)
        self.write("UPDATE counters SET value = 100 WHERE name = 'message'")
        for which, room, status in (("recorded", "lesson", "complete"), ("recording", "lab", "recording")):
            self.write("INSERT INTO recordings (id, room_name, egress_id, status, started_by, created_at, started_at, ended_at, participants, location, file_size, duration_ms) "
                       "VALUES (:which, :room, :egress, :status, :owner, :now, :now, iif(:status = 'complete', :now, NULL), '[]', 'recordings/x.mp4', 1, 1)",
                       which=self.thing[which], room=room, egress="EG_" + which, status=status)

    def present(self, room, who):
        """In the room, publishing a microphone."""
        one = self.fake.join(room, self.id[who], can_publish=True)
        one["tracks"] = [{"sid": "TR_" + one["sid"], "type": "AUDIO", "source": "MICROPHONE", "muted": False}]
        self.write("INSERT INTO presence (room_name, sid, identity, name, joined_at) VALUES (:room, :sid, :identity, :who, :now)",
                   room=room, sid=one["sid"], identity=self.id[who], who=who)
        self.write("INSERT INTO tracks (room_name, sid, participant_sid, identity, published_at) VALUES (:room, :track, :sid, :identity, :now)",
                   room=room, track=one["tracks"][0]["sid"], sid=one["sid"], identity=self.id[who])

    # ---- as it was, and what has changed ----------------------------------------

    def keep(self):
        self.reader = sqlite3.connect(f"file:{self.stack.dir}/stagedoor.db?mode=ro", uri=True, timeout=10)
        self.kept = sqlite3.connect(":memory:")
        self.reader.backup(self.kept)
        self.kept_fake = copy.deepcopy((self.fake.rooms, self.fake.participants, self.fake.ingresses, self.fake.egresses))
        self.version, self.before = self.data_version(), self.tables()

    def data_version(self):
        return self.reader.execute("PRAGMA data_version").fetchone()[0]

    def changed(self):
        """{table: [(before, after) rows that differ]}, without what moves by itself."""
        if self.data_version() == self.version:
            return {}
        after = self.tables()
        return {t: ([r for r in rows if r not in after[t]], [r for r in after[t] if r not in rows]) for t, rows in self.before.items() if rows != after[t]}

    def back(self):
        """Everything as it was kept."""
        if self.data_version() != self.version:
            # The queue of those who write: nobody else is at it meanwhile.
            with open(f"{self.stack.dir}/stagedoor.db-lock") as queue:
                fcntl.flock(queue, fcntl.LOCK_EX)
                db = sqlite3.connect(f"{self.stack.dir}/stagedoor.db", timeout=10)
                self.kept.backup(db)
                db.close()
            self.version = self.data_version()
        self.fake.rooms, self.fake.participants, self.fake.ingresses, self.fake.egresses = copy.deepcopy(self.kept_fake)

    def tables(self):
        out = {}
        for name, in self.reader.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if name not in TABLES_OUT:
                rows = self.reader.execute(f"SELECT * FROM {name}")
                columns = [c[0] for c in rows.description]
                out[name] = sorted((tuple((c, v) for c, v in zip(columns, row) if c not in MOVES) for row in rows), key=repr)
        return out

    def of_owner(self, changed, caller):
        """Only what is the owner's: not what the caller said or is there, nor that they follow the owner, nor the log."""
        mine = {self.id["owner"], "show", "source", "lesson", "lab", self.thing["voice"], self.thing["workspace"]}
        def rows(table, some):
            return sorted((tuple((c, v) for c, v in row if c != "follower_count") for row in some
                           if any(c in OWNS and v in mine for c, v in row)
                           and not any(c in ("user_id", "identity", "follower_id", "blocked_id", "started_by") and v == caller for c, v in row)), key=repr)
        out = {t: (rows(t, gone), rows(t, new)) for t, (gone, new) in changed.items() if t not in ("events", "job")}
        return {t: (gone, new) for t, (gone, new) in out.items() if gone != new}

    def secrets(self):
        """What no reply may hold, whoever asks, but for the owner's key."""
        conf = self.stack.conf
        return [conf["livekit_api_secret"], conf["app_secret"], "scrypt$", "password_hash"], self.stream_key["owner"]

    def stop(self):
        self.stack.stop()
        self.fake.stop()
