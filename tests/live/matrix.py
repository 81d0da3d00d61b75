#!/usr/bin/env python3
"""Who may do what: every operation is tried by one person of each column of matrix.txt, on the owner's things, and answered
with the status that stands there. What is refused has changed nothing; who leads nothing of the owner's has changed nothing
of the owner's, whatever the answer; and no reply tells a secret. After each try the world is put back.

    matrix.py               all
    matrix.py createMessage pinMessage      these operations
    matrix.py --print [OP…] what was answered, as lines of the table

Needs STAGEDOOR_BIN and STAGEDOOR_CONF (quickstart.env) in the environment.
"""
import json, os, subprocess, sys, time
from fake_livekit import OFFER
from matrix_world import PASSWORD, World
from stack import finish, ok

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "matrix.txt")
COLUMNS = ["nobody", "other", "guest", "member", "student", "teacher", "blocked", "unapproved", "key", "owner", "admin"]
# Columns that become due with the operation that gives somebody this place.
DUE = {"moderator": "setModerator", "banned": "banUser"}
# Who may change what is the owner's.
LEADS = {"owner", "key", "admin", "teacher"}


def on(body=None, query="", headers=(), **parts):
    """A request: its body, query and headers, and what stands for the {parts} of the address."""
    return body, query, dict(headers), parts


QUALITY = {"type": "connectionQuality", "participantId": "$me", "value": "good", "timestamp": "$now"}
# What each operation is tried with. $NAME is the id of that thing or person; "op@variant" is the same operation on
# something else, with a line of its own.
REQUESTS = {
    # live streams
    "startLive": on({"title": "x", "roomName": "another"}), "getLiveToken": on({"roomName": "show", "participantName": "x"}),
    "endLive": on({"roomName": "show"}), "listLive": on(), "getLive": on(id="show"),
    # chat
    # accounts
    "register": on({"username": "owner", "password": PASSWORD}), "login": on({"username": "owner", "password": "not this one, no"}),
    "logout": on(), "getMe": on(), "updateMe": on({"displayName": "x"}), "deleteMe": on({"password": PASSWORD}),
    "changePassword": on({"current": PASSWORD, "next": "another good one"}), "requestCreator": on(),
    "listSessions": on(), "deleteSession": on(id="$session"), "listKeys": on(), "createKey": on({"label": "x", "scopes": ["read"]}),
    "deleteKey": on(id="$key"),
    # channels
    "createStream": on({"title": "x"}), "createIngress": on({"ingressType": "WHIP"}), "updateIngress": on({"enabled": False}),
    "deleteIngress": on(), "getStreamInfo": on(), "updateStreamInfo": on({"title": "x"}), "getStreamCredentials": on(),
    "updateChatSettings": on({"isChatEnabled": False}), "getStreamStatus": on(), "getCreatorToken": on({"publish": True, "takeover": True}),
    "endStream": on(), "listBroadcasts": on(), "getBroadcast": on(id="$broadcast"),
    "createWhip": on(OFFER, headers={"Content-Type": "application/sdp"}), "patchWhip": on(b"a=ice-ufrag:abcd\r\n", headers={"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": "*"}, session="$whip"), "deleteWhip": on(session="$whip"),
    # source rooms
    "getSourceToken": on({"username": "x", "room": "source", "isSource": False}), "getSourceToken@source": on({"username": "x", "room": "source", "isSource": True}),
    "getSourceToken@new": on({"username": "x", "isSource": True}), "listRooms": on(),
    # classes
    "getConnectionDetails": on({"roomName": "lesson"}), "getConnectionDetails@teacher": on({"roomName": "lesson", "role": "teacher"}),
    "getConnectionDetails@participant": on({"roomName": "lesson", "role": "participant"}), "getConnectionDetails@student": on({"roomName": "lesson", "role": "student"}),
    "createRoom": on({"name": "another", "kind": "class"}), "listMyRooms": on(), "getRoom": on(room="lesson"), "endRoom": on(room="lesson"),
    "listRoomMembers": on(room="lesson"), "setRoomMember": on({"role": "student"}, room="lesson", username="other"),
    "setRoomMember@teacher": on({"role": "teacher"}, room="lesson", username="student"), "setRoomMember@owner": on({"role": "student"}, room="lesson", username="owner"),
    "removeRoomMember": on(room="lesson", username="student"), "removeRoomMember@owner": on(room="lesson", username="owner"),
    "listParticipants": on(room="lesson"), "removeParticipant": on(room="lesson", identity="$student"), "removeParticipant@teacher": on(room="lesson", identity="$teacher"),
    "removeParticipant@owner": on(room="lesson", identity="$owner"), "muteParticipant": on({"source": "microphone", "muted": True}, room="lesson", identity="$student"),
    "muteParticipant@owner": on({"source": "microphone", "muted": True}, room="lesson", identity="$owner"),
    "setPermissions": on({"canPublish": True}, room="lesson", identity="$student"), "raiseHand": on({"raised": True}, room="lesson"),
    # the same of other rooms
    "getRoom@live": on(room="show"), "getRoom@source": on(room="source"), "getRoom@voice": on(room="$voice"),
    "endRoom@live": on(room="show"), "endRoom@source": on(room="source"), "endRoom@voice": on(room="$voice"), "endRoom@channel": on(room="$owner"),
    "listParticipants@live": on(room="show"), "listParticipants@source": on(room="source"), "listParticipants@voice": on(room="$voice"),
    "removeParticipant@live": on(room="show", identity="$member"), "removeParticipant@source": on(room="source", identity="$member"), "removeParticipant@voice": on(room="$voice", identity="$member"),
    "muteParticipant@voice": on({"source": "microphone", "muted": True}, room="$voice", identity="$member"),
    # workspaces and voice channels
    "getVoiceToken": on({"channelId": "$channel"}), "createWorkspace": on({"name": "x"}), "listWorkspaces": on(), "getWorkspace": on(workspace="$workspace"),
    "updateWorkspace": on({"name": "x"}, workspace="$workspace"), "deleteWorkspace": on(workspace="$workspace"), "listWorkspaceMembers": on(workspace="$workspace"),
    "setWorkspaceMember": on({"role": "member"}, workspace="$workspace", username="other"), "setWorkspaceMember@admin": on({"role": "admin"}, workspace="$workspace", username="member"),
    "removeWorkspaceMember": on(workspace="$workspace", username="member"), "removeWorkspaceMember@owner": on(workspace="$workspace", username="owner"),
    "createChannel": on({"name": "x"}, workspace="$workspace"), "listChannels": on(workspace="$workspace"),
    "updateChannel": on({"sources": ["microphone", "camera"]}, workspace="$workspace", channel="$channel"), "deleteChannel": on(workspace="$workspace", channel="$channel"),
    "getConfig": on(),
    # call quality
    "postMetrics": on({"roomName": "lesson", "samples": [QUALITY]}), "postMetrics@channel": on({"roomName": "$owner", "samples": [QUALITY]}),
    "getRoomMetrics": on(room="lesson"), "getRoomMetrics@source": on(room="source"), "getRoomMetrics@voice": on(room="$voice"), "getRoomMetrics@channel": on(room="$owner"),
    # recordings
    "startRecording": on({"roomName": "lesson"}), "startRecording@running": on({"roomName": "lab"}), "startRecording@source": on({"roomName": "source"}),
    "startRecording@voice": on({"roomName": "$voice"}), "startRecording@live": on({"roomName": "show"}), "startRecording@channel": on({"roomName": "$owner"}),
    "stopRecording": on({"recordingId": "$recording"}), "listRecordings": on(query="room=lesson"), "getRecording": on(id="$recorded"),
    "deleteRecording": on(id="$recorded"), "deleteRecording@running": on(id="$recording"),
    # viewers and people
    "getChannel": on(username="owner"), "getViewerToken": on({"hostId": "$owner", "guestName": "x"}), "listLiveChannels": on(),
    "listFollowing": on(), "listRecommended": on(), "searchUsers": on(query="q=owner"), "getUser": on(username="owner"),
    "listMyFollows": on(), "listMyBlocks": on(), "followUser": on(username="owner"), "unfollowUser": on(username="owner"),
    "blockUser": on(username="owner"), "unblockUser": on(username="owner"),
    # administration and operation
    "listUsers": on(), "listAudit": on(), "updateUser": on({"isDisabled": True}, username="owner"), "endUserStream": on(username="owner"),
    "receiveWebhook": on({"event": "ingress_ended"}), "health": on(), "ready": on(), "metrics": on(),
}


def chat(**rooms):
    """The chat of a room of each kind: name in the table, room."""
    out = {}
    for at, room in rooms.items():
        one = {"room": room, "id": f"$message@{at}"}
        out.update({f"createMessage@{at}": on({"text": "x"}, **one), f"createMessage@{at}-announcement": on({"text": "x", "type": "announcement"}, **one),
                    f"listMessages@{at}": on(**one), f"pinMessage@{at}": on(**one), f"unpinMessage@{at}": on(**one)})
    return out


REQUESTS.update(chat(live="show", source="source", **{"class": "lesson"}, voice="$voice", channel="$owner"))


def table_read():
    """[(operation, {column: status})], and the columns."""
    columns, rows = None, []
    for number, line in enumerate(open(TABLE, encoding="utf-8"), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if columns is None:
            columns = words[1:]
            continue
        if len(words) != len(columns) + 1 or not all(w.isdigit() and len(w) == 3 for w in words[1:]):
            raise SystemExit(f"matrix.txt:{number}: an operation, then a status for each of {' '.join(columns)}: {line.rstrip()}")
        rows.append((words[0], dict(zip(columns, map(int, words[1:])))))
    return columns, rows


def routes_read(stack_bin):
    """{operation: (method, path, flags)}"""
    out = subprocess.run([f"{stack_bin}/stagedoor.fcgi", "--routes"], capture_output=True, text=True, check=True).stdout
    return {op: (method, path, flags.split(",")) for method, path, op, _, flags in (line.split(maxsplit=4) if len(line.split()) > 4 else line.split() + [""] for line in out.splitlines())}


def named(world, value, column):
    """$owner, $session … become ids, also in bodies; $me is whoever tries it."""
    if isinstance(value, dict):
        return {k: named(world, v, column) for k, v in value.items()}
    if isinstance(value, list):
        return [named(world, v, column) for v in value]
    if value == "$now":
        return int(time.time() * 1000)
    if value == "$me":
        return world.id.get(column, "nobody")
    if isinstance(value, str) and value.startswith("$"):
        return world.thing.get(value[1:]) or world.id[value[1:]]
    return value


def credential(world, column, operation, flags):
    if operation.endswith("Whip") and column in world.stream_key:
        return world.stream_key[column]
    if column == "key":
        return world.key["chat" if "SCOPE_LIVE" in flags else "live"]
    return world.token[column]


def attempt(world, route, line, column):
    """(status, reply)"""
    method, path, flags = route
    operation = line.split("@")[0]
    body, query, headers, parts = REQUESTS[line]
    for name, value in parts.items():
        path = path.replace("{" + name + "}", named(world, value, column))
    if "{" in path:
        raise SystemExit(f"{line}: {path} needs more parts")
    status, _, reply = world.api(method, path + ("?" + query if query else ""), named(world, body, column), credential(world, column, operation, flags), headers)
    return status, reply


def judge(world, line, column, expected, status, reply):
    who, code = f"{line} by {column}", reply.get("code", "") if isinstance(reply, dict) else ""
    text = json.dumps(reply) if isinstance(reply, (dict, list)) else str(reply)
    changed = world.changed()
    never, stream_key = world.secrets()
    ok(status == expected, f"{who}: {expected}", f"{status} {text[:300]}")
    if status >= 400:
        ok(not changed, f"{who}: nothing has changed", str(changed)[:600])
    elif column not in LEADS:
        changed = world.of_owner(changed, world.id.get(column))
        ok(not changed, f"{who}: nothing of the owner's has changed", str(changed)[:600])
    ok(not any(s in text for s in never) and (column == "owner" or stream_key not in text), f"{who}: no secret in the reply", text[:300])
    return code


def complete(routes, columns, lines):
    """The table, the requests and the routes are of the same operations; nobody is missing."""
    listed = {line.split("@")[0] for line, _ in lines}
    ok(columns[:len(COLUMNS)] == COLUMNS, "the table has its columns", str(columns))
    ok(not set(routes) - listed, "every operation has a line in matrix.txt", str(sorted(set(routes) - listed)))
    ok(not listed - set(routes), "every line of matrix.txt is of an operation", str(sorted(listed - set(routes))))
    asked, written = set(REQUESTS), [line for line, _ in lines]
    ok(asked == set(written) and len(written) == len(set(written)), "every line is tried, once", str(sorted(asked ^ set(written))))
    for column, operation in DUE.items():
        ok((operation in routes) == (column in columns), f"column {column} is there since {operation} is, or neither is", "add the column and somebody of it to matrix_world.py")


def main(args):
    show = "--print" in args
    only = [a for a in args if not a.startswith("--")]
    routes, (columns, lines) = routes_read(os.environ["STAGEDOOR_BIN"]), table_read()
    if show:
        lines = [(r, dict.fromkeys(columns, 0)) for r in REQUESTS]
    if not only and not show:
        complete(routes, columns, lines)
    lines = [(line, row) for line, row in lines if (not only or line.split("@")[0] in only) and line in REQUESTS and line.split("@")[0] in routes]
    world = World()
    try:
        for line, row in lines:
            got = []
            for column in columns:
                status, reply = attempt(world, routes[line.split("@")[0]], line, column)
                if show:
                    got.append(f"{status} {reply.get('code', '') if isinstance(reply, dict) else ''}".strip() if "--codes" in args else str(status))
                else:
                    judge(world, line, column, row[column], status, reply)
                world.back()
            if show:
                print(line_print(line, got), flush=True)
    finally:
        world.stop()
    finish()


def line_print(name, cells):
    return f"{name:36}" + "".join(f"{cell:11}" for cell in cells).rstrip()


if __name__ == "__main__":
    main(sys.argv[1:])
