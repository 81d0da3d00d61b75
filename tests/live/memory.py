#!/usr/bin/env python3
"""Memory of one worker of each program stays flat over COUNT requests (default 200,000), good and bad ones mixed.

RSS at the end is at most that after 10,000 + 512 KiB, and at most 10 MB; one idle worker of each program is at most
25 MB together (PSS). Who has called LiveKit by then has Debian's libcurl, which brings two dozen libraries along, 5 MB
of file pages that all workers share: the ceiling is 15 MB there. Only meaningful for the -O2 build.
"""
import json, os, time
from stack import Stack, finish, ok, webhook_header

count = int(os.environ.get("COUNT", "200000"))
PROGRAMS = ("live", "stream", "viewer", "chat", "account", "user", "admin", "webhook", "whip", "livekit", "room", "workspace",
            "recording", "metric", "ops")
stack = Stack({name: 1 for name in PROGRAMS})


def memory(name, field):
    for line in open(f"/proc/{stack.pid(name)}/smaps_rollup"):
        if line.startswith(field + ":"):
            return int(line.split()[1])


try:
    token, _ = stack.user("mem")
    status, _, reply = stack.call("live", "POST", "/live/start", {"title": "memory"}, token)
    ok(status == 201, "a stream starts", f"{status} {reply}")
    room = reply["stream"]["id"]
    for method, path in (("GET", f"/api/chat/{room}/messages"), ("GET", "/readyz"), ("POST", "/api/webhook/livekit"), ("GET", "/api/stream/status"),
                         ("GET", "/api/viewer/live"), ("GET", "/api/users/mem"), ("GET", "/api/admin/users"), ("DELETE", "/whip/none"),
                         ("GET", "/api/livekit/rooms"), ("GET", "/api/rooms"), ("GET", "/api/workspaces"), ("GET", "/api/recordings"),
                         ("GET", "/api/metrics/rooms/none")):
        stack.api(method, path, token=token)
    idle = {name: memory(name, "Pss") for name in PROGRAMS}
    ok(sum(idle.values()) <= 25 * 1024, f"one worker of each program takes {sum(idle.values())} KiB of 25 MB", str(idle))
    status, _, made = stack.api("POST", "/api/stream/create", {"title": "memory", "ingressType": "WHIP"}, token)
    ok(status == 201, "a channel is made", f"{status} {made}")
    other, _ = stack.user("other")
    channel, key = stack.sql("SELECT user_id FROM streams")[0][0], made["ingress"]["streamKey"]
    # LiveKit's room is gone, so that the viewer program calls LiveKit before its memory is looked at first.
    gone = json.dumps({"event": "room_finished", "id": "EV_warm", "createdAt": str(int(time.time())),
                       "room": {"sid": "RM_warm", "name": channel}}).encode()
    status, _, _ = stack.call("webhook", "POST", "/api/webhook/livekit", gone, None, {
        "Authorization": webhook_header(gone, stack.conf["livekit_api_key"], stack.conf["livekit_api_secret"])})
    ok(status == 200, "a room is told to be gone", str(status))
    status, _, reply = stack.api("POST", "/api/viewer/token", {"hostId": channel}, other)
    ok(status == 200, "and made again for a viewer", f"{status} {reply}")
    calls = {
        "stream": [("GET", "/api/stream/status", None, token), ("GET", "/api/stream/credentials", None, token), ("GET", "/api/stream/info", None, other),
                   ("PUT", "/api/stream/info", {"title": "flat", "description": "x" * 400}, token), ("POST", "/api/stream/creator-token", {}, token),
                   ("PUT", "/api/stream/chat-settings", {"chatDelaySeconds": 99999}, token), ("GET", "/api/stream/broadcasts", None, token)],
        "viewer": [("POST", "/api/viewer/token", {"hostId": channel}, other), ("POST", "/api/viewer/token", {"hostId": channel, "guestName": "g"}, None),
                   ("GET", "/api/viewer/stream/mem", None, other), ("GET", "/api/viewer/live", None, None), ("GET", "/api/viewer/recommended", None, other),
                   ("GET", "/api/viewer/stream/nobody", None, None), ("POST", "/api/viewer/token", {"hostId": 7}, None)],
        "user": [("GET", "/api/users/mem", None, None), ("GET", "/api/users?q=m", None, other), ("PUT", "/api/users/mem/follow", None, other),
                 ("DELETE", "/api/users/mem/follow", None, other), ("PUT", "/api/users/nobody/block", None, other)],
        "whip": [("POST", "/whip", b"v=0", "sk_" + "0" * 32), ("POST", "/whip", b"v=0", key), ("PATCH", "/whip/none", b"a=", key), ("DELETE", "/whip/none", None, key)],
        "live": [("POST", "/live/token", {"roomName": room, "participantName": "m"}, token),
                 ("GET", "/live", None, None), ("GET", f"/live/{room}", None, token), ("GET", "/live/nothing", None, None),
                 ("POST", "/live/token", b'{"roomName":', token), ("POST", "/live/start", {"title": "x" * 300}, token),
                 ("PUT", "/live/token", {}, token), ("GET", "/live?limit=x&cursor=%ff", None, None)],
        "chat": [("POST", f"/api/chat/{room}/messages", {"text": "flat"}, token),
                 ("GET", f"/api/chat/{room}/messages", None, token),
                 ("POST", f"/api/chat/{room}/messages", {"text": ""}, token),
                 ("GET", "/api/chat/nothing/messages", None, token)],
        "webhook": [("POST", "/api/webhook/livekit", {"event": "room_started"}, None)],
        "account": [("GET", "/api/auth/me", None, token), ("GET", "/api/auth/me", None, "eyJ.x.y"),
                    ("PUT", "/api/auth/me", {"displayName": 7}, token)],
    }
    # A class with its teacher inside, a source's room, a workspace with a voice channel.
    _, _, reply = stack.api("POST", "/api/rooms", {"kind": "class", "members": [{"username": "other", "role": "student"}]}, token)
    lesson = reply["room"]["name"]
    came = json.dumps({"event": "participant_joined", "id": "EV_came", "createdAt": str(int(time.time())), "room": {"sid": "RM_c", "name": lesson},
                       "participant": {"sid": "PA_c", "identity": channel, "state": "ACTIVE"}}).encode()
    status, _, _ = stack.call("webhook", "POST", "/api/webhook/livekit", came, None, {
        "Authorization": webhook_header(came, stack.conf["livekit_api_key"], stack.conf["livekit_api_secret"])})
    ok(status == 200, "the teacher came", str(status))
    status, _, reply = stack.api("POST", "/api/livekit/get-token", {"username": "m", "isSource": True}, token)
    ok(status == 200, "a source's room is open", f"{status} {reply}")
    source = reply["room"]
    space = stack.api("POST", "/api/workspaces", {"name": "w"}, token)[2]["workspace"]["id"]
    voice = stack.api("POST", f"/api/workspaces/{space}/channels", {"name": "c"}, token)[2]["channel"]["id"]
    sample = {"type": "stats", "bandwidth": {"upload": 1000000, "download": 2000000}, "packets": {"sent": 500, "received": 900, "lost": 3}, "latency": 40}
    calls.update({
        "livekit": [("POST", "/api/livekit/get-token", {"username": "m", "room": source, "isSource": False}, other), ("GET", "/api/livekit/rooms", None, other),
                    ("POST", "/api/livekit/token", {"channelId": voice}, token), ("POST", "/api/connection-details", {"roomName": lesson}, other),
                    ("POST", "/api/connection-details", {"roomName": lesson, "role": "teacher"}, other), ("GET", "/api/config", None, None)],
        "room": [("GET", f"/api/rooms/{lesson}/participants", None, other), ("PUT", f"/api/rooms/{lesson}/participants/me/hand", {"raised": True}, other),
                 ("PUT", f"/api/rooms/{lesson}/participants/me/hand", {"raised": False}, other), ("GET", "/api/rooms", None, other),
                 ("GET", f"/api/rooms/{lesson}/members", None, other), ("POST", "/api/rooms", {"kind": "none"}, token)],
        "workspace": [("GET", f"/api/workspaces/{space}/channels", None, token), ("GET", "/api/workspaces", None, token),
                      ("PUT", f"/api/workspaces/{space}", {"name": "w2"}, token), ("GET", f"/api/workspaces/{space}/members", None, other)],
        "recording": [("GET", f"/api/recordings?room={lesson}", None, token), ("GET", "/api/recordings/none", None, token),
                      ("POST", "/api/recordings/stop", {"recordingId": "none"}, token)],
        "metric": [("POST", "/api/metrics", lambda: {"roomName": lesson, "samples": [{**sample, "timestamp": int(time.time() * 1000)}]}, token),
                   ("GET", f"/api/metrics/rooms/{lesson}", None, token), ("POST", "/api/metrics", {"roomName": lesson, "samples": [{}]}, token)],
    })
    share = {"livekit": 1, "room": 1, "workspace": 1, "recording": 1, "metric": 1, "live": 2, "stream": 1, "viewer": 2, "chat": 2, "webhook": 1, "account": 1, "user": 1, "whip": 1}
    kinds = {"POST": "application/sdp", "PATCH": "application/trickle-ice-sdpfrag"}
    early = {}

    def load(name):
        n = count * share[name] // 10
        for k in range(n):
            method, path, body, who = calls[name][k % len(calls[name])]
            stack.call(name, method, path, body() if callable(body) else body, who, {"Content-Type": kinds[method]} if name == "whip" and method in kinds else None)
            if k + 1 == min(10000, n // 2):
                early[name] = memory(name, "Rss")

    pids = {name: stack.pid(name) for name in calls}
    # One after the other: where another writes, a program's cache of pages is emptied and fills up only later.
    for name in calls:
        load(name)
    for name in calls:
        late = memory(name, "Rss")
        ok(pids[name] == stack.pid(name), f"{name}: the same worker served all of it")
        ok(late <= early[name] + 512, f"{name}: {early[name]} KiB early on, {late} KiB at the end")
        most = 15 if "libcurl" in open(f"/proc/{stack.pid(name)}/maps").read() else 10
        ok(late <= most * 1024, f"{name}: at most {most} MB resident", f"{late} KiB")
    stack.call("live", "POST", "/live/end", {"roomName": room}, token)
finally:
    stack.stop()
finish()
