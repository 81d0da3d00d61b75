#!/usr/bin/env python3
"""Who may do what in a channel's room: every row of the permissions table, read from the tokens that the running
programs make (the encoder's: the one a stand-in for LiveKit's /whip/v1 is shown), names and identities, and the same
carried to people who are inside already. Needs the values of quickstart.env in the environment.
"""
import os, re, subprocess, time
import join_token
from fake_livekit import OFFER, FakeLiveKit
from stack import Stack, claims_of, finish, ok, until

fake = FakeLiveKit()
stack = Stack({"stream": 1, "viewer": 1, "whip": 1, "user": 1, "account": 1, "webhook": 1}, livekit_api_url=fake.url)


def good(name, reply, status=200):
    ok(reply[0] == status, f"{name}: {status}", f"{reply[0]} {reply[2]}")
    return reply[2]


def token_is(name, token, room, identity, publish, data, shown=None):
    """A token of the creator's room."""
    return join_token.token_is(stack, name, token, {"roomJoin": True, "room": room, "canPublish": publish, "canSubscribe": True, "canPublishData": data}, identity, shown)


def watch(body, token=None):
    return stack.api("POST", "/api/viewer/token", body, token)


def writes(name, expected):
    """canPublishData in new tokens of everybody, under the settings of now."""
    got = {"follower": claims_of(watch({"hostId": host}, follower)[2]["token"])["video"]["canPublishData"],
           "viewer": claims_of(watch({"hostId": host}, viewer)[2]["token"])["video"]["canPublishData"],
           "guest": claims_of(watch({"hostId": host, "guestName": "G"})[2]["token"])["video"]["canPublishData"]}
    ok(got == dict(zip(("follower", "viewer", "guest"), expected)), f"{name}: who may write", str(got))


def settings(body):
    since = time.monotonic()
    good(f"chat settings {body}", stack.api("PUT", "/api/stream/chat-settings", body, creator))
    return time.monotonic() - since


try:
    creator, host = stack.user("cora")
    viewer, viewer_id = stack.user("vera")
    follower, follower_id = stack.user("fina")
    made = good("a channel with a WHIP key", stack.api("POST", "/api/stream/create", {"title": "t", "ingressType": "WHIP"}, creator), 201)
    key = made["ingress"]["streamKey"]

    # the table
    status, headers, reply = stack.api("POST", "/whip", OFFER, key, {"Content-Type": "application/sdp"})
    ok(status == 201 and b"PA_" not in str(headers).encode(), "an encoder's offer: 201", f"{status} {headers} {reply}")
    sent = [t for (m, _), t in zip(fake.calls, fake.tokens) if m == "WHIP POST"]
    ok(len(sent) == 1, "LiveKit got the offer once", str(len(sent)))
    token_is("creator (OBS)", sent[0], host, host, True, True)
    ok([r.get("name") for r in fake.called("CreateRoom")] == [host], "the room is named by the creator's user id", str(fake.called("CreateRoom")))
    reply = good("self-view", stack.api("POST", "/api/stream/creator-token", None, creator))
    token_is("creator (self-view)", reply["token"], host, f"Host-{host}", False, True, "cora")
    ok(reply["identity"] == f"Host-{host}" and reply["wsUrl"] == stack.conf["livekit_url"] and set(reply) == {"token", "identity", "name", "wsUrl"},
       "self-view: the reply's members", str(set(reply)))
    reply = good("the host asks as a viewer", watch({"hostId": host}, creator))
    token_is("creator (as a viewer)", reply["token"], host, f"Host-{host}", False, True)
    reply = good("a viewer", watch({"hostId": host, "guestName": "ignored", "identity": host, "role": "host", "canPublish": True}, viewer))
    token_is("viewer", reply["token"], host, viewer_id, False, True, "vera")
    ok(reply["identity"] == viewer_id and set(reply) == {"token", "identity", "name", "wsUrl"}, "viewer: the reply's members", str(set(reply)))
    reply = good("a viewer by the creator's name", watch({"username": "cora"}, viewer))
    token_is("viewer (by name)", reply["token"], host, viewer_id, False, True)
    now = int(time.time() * 1000)
    guest = good("a guest", watch({"hostId": host, "guestName": " Gu\u200bn\u202edula \u0007 ", "identity": host, "role": "host"}))
    token_is("guest", guest["token"], host, r"guest-\d{13}-[A-Za-z0-9]{8,}", False, True, "Gundula")
    ok(abs(int(guest["identity"].split("-")[1]) - now) < 10000, "guest: the identity has the time", guest["identity"])
    ok(claims_of(guest["token"])["sub"] == guest["identity"] and guest["name"] == "Gundula" and guest["guestToken"], "guest: the reply's members", str(set(guest)))
    again = good("a guest renews", watch({"hostId": host}, guest["guestToken"]))
    ok(again["identity"] == guest["identity"], "a guest who renews stays who they are", f"{again['identity']} {guest['identity']}")
    other = good("another guest of that name", watch({"hostId": host, "guestName": "Gundula"}))
    ok(other["identity"] != guest["identity"], "two guests of one name are two", other["identity"])
    reply = watch({"hostId": host})
    ok(reply[0] == 400 and reply[2]["code"] == "missing_field", "nobody signed in and no name: 400", f"{reply[0]} {reply[2]}")
    studio_creator, studio = stack.user("stella")
    good("a second channel", stack.api("POST", "/api/stream/create", {"title": "t", "ingressType": "WHIP"}, studio_creator), 201)
    reply = good("browser studio", stack.api("POST", "/api/stream/creator-token", {"publish": True}, studio_creator))
    token_is("creator (browser studio)", reply["token"], studio, studio, True, True)
    for name, token in (("a guest's token", guest["guestToken"]), ("a viewer's", viewer)):
        status, _, reply = stack.api("POST", "/api/stream/creator-token", {"publish": True, "hostId": host, "userId": host}, token)
        ok(status in (401, 403, 404), f"{name} gives no publish token", f"{status} {reply}")

    # chat settings in new tokens
    good("one follows", stack.api("PUT", "/api/users/cora/follow", None, follower), 204)
    writes("chat open", (True, True, True))
    settings({"isChatFollowersOnly": True})
    writes("followers only", (True, False, False))
    settings({"isChatFollowersOnly": False, "isChatDelayed": True})
    writes("delayed", (False, False, False))
    settings({"isChatDelayed": False, "isChatEnabled": False})
    writes("chat off", (False, False, False))
    token_is("creator (self-view), chat off", stack.api("POST", "/api/stream/creator-token", None, creator)[2]["token"], host, f"Host-{host}", False, True)
    settings({"isChatEnabled": True})
    writes("chat on again", (True, True, True))

    # a hundred people inside
    worker = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", f"{stack.bin}/stagedoor", "worker"], env=stack.env,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(f"{stack.dir}/worker.log", "ab"))
    fake.join(host, host, can_publish=True)
    fake.join(host, f"Host-{host}")
    fake.join(host, viewer_id)
    fake.join(host, follower_id)
    for i in range(96):
        fake.join(host, f"guest-{now + i}-{i:08x}")
    fake.on_call = lambda method, _: time.sleep(0.02) if method == "UpdateParticipant" else None
    data = lambda: {p["identity"]: p["permission"]["can_publish_data"] for p in fake.participants[host]}
    started = len(fake.called("UpdateParticipant"))
    since = time.monotonic()
    took = settings({"isChatEnabled": False})
    ok(took < 1, f"chat off with a hundred inside: answered after {took * 1000:.0f} ms")
    done = until(lambda: sum(data().values()) == 2, 5)
    took = time.monotonic() - since
    ok(done is not None and took <= 5, f"chat off with a hundred inside: at all of them after {took:.1f} s", f"{sum(data().values())} may still")
    updates = fake.called("UpdateParticipant")[started:]
    ok(data()[host] and data()[f"Host-{host}"], "chat off: the creator's own two still may write")
    # The worker may be at it beside the program that was asked.
    ok({u["identity"] for u in updates} == set(data()) - {host, f"Host-{host}"} and len(updates) <= 2 * 98, "chat off: calls for those whose right changes", str(len(updates)))
    wrong = [u for u in updates if set(u) - {"room", "identity", "permission"} or not u["permission"].get("canSubscribe") or u["permission"].get("canPublish")]
    ok(not wrong, "chat off: each call carries the whole permission and nothing else", str(wrong[:1]))
    time.sleep(0.5)
    settings({"isChatEnabled": True})
    ok(until(lambda: sum(data().values()) > 50, 5) is not None, "chat on: half of them may write")
    took = settings({"isChatEnabled": False})
    ok(took < 1, f"and in that moment chat off: answered after {took * 1000:.0f} ms")
    done = until(lambda: sum(data().values()) == 2, 5)
    ok(done is not None, f"and at all of them after {done or 99:.1f} s", f"{sum(data().values())} may still")
    time.sleep(1)
    ok(sum(data().values()) == 2, "and stays so", str(sum(data().values())))
    took = max(settings(body) for body in ({"isChatEnabled": True}, {"isChatEnabled": False}, {"isChatEnabled": True, "isChatFollowersOnly": True}))
    ok(took < 1, f"three changes at once: each is answered within {took * 1000:.0f} ms")
    ok(until(lambda: sum(data().values()) == 3 and data()[follower_id], 8) is not None, "three changes at once: the last one holds", str(sum(data().values())))
    time.sleep(1)
    ok(sum(data().values()) == 3, "three changes at once: and stays", str(sum(data().values())))
    good("one unfollows", stack.api("DELETE", "/api/users/cora/follow", None, follower), 204)
    ok(until(lambda: not data()[follower_id], 5) is not None, "who unfollows loses the right of followers within 5 s")
    good("one follows again", stack.api("PUT", "/api/users/cora/follow", None, follower), 204)
    ok(until(lambda: data()[follower_id], 5) is not None, "who follows has it within 5 s")
    good("a viewer is blocked", stack.api("PUT", "/api/users/vera/block", None, creator), 204)
    ok(until(lambda: viewer_id not in data(), 5) is not None, "R12 who is blocked is thrown out within 5 s")
    ok(len(data()) == 99, "and nobody else", str(len(data())))
    fake.join(host, viewer_id)                      # with the old token
    took = until(lambda: viewer_id not in data(), 20)
    ok(took is not None, f"R13 blocked, back with the old token, and no webhook tells: out again after {took or 99:.0f} s")
    worker.terminate()
    worker.wait(10)
    text = b"".join(open(f"{stack.dir}/{f}", "rb").read() for f in os.listdir(stack.dir) if f.endswith(".log"))
    ok(key.encode() not in text and not re.search(rb"\bsk_", text) and b"eyJ" not in text, "no stream key and no token in the logs")
finally:
    stack.stop()
    fake.stop()
finish()
