#!/usr/bin/env python3
"""A class with a hundred people inside, before a stand-in for LiveKit: what teachers decide is answered at once and reaches
everybody it is about within 5 s; who comes back with an old token gets what holds now, whether or not LiveKit tells; who
must not be there is out. Needs the values of quickstart.env in the environment.
"""
import json, subprocess, time
from fake_livekit import FakeLiveKit
from fault_world import event, hook, person
from stack import Stack, claims_of, finish, ok, until

WITHIN_S, MANY = 5, 96
fake = FakeLiveKit()
stack = Stack({"room": 2, "livekit": 1, "account": 1, "webhook": 1}, livekit_api_url=fake.url)
ROOM = "/api/rooms/maths"


def ask(name, token, method, path, body=None, status=204):
    since = time.monotonic()
    got, _, reply = stack.api(method, path, body, token)
    took = time.monotonic() - since
    ok(got == status and took < 1, f"{name}: {status}, at once", f"{got} {reply} after {took:.2f} s")
    return reply


def inside(identity):
    return next((p for p in fake.participants.get("maths", []) if p["identity"] == identity), None)


def publishers():
    return {p["identity"] for p in fake.participants["maths"] if p["permission"]["can_publish"]}


def comes(name, identity, told, out=False, **permission):
    """Somebody is there with what their token said; what holds becomes so."""
    sid = fake.join("maths", identity, **permission)["sid"]
    if told:
        who = {**person(sid, identity), "permission": {"canPublish": permission.get("can_publish", False), "canSubscribe": True, "canPublishData": True}}
        hook(stack, event("participant_joined", "maths", participant=who))
    wanted = identity in allowed
    done = until(lambda: (inside(identity) is None) if out else inside(identity)["permission"]["can_publish"] == wanted, WITHIN_S if told else 30)
    ok(done is not None, f"{name}: {'out' if out else 'what holds now'} after {done or 99:.1f} s", str(inside(identity)))


def leaves(identity):
    fake.participants["maths"] = [p for p in fake.participants["maths"] if p["identity"] != identity]


try:
    people = {name: stack.user(name) for name in ("owner", "tessa", "paula", "stan", "other")}
    token, user = ({name: p[i] for name, p in people.items()} for i in (0, 1))
    members = [{"username": "tessa", "role": "teacher"}, {"username": "paula", "role": "participant"}, {"username": "stan", "role": "student"}]
    ask("a class", token["owner"], "POST", "/api/rooms", {"kind": "class", "name": "maths", "members": members}, 201)
    many = [f"{i:08x}-0000-4000-8000-000000000000" for i in range(MANY)]
    now = int(time.time() * 1000)
    for i, one in enumerate(many):
        stack.write("INSERT INTO users (id, username, display_name, created_at) VALUES (?, ?, 'x', ?)", one, f"many{i}", now)
        stack.write("INSERT INTO room_members (room_name, user_id, role, created_at) VALUES ('maths', ?, 'student', ?)", one, now)
    got = ask("a student's token", token["stan"], "POST", "/api/connection-details", {"roomName": "maths"}, 200)
    ok(not claims_of(got["token"])["video"]["canPublish"], "a student's token: may not publish")
    worker = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", f"{stack.bin}/stagedoor", "worker"], env=stack.env,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(f"{stack.dir}/worker.log", "ab"))
    fake.on_call = lambda method, _: time.sleep(0.02) if method == "UpdateParticipant" else None
    fake.join("maths", user["owner"], can_publish=True)
    fake.join("maths", user["tessa"], can_publish=True)
    fake.join("maths", user["paula"], can_publish=True)
    fake.join("maths", user["stan"])
    for one in many:
        fake.join("maths", one)

    # one of a hundred
    teachers = {user["owner"], user["tessa"]}
    allowed = teachers | {user["paula"]}
    for name, who, decided in (("a student is allowed", "stan", True), ("a participant is not any more", "paula", False), ("a student is not any more", "stan", False)):
        ask(name, token["tessa"], "PUT", f"{ROOM}/participants/{user[who]}/permissions", {"canPublish": decided})
        allowed = allowed | {user[who]} if decided else allowed - {user[who]}
        done = until(lambda: publishers() == allowed, WITHIN_S)
        ok(done is not None, f"{name}: with a hundred inside after {done or 99:.1f} s", str(publishers() ^ allowed))

    # all of them
    for i, one in enumerate(many):
        stack.write("UPDATE room_members SET can_publish = 1 WHERE user_id = ?", one)
    since = time.monotonic()
    ask("one more, and all that hold", token["owner"], "PUT", f"{ROOM}/participants/{user['stan']}/permissions", {"canPublish": True})
    allowed |= {user["stan"], *many}
    done = until(lambda: publishers() == allowed, WITHIN_S)
    ok(done is not None, f"a hundred are allowed: at all of them after {time.monotonic() - since:.1f} s", f"{len(publishers() ^ allowed)} are not")
    wrong = [u for u in fake.called("UpdateParticipant") if not u["permission"].get("canSubscribe") or not u["permission"].get("canPublishData")]
    ok(not wrong, "each call carries the whole permission", str(wrong[:1]))

    # old tokens
    ask("a student is not any more", token["owner"], "PUT", f"{ROOM}/participants/{user['stan']}/permissions", {"canPublish": False})
    allowed -= {user["stan"]}
    leaves(user["stan"])
    comes("back with the token of when it was allowed, LiveKit tells", user["stan"], True, can_publish=True)
    leaves(user["stan"])
    comes("back with it, LiveKit does not tell", user["stan"], False, can_publish=True)
    leaves(user["paula"])
    comes("a participant who may not, back with the first token", user["paula"], True, can_publish=True)

    # roles
    ask("a participant becomes a teacher", token["owner"], "PUT", f"{ROOM}/members/paula", {"role": "teacher"})
    allowed |= {user["paula"]}
    ok(until(lambda: publishers() == allowed, WITHIN_S) is not None, "a changed role reaches them inside", str(publishers() ^ allowed))
    ask("and a student", token["owner"], "PUT", f"{ROOM}/members/paula", {"role": "student"})
    allowed -= {user["paula"]}
    ok(until(lambda: publishers() == allowed, WITHIN_S) is not None, "and back again", str(publishers() ^ allowed))

    # out
    comes("a stranger with a token of elsewhere", user["other"], True, out=True)
    ok(until(lambda: stack.sql("SELECT 1 FROM presence WHERE identity = ? AND left_at IS NULL", user["stan"]), 30), "a student is known to be there")
    ask("somebody is put out", token["tessa"], "DELETE", f"{ROOM}/participants/{user['stan']}")
    ok(until(lambda: inside(user["stan"]) is None, WITHIN_S) is not None, "put out within 5 s")
    reply = ask("and gets no token", token["stan"], "POST", "/api/connection-details", {"roomName": "maths"}, 403)
    ok(reply.get("code") == "removed", "and hears why", str(reply))
    comes("and comes back with the old one", user["stan"], True, out=True)
    ask("the owner by nobody", token["tessa"], "DELETE", f"{ROOM}/participants/{user['owner']}", None, 403)
    ask("a second teacher by the owner", token["owner"], "DELETE", f"{ROOM}/members/tessa")
    ok(until(lambda: inside(user["tessa"]) is None, WITHIN_S) is not None, "who is no member any more is out within 5 s")
    comes("and out again", user["tessa"], True, out=True, can_publish=True)
    ok(inside(user["owner"]) is not None and len(fake.participants["maths"]) == MANY + 2, "nobody else is", str(len(fake.participants["maths"])))
    ask("the end", token["owner"], "DELETE", ROOM)
    ok(until(lambda: "maths" not in fake.rooms, WITHIN_S) is not None, "the end of the class is the end at LiveKit")
    worker.terminate()
    worker.wait(10)
finally:
    stack.stop()
    fake.stop()
finish()
