#!/usr/bin/env python3
"""The code samples of the five systems that this one serves: every grant in them is a token of the running programs, decoded;
every reply has their members, by their names. What they leave open is ours: identities are user ids, tokens live ten
minutes, metadata tells the room no more than role, joinedAt and avatarUrl. Channels' tokens are permissions.py's.
Needs the values of quickstart.env in the environment.
"""
import re, time
from fake_livekit import FakeLiveKit
from fault_world import event, hook, person
from join_token import token_is
from stack import Stack, finish, ok

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
fake = FakeLiveKit()
stack = Stack({p: 1 for p in ("live", "livekit", "room", "workspace", "recording", "chat", "metric", "account", "stream", "viewer", "webhook")}, livekit_api_url=fake.url)
people = {name: stack.user(name) for name in ("hanna", "vera", "paul", "tess", "nina")}
url = stack.conf["livekit_url"]


def ask(name, who, method, path, body=None, status=200, members=""):
    """The reply, which has exactly these members; none: it is empty."""
    got, _, reply = stack.api(method, path, body, people[who][0])
    ok(got == status, f"{name}: {status}", f"{got} {reply}")
    if members:
        has(name, reply, members)
    return reply


def has(name, reply, members):
    ok(isinstance(reply, dict) and set(reply) == set(members.split()), f"{name}: {members}", str(reply))


def made_at(room):
    """LiveKit has it, made with our settings."""
    return [r for r in fake.called("CreateRoom") if r.get("name") == room]


def source_rooms():
    """token.addGrant({ roomJoin, room, canPublish, canSubscribe }): everybody may publish, and chat"""
    def grant(room):
        return {"roomJoin": True, "room": room, "canPublish": True, "canSubscribe": True, "canPublishData": True}

    members = "token room displayName isSource serverUrl"
    reply = ask("get-token, source", "hanna", "POST", "/api/livekit/get-token", {"username": "Sam", "isSource": True}, 200, members)
    room = reply["room"]
    ok(reply["isSource"] is True and reply["displayName"] == "Sam's room" and reply["serverUrl"] == url and made_at(room), "get-token, source: a new room, named after them, at LiveKit", str(reply))
    ok(re.fullmatch(UUID, room), "get-token, source: the room's id is random", room)
    token_is(stack, "get-token, source", reply["token"], grant(room), people["hanna"][1], "Sam", "source")
    reply = ask("get-token, participant", "vera", "POST", "/api/livekit/get-token", {"username": "Pat", "room": room, "isSource": False}, 200, members)
    ok(reply["isSource"] is False and reply["room"] == room and reply["displayName"] == "Sam's room", "get-token, participant: of that room", str(reply))
    token_is(stack, "get-token, participant", reply["token"], grant(room), people["vera"][1], "Pat", "participant")
    reply = ask("livekit/rooms", "vera", "GET", "/api/livekit/rooms", None, 200, "rooms next")
    one = next((r for r in reply["rooms"] if r["room"] == room), {})
    has("livekit/rooms: a room", one, "room displayName kind owner numParticipants createdAt")
    ok(one and one["kind"] == "source" and one["owner"] == {"id": people["hanna"][1], "username": "hanna"} and one["numParticipants"] == 0, "livekit/rooms: counts who is there", str(one))


def live_streams():
    """generateToken(roomName, participantName, isHost)"""
    def grant(room, host):
        return {"roomJoin": True, "room": room, "canPublish": host, "canSubscribe": True, "canPublishData": True}

    host, viewer = people["hanna"][1], people["vera"][1]
    reply = ask("live/start", "hanna", "POST", "/live/start", {"title": "Learning Yoruba Today!"}, 201, "stream token serverUrl")
    stream, room = reply["stream"], reply["stream"]["id"]
    has("live/start: stream", stream, "id title streamerId isLive viewerCount createdAt endedAt")
    ok(re.fullmatch(UUID, room), "live/start: a room without a name is a UUID", room)
    ok(stream["title"] == "Learning Yoruba Today!" and stream["streamerId"] == host and stream["isLive"] is True and re.fullmatch(TIME, stream["createdAt"]) and stream["endedAt"] is None,
       "live/start: the stream is live, and the caller's", str(stream))
    ok(reply["serverUrl"] == url and made_at(room), "live/start: at LiveKit's address, where the room is", reply["serverUrl"])
    token_is(stack, "live/start", reply["token"], grant(room, True), host, role="host")
    reply = ask("live/token, host", "hanna", "POST", "/live/token", {"roomName": room, "participantName": "JohnDoe"}, 200, "token serverUrl")
    token_is(stack, "live/token, host", reply["token"], grant(room, True), host, "JohnDoe", "host")
    reply = ask("live/token, viewer", "vera", "POST", "/live/token", {"roomName": room, "participantName": "JohnDoe"}, 200, "token serverUrl")
    token_is(stack, "live/token, viewer", reply["token"], grant(room, False), viewer, "JohnDoe", "viewer")
    reply = ask("live/end", "hanna", "POST", "/live/end", {"roomName": room}, 200, "success stream")
    ok(reply["success"] is True and reply["stream"]["id"] == room and reply["stream"]["isLive"] is False and re.fullmatch(TIME, reply["stream"]["endedAt"]), "live/end: it is over", str(reply))
    ok(room not in fake.rooms, "live/end: and gone at LiveKit", str(list(fake.rooms)))
    reply = ask("live/start with a name", "hanna", "POST", "/live/start", {"title": "x", "roomName": "optional-custom-room-id"}, 201, "stream token serverUrl")
    ok(reply["stream"]["id"] == "optional-custom-room-id", "live/start with a name: the room has it", str(reply["stream"]))
    token_is(stack, "live/start with a name", reply["token"], grant("optional-custom-room-id", True), host)


def channels():
    """streamApi and viewerApi"""
    info = "id userId title description thumbnail isLive viewerCount startedAt isChatEnabled isChatDelayed isChatFollowersOnly chatDelaySeconds createdAt"
    key = "serverUrl streamKey ingressId ingressType"
    reply = ask("stream/create", "hanna", "POST", "/api/stream/create", {"title": "t"}, 201, "stream ingress")
    has("stream/create: stream", reply["stream"], info)
    has("stream/create: ingress", reply["ingress"], key)
    ok(reply["stream"]["userId"] == people["hanna"][1] and reply["ingress"]["streamKey"].startswith("sk_"), "stream/create: the creator's own, and a key", str(reply["stream"]))
    ask("stream/ingress", "hanna", "POST", "/api/stream/ingress", {"ingressType": "WHIP"}, 201, key)
    ask("stream/info", "hanna", "GET", "/api/stream/info", None, 200, info)
    ask("stream/info, changed", "hanna", "PUT", "/api/stream/info", {"title": "u", "thumbnail": "https://example.org/t.png"}, 200, info)
    ask("stream/credentials", "hanna", "GET", "/api/stream/credentials", None, 200, key + " enabled lastUsedAt")
    ask("stream/chat-settings", "hanna", "PUT", "/api/stream/chat-settings", {"isChatFollowersOnly": True}, 200, "isChatEnabled isChatDelayed isChatFollowersOnly chatDelaySeconds")
    ask("stream/status", "hanna", "GET", "/api/stream/status", None, 200, "isLive viewerCount startedAt")
    reply = ask("viewer/stream", "vera", "GET", "/api/viewer/stream/hanna", None, 200, "id userId username displayName avatarUrl title description thumbnail isLive viewerCount "
                "startedAt isChatEnabled isChatDelayed isChatFollowersOnly followerCount isFollowing")
    ok("streamKey" not in str(reply) and "sk_" not in str(reply), "viewer/stream: no key", str(reply))
    for which in ("live", "following", "recommended"):
        ask(f"viewer/{which}", "vera", "GET", f"/api/viewer/{which}", None, 200, "items next")


def voice():
    """POST /api/livekit/token; rooms are voice-{channelId}, and there they talk"""
    _, _, made = stack.api("POST", "/api/workspaces", {"name": "Work"}, people["hanna"][0])
    workspace = made["workspace"]["id"]
    stack.api("PUT", f"/api/workspaces/{workspace}/members/vera", {"role": "member"}, people["hanna"][0])
    _, _, made = stack.api("POST", f"/api/workspaces/{workspace}/channels", {"name": "general"}, people["hanna"][0])
    channel = made["channel"]
    has("channels: a channel", channel, "id name type sources room createdAt")
    ok(channel["type"] == "voice" and channel["sources"] == ["microphone"], "channels: of type voice, for microphones", str(channel))
    for who in ("hanna", "vera"):
        reply = ask(f"livekit/token, {who}", who, "POST", "/api/livekit/token", {"channelId": channel["id"]}, 200, "token url room identity")
        room = "voice-" + channel["id"]
        ok(reply["room"] == room and reply["url"] == url and reply["identity"] == people[who][1] and made_at(room), f"livekit/token, {who}: room {room}", str(reply))
        token_is(stack, f"livekit/token, {who}", reply["token"], {"roomJoin": True, "room": room, "canPublish": True, "canSubscribe": True, "canPublishData": True,
                 "canPublishSources": ["microphone"]}, people[who][1], who, "speaker")


def classes():
    """checkRoomAccess, then the grants of teacher and student"""
    def grant(teacher, publish):
        return {"room": "algebra", "roomJoin": True, "roomAdmin": teacher, "roomRecord": teacher, "canPublish": publish, "canSubscribe": True, "canPublishData": True}

    ask("rooms", "hanna", "POST", "/api/rooms", {"name": "algebra", "kind": "class", "members": [{"username": "vera", "role": "student"}, {"username": "paul", "role": "participant"}, {"username": "tess", "role": "teacher"}]}, 201, "room")
    for who, role, given in (("hanna", "teacher", {}), ("hanna", "student", {"role": "student"}), ("tess", "teacher", {"role": "teacher"}), ("tess", "participant", {"role": "participant"}),
                             ("paul", "participant", {}), ("vera", "student", {}), ("vera", "student", {"role": "student"})):
        name = f"connection-details, {who} as {given.get('role', 'what they are')}"
        reply = ask(name, who, "POST", "/api/connection-details", {"roomName": "algebra", **given}, 200, "token url")
        ok(reply["url"] == url and made_at("algebra"), f"{name}: at LiveKit's address, where the room is", reply["url"])
        token_is(stack, name, reply["token"], grant(role == "teacher", role != "student"), people[who][1], who, role)
    ask("connection-details, a student as teacher", "vera", "POST", "/api/connection-details", {"roomName": "algebra", "role": "teacher"}, 403)
    ask("connection-details, a stranger", "nina", "POST", "/api/connection-details", {"roomName": "algebra"}, 403)


def recordings():
    """RecordingManager: start, what is kept of it, stop"""
    reply = ask("recordings/start", "tess", "POST", "/api/recordings/start", {"roomName": "algebra", "roomSid": fake.rooms["algebra"]["sid"]}, 202, "recordingId status")
    one = reply["recordingId"]
    reply = ask("recordings/{id}", "tess", "GET", f"/api/recordings/{one}", None, 200, "id roomName roomSid status startedBy startedAt endedAt participants fileSize durationMs location error")
    ok(reply["id"] == one and reply["roomName"] == "algebra" and reply["startedBy"] == people["tess"][1] and isinstance(reply["participants"], list), "recordings/{id}: who, where, when", str(reply))
    reply = ask("recordings/stop", "tess", "POST", "/api/recordings/stop", {"recordingId": one}, 200, "recordingId status")
    ok(reply == {"recordingId": one, "status": "processing"}, "recordings/stop: is being processed", str(reply))


def chat():
    """ChatPersistence: what is important, announced or pinned is kept"""
    members = "id roomName userId identity username displayName text type isPinned createdAt"
    for kind in ("important", "announcement"):
        reply = ask(f"chat, {kind}", "tess", "POST", "/api/chat/algebra/messages", {"text": "hear", "type": kind}, 201, "message")
        has(f"chat, {kind}: message", reply["message"], members)
    ask("chat, pinned", "tess", "PUT", f"/api/chat/algebra/messages/{reply['message']['id']}/pin", None, 204)
    for query, wanted in (("type=important", 1), ("type=announcement", 1), ("pinned=true", 1)):
        reply = ask(f"chat, {query}", "vera", "GET", f"/api/chat/algebra/messages?{query}", None, 200, "items next")
        ok(len(reply["items"]) == wanted and reply["items"][0]["username"] == "tess", f"chat, {query}: is kept, apart", str(reply))


def config():
    """getLiveKitConfig(): production and development"""
    members = "liveKitUrl environment logLevel reconnectPolicy videoCaptureDefaults adaptiveStream dynacast simulcast"
    reply = ask("config, production", "vera", "GET", "/api/config", None, 200, members)
    ok(reply == {"liveKitUrl": url, "environment": "production", "logLevel": "warn", "reconnectPolicy": {"maxRetries": 10, "baseDelayMs": 2000, "maxDelayMs": 30000},
                 "videoCaptureDefaults": {"width": 1280, "height": 720}, "adaptiveStream": True, "dynacast": True, "simulcast": True}, "config, production: the sample's values", str(reply))


def metrics():
    """MetricsCollector: a change of quality, and what is measured every ten seconds"""
    now = int(time.time() * 1000)
    body = {"roomName": "algebra", "roomSid": "RM_x", "participantCount": 2, "samples": [
        {"type": "connectionQuality", "participantId": people["vera"][1], "value": "good", "timestamp": now},
        {"type": "stats", "timestamp": now, "bandwidth": {"upload": 1, "download": 2}, "packets": {"sent": 3, "received": 4, "lost": 5}, "latency": 6}]}
    hook(stack, event("participant_joined", "algebra", participant=person("PA_vera", people["vera"][1])))
    reply = ask("metrics", "vera", "POST", "/api/metrics", body, 202, "accepted")
    ok(reply["accepted"] == 2, "metrics: both are accepted", str(reply))


try:
    source_rooms()
    live_streams()
    voice()
    classes()
    recordings()
    chat()
    config()
    metrics()
    channels()
finally:
    stack.stop()
    fake.stop()
finish()
