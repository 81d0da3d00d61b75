#!/usr/bin/env python3
"""kill -9 of random workers during acknowledged chat posts and webhooks: what was answered 2xx is in the database.

COUNT acknowledged writes (default 10000), three quarters of them chat posts. Prints ok / not ok lines.
"""
import json, os, random, threading, time
from stack import Stack, finish, ok, webhook_header

count = int(os.environ.get("COUNT", "10000"))
threads = 8
stack = Stack({"chat": 3, "webhook": 2, "account": 1, "live": 1})
try:
    key, secret = stack.conf["livekit_api_key"], stack.conf["livekit_api_secret"]
    token, _ = stack.user("kim")
    status, _, reply = stack.call("live", "POST", "/live/start", {"title": "kill"}, token)
    ok(status == 201, "a stream starts before the killing", f"{status} {reply}")
    room = reply["stream"]["id"]
    chat, hooks, refused, lock = set(), set(), [0], threading.Lock()
    stop = time.monotonic() + 240

    kills = 0

    def posts(n):
        done = 0
        while (done < n or kills < 20) and time.monotonic() < stop:
            text = f"line {threading.get_ident()} {done} {random.random()}"
            status, _, reply = stack.call("chat", "POST", f"/api/chat/{room}/messages", {"text": text}, token)
            if status == 201:
                done += 1
                with lock:
                    chat.add(reply["message"]["id"])
            elif status:
                with lock:
                    refused[0] += status not in (503,)

    def webhooks(n):
        done = 0
        while (done < n or kills < 20) and time.monotonic() < stop:
            event = f"EV_{random.getrandbits(64):x}"
            body = json.dumps({"event": "room_started", "id": event, "createdAt": str(int(time.time())),
                               "room": {"sid": f"RM_{random.getrandbits(64):x}", "name": "somebody-elses"}}).encode()
            status, _, _ = stack.call("webhook", "POST", "/api/webhook/livekit", body,
                                      headers={"Authorization": webhook_header(body, key, secret),
                                               "Content-Type": "application/webhook+json"})
            if status == 200:
                done += 1
                with lock:
                    hooks.add(event)
            elif status:
                with lock:
                    refused[0] += status not in (503,)

    started = time.monotonic()
    work = [threading.Thread(target=posts if i % 4 else webhooks, args=(count // threads,)) for i in range(threads)]
    for t in work:
        t.start()
    while any(t.is_alive() for t in work):
        time.sleep(random.uniform(0.02, 0.15))
        stack.kill_one()
        kills += 1
    for t in work:
        t.join()
    seconds = time.monotonic() - started
    stored = {r[0] for r in stack.sql("SELECT id FROM live_messages")}
    inbox = {r[0] for r in stack.sql("SELECT event_id FROM webhook_inbox")}
    ok(len(chat) + len(hooks) >= count // threads * threads,
       f"{len(chat)} posts and {len(hooks)} webhooks acknowledged during {kills} kills in {seconds:.0f} s")
    ok(kills >= 20, "at least twenty workers were killed meanwhile", str(kills))
    ok(not chat - stored, "F14 no acknowledged chat post is lost", f"{len(chat - stored)} lost")
    ok(not hooks - inbox, "F14 no acknowledged webhook is lost", f"{len(hooks - inbox)} lost")
    ok(refused[0] == 0, "every other answer was a broken connection or 503", str(refused[0]))
    ok(stack.sql("PRAGMA integrity_check") == [("ok",)], "integrity_check says ok")
    ok(stack.sql("PRAGMA foreign_key_check") == [], "foreign_key_check finds nothing")
    stack.call("live", "POST", "/live/end", {"roomName": room}, token)
finally:
    stack.stop()
finish()
