"""What the cases of the fault matrix stand on: a stack with one host, a stand-in for LiveKit, made-up webhooks."""
import json, random, time
from fake_livekit import FakeLiveKit
from stack import Stack, webhook_header


def skip(name, why):
    print(f"ok {name} # SKIP {why}", flush=True)


def start(stack, token, title="t", **more):
    t = time.monotonic()
    status, headers, reply = stack.call("live", "POST", "/live/start", {"title": title, **more}, token)
    return status, reply if isinstance(reply, dict) else {}, time.monotonic() - t, headers


def event(name, room, sid="RM_one", **more):
    body = {"event": name, "id": f"EV_{random.getrandbits(60):x}", "createdAt": str(int(time.time())),
            "room": {"sid": sid, "name": room}, **more}
    return json.dumps(body).encode()


def person(sid, identity, **more):
    now = int(time.time())
    return {"sid": sid, "identity": identity, "state": "ACTIVE", "joinedAt": str(now), "joinedAtMs": str(now * 1000), **more}


def hook(stack, body, header=None, program_worker=None):
    header = header or webhook_header(body, stack.conf["livekit_api_key"], stack.conf["livekit_api_secret"])
    return stack.call("webhook", "POST", "/api/webhook/livekit", body, i=program_worker,
                      headers={"Authorization": header, "Content-Type": "application/webhook+json"})


class World:
    """A stack against a stand-in, with one signed-in host."""

    def __init__(self, url=None, tls=None, programs=None, **settings):
        self.fake = FakeLiveKit(tls)
        self.stack = Stack(programs or {"live": 2, "chat": 1, "account": 1, "webhook": 2, "ops": 1},
                           livekit_api_url=url or self.fake.url, live_max_open="0", **settings)
        self.token, self.user = self.stack.user("hanna")

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.stack.stop()
        self.fake.stop()

    def streams(self):
        return self.stack.sql("SELECT count(*) FROM live_streams")[0][0], self.stack.sql("SELECT count(*) FROM rooms")[0][0]
