#!/usr/bin/env python3
"""The fault matrix for channels: LiveKit gone, silent or talking nonsense while encoders and viewers come; webhooks
lost, repeated and out of order. A private stack and a stand-in for LiveKit; rows as in faults.py.
"""
import random, socket, time
from fake_livekit import OFFER
from fault_world import World, event, hook, person
from stack import finish, ok

PROGRAMS = {"stream": 1, "viewer": 1, "whip": 1, "account": 1, "user": 1, "webhook": 1}


class Channel(World):
    """A channel with a WHIP key of ours, and a viewer."""

    def __init__(self, **settings):
        super().__init__(programs=PROGRAMS, **settings)
        self.viewer, self.viewer_id = self.stack.user("vera")
        self.status, _, self.made = self.api("POST", "/api/stream/create", {"title": "t", "ingressType": "WHIP"})
        self.key = self.made["ingress"]["streamKey"] if self.status == 201 else ""

    def api(self, method, path, body=None, token=None):
        return self.stack.api(method, path, body, token or self.token)

    def watch(self):
        return self.timed(lambda: self.api("POST", "/api/viewer/token", {"hostId": self.user}, self.viewer))

    def offer(self):
        return self.timed(lambda: self.stack.call("whip", "POST", "/whip", OFFER, self.key, {"Content-Type": "application/sdp"}))

    def timed(self, act):
        since = time.monotonic()
        status, _, reply = act()
        return status, reply, time.monotonic() - since

    def unconfirmed(self):
        self.stack.write("UPDATE rooms SET confirmed_at = NULL")

    def later(self, seconds):
        """Everything about being on air was that much earlier."""
        for table, columns in (("broadcasts", ("started_at", "lapses_at")), ("tracks", ("published_at", "unpublished_at")),
                               ("presence", ("joined_at", "left_at")), ("whip_sessions", ("started_at", "ended_at"))):
            self.stack.write(f"UPDATE {table} SET " + ", ".join(f"{c} = {c} - {seconds * 1000}" for c in columns))

    def sessions(self):
        return self.stack.sql("SELECT count(*) FROM whip_sessions WHERE ended_at IS NULL")[0][0]

    def is_live(self):
        return self.api("GET", "/api/stream/status")[2]["isLive"], self.stack.sql("SELECT count(*) FROM broadcasts")[0][0]


def refused(name, answer, within, *codes):
    status, reply, took = answer
    ok(status == 502 and isinstance(reply, dict) and reply.get("code") in codes and took <= within, f"{name}: 502 after {took:.1f} s", f"{status} {reply}")
    ok("eyJ" not in str(reply) and "sk_" not in str(reply), f"{name}: neither token nor key in the reply", str(reply)[:200])


with Channel() as w:
    ok(w.watch()[0] == 200 and w.offer()[0] == 201, "while LiveKit is there a viewer and an encoder are let in")
    w.fake.stop()
    ok(w.watch()[0] == 200, "F1 LiveKit down: a room confirmed in the last 10 s still gives tokens")
    w.unconfirmed()
    refused("F1 LiveKit down: a viewer's token", w.watch(), 3, "livekit_unreachable")
    refused("F1 LiveKit down: the next", w.watch(), 0.5, "livekit_unreachable")
    refused("F1 LiveKit down: an encoder's offer", w.offer(), 3, "livekit_unreachable")
    for method, path, body in (("GET", "/api/stream/info", None), ("GET", "/api/stream/status", None), ("GET", "/api/stream/credentials", None),
                               ("GET", "/api/stream/broadcasts", None), ("GET", "/api/viewer/stream/hanna", None), ("GET", "/api/viewer/live", None),
                               ("GET", "/api/viewer/following", None), ("GET", "/api/viewer/recommended", None), ("PUT", "/api/stream/info", {"title": "u"}),
                               ("PUT", "/api/stream/chat-settings", {"isChatEnabled": False}), ("PUT", "/api/users/vera/block", None),
                               ("POST", "/api/stream/end", None), ("PUT", "/api/stream/ingress", {"enabled": False}), ("DELETE", "/api/stream/ingress", None)):
        status, reply, took = w.timed(lambda: w.api(method, path, body))
        ok(status in (200, 204) and took < 3, f"F1 LiveKit down: {method} {path} works", f"{status} {reply} {took:.1f}")
    ok(w.stack.sql("SELECT count(*) FROM job WHERE kind = 'room.enforce' AND room_name = ?", w.user) == [(1,)],
       "F1 LiveKit down: what must be done there is left to one job", str(w.stack.sql("SELECT kind, room_name FROM job")))

with Channel(ingress="livekit") as w:
    ok(w.status == 201 and len(w.fake.ingresses) == 1, "a key at LiveKit's ingress", str(w.made))
    before = w.stack.sql("SELECT ingress_id, state FROM stream_keys")
    w.fake.mode = "500"
    refused("F4 LiveKit answers 500: a rotation", w.timed(lambda: w.api("POST", "/api/stream/ingress", {"ingressType": "RTMP"})), 3, "livekit_error", "livekit_unreachable")
    w.fake.mode = "ok"
    w.stack.write("UPDATE job SET not_before = 0")
    w.stack.tick()
    ok(w.stack.sql("SELECT ingress_id, state FROM stream_keys") == before and list(w.fake.ingresses) == [before[0][0]],
       "F4 LiveKit answers 500: the old key is there, alone", f"{w.stack.sql('SELECT ingress_id, state FROM stream_keys')} {list(w.fake.ingresses)}")
    w.fake.stop()
    other, other_id = w.stack.user("olga")
    refused("F1 LiveKit down: a channel with its key", w.timed(lambda: w.api("POST", "/api/stream/create", {"title": "x", "ingressType": "RTMP"}, other)), 3, "livekit_unreachable")
    ok(w.stack.sql("SELECT (SELECT count(*) FROM streams WHERE user_id = ?1) + (SELECT count(*) FROM stream_keys WHERE user_id = ?1)", other_id) == [(0,)],
       "F1 LiveKit down: of that nothing is left behind")

listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(0)
full = [socket.socket() for _ in range(3)]   # the backlog is full: further SYNs are not answered
with Channel() as w:
    for s in full:
        s.setblocking(False)
        s.connect_ex(listener.getsockname())
    conf = open(w.stack.conf_path).read().replace(w.fake.url, f"http://127.0.0.1:{listener.getsockname()[1]}")
    open(w.stack.conf_path, "w").write(conf)
    for name in ("viewer", "whip"):             # started again by the spawner, with the other address
        process = w.stack.programs[(name, 0)]
        process.kill()
        process.wait()
    w.unconfirmed()
    refused("F2 LiveKit is a black hole: an encoder's offer", w.offer(), 3, "livekit_unreachable")
    w.stack.write("UPDATE rooms SET confirmed_at = NULL")
    time.sleep(5.2)                             # as long as it counts as down
    refused("F2 LiveKit is a black hole: a viewer's token", w.watch(), 3, "livekit_unreachable")
    status, _, took = w.timed(lambda: w.api("GET", "/api/viewer/live"))
    ok(status == 200 and took < 1, "F2 LiveKit is a black hole: workers are free")
    ok(w.sessions() == 0, "F2 LiveKit is a black hole: no WHIP session is left behind")
for s in full + [listener]:
    s.close()

with Channel() as w:
    for mode, codes in (("500", ("livekit_error",)), ("garbage", ("livekit_wrong_url",)), ("huge", ("livekit_error",)), ("type", ("livekit_wrong_url",)),
                        ("redirect", ("livekit_wrong_url",)), ("keys", ("livekit_keys",)), ("truncated", ("livekit_error", "livekit_unreachable"))):
        w.fake.on_call = lambda method, _: setattr(w.fake, "mode", mode if method.startswith("WHIP") else "ok")
        refused(f"F5 LiveKit's answer to an offer is {mode}", w.offer(), 10, *codes)
        ok(w.sessions() == 0, f"F5 LiveKit's answer to an offer is {mode}: no session is left behind")
        if mode == "truncated":
            time.sleep(5.2)                     # as long as it counts as down
    w.fake.on_call = None
    w.fake.mode = "ok"
    ok(w.offer()[0] == 201 and w.sessions() == 1, "F5 and works again when it is right")

with Channel() as w:
    sid = lambda n: f"PA_{n}{random.getrandbits(30):x}"
    one, track = sid("one"), {"sid": "TR_one", "type": "VIDEO", "source": "CAMERA"}
    joined = event("participant_joined", w.user, participant=person(one, w.user))
    published = event("track_published", w.user, participant={"sid": one, "identity": w.user}, track=track)
    for body in [joined, published] * 5:
        hook(w.stack, body)
    ok(w.is_live() == (True, 1), "F22 an encoder's webhooks five times: one broadcast", str(w.is_live()))
    w.api("POST", "/api/stream/end")
    for body in (joined, published):
        hook(w.stack, body)
    ok(w.is_live() == (False, 1), "F22 and once more after its end: none", str(w.is_live()))

with Channel() as w:
    two = sid("two")
    for body in (event("participant_left", w.user, participant=person(two, w.user, disconnectReason="CLIENT_INITIATED")),
                 event("track_unpublished", w.user, participant={"sid": two, "identity": w.user}, track={"sid": "TR_two"}),
                 event("track_published", w.user, participant={"sid": two, "identity": w.user}, track={"sid": "TR_two", "type": "VIDEO"}),
                 event("participant_joined", w.user, participant=person(two, w.user))):
        hook(w.stack, body)
    w.later(21)
    ok(w.is_live()[0] is False, "F23 an encoder's webhooks the other way round: off the air", str(w.is_live()))
    hook(w.stack, event("track_published", w.user, participant={"sid": sid("x"), "identity": w.viewer_id}, track={"sid": "TR_x", "type": "VIDEO"}))
    ok(w.is_live()[0] is False, "F23 a track of a viewer puts nobody on air", str(w.is_live()))

with Channel() as w:
    ok(w.offer()[0] == 201, "F24 an encoder comes, and no webhook does")
    w.fake.join(w.user, w.user, can_publish=True)["tracks"] = [
        {"sid": "TR_lost", "type": "VIDEO", "source": "CAMERA", "muted": False, "name": "", "width": 0, "height": 0, "mime_type": "video/VP8"}]
    w.stack.tick()
    ok(w.is_live() == (True, 1), "F24 one pass finds the channel on air", str(w.is_live()))
    w.fake.join(w.user, w.viewer_id)
    w.stack.tick()
    ok(w.api("GET", "/api/stream/status")[2]["viewerCount"] == 1, "F24 and a viewer in it", str(w.api("GET", "/api/stream/status")[2]))
    w.fake.participants[w.user] = []
    w.later(60)
    w.stack.tick()
    rows = w.stack.sql("SELECT lapses_at, viewer_count FROM broadcasts WHERE ended_at IS NULL")
    ok(len(rows) == 1 and rows[0][0] and rows[0][1] == 0, "F24 all gone without a word: the grace begins, nobody is counted", str(rows))
    w.later(21)
    ok(w.is_live()[0] is False, "F24 and then it is off the air, before anybody wrote it", str(w.is_live()))
    w.stack.tick()
    ok(w.stack.sql("SELECT count(*) FROM broadcasts WHERE ended_at IS NULL") == [(0,)], "F24 the next pass writes its end")
finish()
