#!/usr/bin/env python3
"""Memory of one worker of each program stays flat over COUNT requests (default 100,000), good and bad ones mixed.

RSS at the end is at most that after 10,000 + 512 KiB, and at most 10 MB; one idle worker of each program is at most
25 MB together (PSS). Who has called LiveKit by then has Debian's libcurl, which brings two dozen libraries along, 5 MB
of file pages that all workers share: the ceiling is 15 MB there. Only meaningful for the -O2 build.
"""
import os, threading
from stack import Stack, finish, ok

count = int(os.environ.get("COUNT", "100000"))
stack = Stack({"chat": 1, "webhook": 1, "account": 1, "live": 1, "ops": 1})


def memory(name, field):
    for line in open(f"/proc/{stack.pid(name)}/smaps_rollup"):
        if line.startswith(field + ":"):
            return int(line.split()[1])


try:
    token, _ = stack.user("mem")
    status, _, reply = stack.call("live", "POST", "/live/start", {"title": "memory"}, token)
    ok(status == 201, "a stream starts", f"{status} {reply}")
    room = reply["stream"]["id"]
    for name, method, path in (("chat", "GET", f"/api/chat/{room}/messages"), ("ops", "GET", "/readyz"),
                               ("webhook", "POST", "/api/webhook/livekit")):
        stack.call(name, method, path, token=token)
    idle = {name: memory(name, "Pss") for name in ("chat", "webhook", "account", "live", "ops")}
    ok(sum(idle.values()) <= 25 * 1024, f"one worker of each program takes {sum(idle.values())} KiB of 25 MB", str(idle))
    calls = {
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
    share = {"live": 6, "chat": 2, "webhook": 1, "account": 1}
    early = {}

    def load(name):
        n = count * share[name] // 10
        for k in range(n):
            method, path, body, who = calls[name][k % len(calls[name])]
            stack.call(name, method, path, body, who)
            if k + 1 == min(10000, n // 2):
                early[name] = memory(name, "Rss")

    pids = {name: stack.pid(name) for name in calls}
    work = [threading.Thread(target=load, args=(name,)) for name in calls]
    for t in work:
        t.start()
    for t in work:
        t.join()
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
