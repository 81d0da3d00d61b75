"""Somebody with a channel, as the suites need one: made through the running site, seen there and at LiveKit."""
import os, secrets
from publisher import Publisher, request
from stack import ok, until
from twirp import LiveKit
from web import base, conf, http, register

livekit = LiveKit(os.environ.get("LIVEKIT_URL") or conf["livekit_url"], conf["livekit_api_key"],
                  conf["livekit_api_secret"])
run = secrets.token_hex(3)


class Creator:
    """A registered person; made() gives a channel with a WHIP key."""

    def __init__(self, name):
        self.token, user = register(f"{name}_{run}")
        self.id, self.username, self.publisher = user["id"], user["username"], None

    def made(self, title="live"):
        status, _, reply = self.api("POST", "create", {"title": title, "ingressType": "WHIP"})
        if status != 201:
            raise SystemExit(f"not ok a channel is made: {status} {reply}")
        self.take(reply["ingress"])
        return self

    def take(self, ingress):
        self.url, self.key, self.ingress_id = ingress["serverUrl"], ingress["streamKey"], ingress["ingressId"]

    def api(self, method, path, body=None):
        return http(method, "/api/stream/" + path, body, self.token)

    def publish(self):
        """What the offer was answered with; the encoder runs on."""
        self.publisher = Publisher(self.url, self.key)
        return self.publisher.hear()

    def offer(self, sdp, key=None):
        """Only the offer, for those that are refused: (status, headers, text)."""
        return request("POST", self.url, self.key if key is None else key, sdp.encode(), Content_Type="application/sdp")

    def status(self):
        return self.api("GET", "status")[2]

    def is_live(self):
        """None where status, the channel's page and the list do not say the same."""
        said = {self.status()["isLive"], http("GET", f"/api/viewer/stream/{self.username}")[2].get("isLive"),
                self.username in {c["username"] for c in http("GET", "/api/viewer/live?limit=100")[2]["items"]}}
        return said.pop() if len(said) == 1 else None

    def broadcasts(self):
        return self.api("GET", "broadcasts")[2]["items"]

    def at_livekit(self):
        return self.id in livekit.people(self.id)

    def goes_live(self, name):
        answer = self.publish()
        ok(answer.get("status") == 201, f"{name}: the offer is answered with 201", str(answer))
        took = until(lambda: self.is_live() is True, 3)
        ok(took is not None, f"{name}: on air within 3 s", str(self.status()))
        return answer
