#!/usr/bin/env python3
"""Members that nobody may set, in every body: they set nothing. Each request is a good one of somebody who may make it, with
everything besides that a row has. Needs the values of quickstart.env in the environment.
"""
from matrix_world import PASSWORD, World
from stack import claims_of, finish, ok

world = World()
owner = world.id["owner"]
# What nobody may set, each by its own name and by that of a column.
MASS = {"id": "mine", "userId": owner, "user_id": owner, "hostId": owner, "ownerId": owner, "owner_id": owner, "streamerId": owner,
        "isLive": True, "is_live": 1, "viewerCount": 99, "followerCount": 99, "startedAt": "2001-01-01T00:00:00Z",
        "createdAt": "2001-01-01T00:00:00Z", "created_at": 1, "ingressId": "IN_mine", "ingress_id": "IN_mine", "streamKey": "sk_mine",
        "key_hash": "0" * 64, "serverUrl": "https://elsewhere.example/", "role": "admin", "isCreator": True, "isAdmin": True,
        "is_admin": 1, "isDisabled": False, "lastUsedAt": None, "identity": owner, "canPublish": True, "state": "current"}


def row_of(table, column, value):
    rows = [dict(r) for r in world.tables()[table]]
    return next((r for r in rows if r[column] == value), {})


def assigned(who, method, path, body, table, column, value, may, want=(200, 201, 204), without=()):
    """Only the columns in may have changed in that one row, and nothing of the owner's."""
    name = f"{method} {path.replace(value, '{…}')} with members that nobody may set"
    before = row_of(table, column, value)
    world.before, world.version = world.tables(), 0
    status, _, reply = world.api(method, path, {**{k: v for k, v in MASS.items() if k not in without}, **body}, world.token[who])
    after = row_of(table, column, value)
    changed = {c for c in after if before and before.get(c) != after[c]}
    ok(status in want, f"{name}: answered", f"{status} {reply}")
    ok(changed <= set(may), f"{name}: they set nothing", str(changed - set(may)))
    left = world.of_owner(world.changed(), world.id.get(who))
    ok(not left, f"{name}: the owner's rows are as they were", str(left)[:600])
    return reply


try:
    member, unapproved = world.id["member"], world.id["unapproved"]
    channel = ("streams", "user_id", member)
    reply = assigned("member", "POST", "/api/stream/create", {"title": "t", "ingressType": "WHIP", "description": "d", "thumbnail": None}, *channel, [])
    own = row_of(*channel)
    ok(own and own["created_at"] > 1e12 and own["id"] != "mine" and own["last_live_at"] is None, "a channel made with them is the caller's own", str(own))
    key = reply["ingress"]["streamKey"]
    ok(key not in ("sk_mine", world.stream_key["owner"]) and reply["ingress"]["ingressId"] != "IN_mine" and "elsewhere" not in reply["ingress"]["serverUrl"], "and so is its key", "")
    reply = assigned("member", "POST", "/api/stream/ingress", {"ingressType": "WHIP"}, *channel, [])
    ok(reply["streamKey"] not in ("sk_mine", key, world.stream_key["owner"]) and reply["ingressId"] != "IN_mine", "a rotated key is a new one", "")
    assigned("member", "PUT", "/api/stream/ingress", {"enabled": False}, "stream_keys", "ingress_id", row_of("stream_keys", "user_id", member)["ingress_id"], ["is_enabled"])
    assigned("member", "PUT", "/api/stream/info", {"title": "new", "description": "e", "thumbnail": "https://example.org/t.png"}, *channel, ["title", "description", "thumbnail"])
    assigned("member", "PUT", "/api/stream/chat-settings", {"isChatEnabled": False}, *channel, ["is_chat_enabled"])
    reply = assigned("member", "POST", "/api/stream/creator-token", {"publish": False}, *channel, [])
    claims = claims_of(reply["token"])
    ok(claims["sub"] == f"Host-{member}" and claims["video"]["room"] == member and claims["video"]["canPublish"] is False, "a self-view asked for with them is one", str(claims))
    assigned("member", "POST", "/api/stream/end", {}, *channel, ["refused_until"])
    person = ("users", "id", unapproved)
    reply = assigned("unapproved", "POST", "/api/viewer/token", {"username": "owner"}, *person, [])
    claims = claims_of(reply["token"])
    ok(claims["sub"] == unapproved and claims["video"]["canPublish"] is False, "a viewer's token asked for with them is one", str(claims))
    assigned("unapproved", "PUT", "/api/auth/me", {"displayName": "Lone"}, *person, ["display_name"])
    assigned("unapproved", "POST", "/api/auth/me/creator", {}, *person, ["creator_asked_at"])
    assigned("admin", "PUT", "/api/admin/users/unapproved", {"isCreator": True, "isAdmin": False, "isDisabled": False}, *person, ["is_creator", "creator_asked_at"])
    reply = assigned("unapproved", "POST", "/api/livekit/get-token", {"username": "x", "room": "source", "isSource": False}, "room_members", "user_id", unapproved, [])
    claims = claims_of(reply["token"])
    ok(claims["sub"] == unapproved and reply["isSource"] is False and "admin" not in claims["metadata"], "a way into a source room asked for with them is a participant's", str(claims))
    reply = assigned("unapproved", "POST", "/api/livekit/get-token", {"username": "x", "isSource": True}, "rooms", "owner_id", unapproved, [], without=("role",))
    own = row_of("rooms", "owner_id", unapproved)
    ok(own["kind"] == "source" and own["created_at"] > 1e12 and own["name"] not in ("mine", owner), "a source room made with them is the caller's own", str(own))
    reply = assigned("member", "POST", "/api/rooms", {"name": "club", "kind": "class", "members": [{"username": "student", "role": "student"}]}, "rooms", "name", "club", [])
    own = row_of("rooms", "name", "club")
    ok(own["owner_id"] == member and own["kind"] == "class" and own["created_at"] > 1e12 and reply["room"]["owner"]["username"] == "member", "a class made with them is the caller's own", str(own))
    club = ("room_members", "room_name", "club")
    assigned("student", "PUT", "/api/rooms/club/participants/me/hand", {"raised": False}, *club, [])
    assigned("member", "PUT", "/api/rooms/club/members/student", {"role": "participant"}, *club, ["role", "asked_role"])
    reply = assigned("student", "POST", "/api/connection-details", {"roomName": "club"}, *club, [], without=("role",))
    claims = claims_of(reply["token"])
    ok(claims["sub"] == world.id["student"] and claims["video"]["roomAdmin"] is False and '"participant"' in claims["metadata"], "a way into a class asked for with them is one's own", str(claims))
    made = assigned("member", "POST", "/api/workspaces", {"name": "Ours"}, "workspaces", "owner_id", member, [])["workspace"]
    workspace, tenant = ("workspaces", "owner_id", member), f"/api/workspaces/{made['id']}"
    ok(row_of(*workspace)["name"] == "Ours" and made["id"] not in ("mine", owner) and made["role"] == "owner", "a workspace made with them is the caller's own", str(made))
    assigned("member", "PUT", tenant, {"name": "Theirs"}, *workspace, ["name"])
    made = assigned("member", "POST", tenant + "/channels", {"name": "talk"}, "voice_channels", "name", "talk", [])["channel"]
    assigned("member", "PUT", f"{tenant}/channels/{made['id']}", {"name": "sing"}, "voice_channels", "id", made["id"], ["name"])
    ok(row_of("voice_channels", "id", made["id"])["sources"] == "microphone" and row_of("rooms", "name", "voice-" + made["id"])["owner_id"] == member, "a voice channel made with them is of that workspace, for microphones", str(made))
    assigned("member", "PUT", tenant + "/members/student", {"role": "member"}, *workspace, [])
    reply = assigned("student", "POST", "/api/livekit/token", {"channelId": made["id"]}, *workspace, [])
    claims = claims_of(reply["token"])
    ok(claims["sub"] == world.id["student"] and claims["video"]["canPublishSources"] == ["microphone"], "a way into a call asked for with them is one's own", str(claims))
    assigned("member", "POST", "/api/chat/lesson/messages", {"text": "x", "isPinned": True, "username": "owner", "roomName": "show"}, "live_messages", "text", "x", [])
    own = row_of("live_messages", "text", "x")
    ok(own["user_id"] == member and own["identity"] == member and own["room_name"] == "lesson" and own["is_pinned"] == 0 and own["created_at"] > 1e12, "a message posted with them is the caller's own", str(own))
    teacher = world.id["teacher"]
    reply = assigned("teacher", "POST", "/api/recordings/start", {"roomName": "lesson", "status": "complete", "startedBy": owner, "location": "https://elsewhere.example/x.mp4", "fileSize": 1, "egressId": "EG_mine"},
                     "recordings", "started_by", teacher, [], want=(202,))
    own = row_of("recordings", "started_by", teacher)
    ok(own["id"] == reply["recordingId"] != "mine" and own["status"] == "starting" and own["location"] is None and own["file_size"] is None and own["egress_id"] != "EG_mine" and own["created_at"] > 1e12,
       "a recording started with them is the caller's own, and starting", str(own))
    made = assigned("nobody", "POST", "/api/auth/register", {"username": "newcomer", "password": PASSWORD}, "users", "username", "newcomer", [], without=("id",))["user"]
    ok(made["isAdmin"] is False and made["isCreator"] is False and made["username"] == "newcomer", "registering with them makes an ordinary person", str(made))
finally:
    world.stop()
finish()
