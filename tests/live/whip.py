#!/usr/bin/env python3
"""On air by WHIP, through the real web server to the real LiveKit: an encoder posts its offer with the stream key,
stops, drops, is killed, and is refused. Needs the values of quickstart.env in the environment, rate limits off, aiortc.
"""
import concurrent.futures as futures, subprocess, os, sys, time, traceback
from creator import Creator, livekit, run
from publisher import request
from stack import claims_of, finish, ok, until
from web import base, http, problem, register

sdp = []                            # one good offer, for those that must be refused


def as_got(reply):
    """What request() gives, as problem() wants it."""
    import json
    status, headers, text = reply
    return status, headers, json.loads(text) if "json" in headers.get("Content-Type", "") else text


def refused(name, reply, status, *codes, within=1.0):
    since = time.monotonic()
    got = as_got(reply())
    took = time.monotonic() - since
    problem(name, got, status, *codes)
    ok(took < within, f"{name}: within {within:g} s", f"{took:.1f}")
    return got


def ended_at_once(who, name):
    ok(who.is_live() is False, f"{name}: the channel is off the air at once", str(who.status()))
    ok(who.broadcasts()[0]["endedAt"], f"{name}: the broadcast has ended", str(who.broadcasts()))
    took = until(lambda: not who.at_livekit(), 5)
    ok(took is not None, f"{name}: the publisher is out of LiveKit's room", str(took))


def live_and_stopped():
    who = Creator("anton").made("WHIP")
    ok(who.url == base + "/whip" and who.key.startswith("sk_") and len(who.key) >= 25,
       "a WHIP key is ours: server URL and 128 bits", f"{who.url} {len(who.key)}")
    answer = who.publish()
    sdp.append(answer.get("sdp", ""))
    headers = {k.lower(): v for k, v in answer.get("headers", {}).items()}
    ok(answer.get("status") == 201 and headers.get("content-type") == "application/sdp",
       "an encoder's offer is answered with 201 and SDP", str(answer))
    since = time.monotonic() - answer["seconds"]
    live = until(lambda: who.is_live() is True, 3)
    took = time.monotonic() - since
    ok(live is not None and took <= 3, f"on air everywhere {took:.1f} s after the offer was sent", str(who.status()))
    location, etag = headers.get("location", ""), headers.get("etag", "")
    ok("/whip/" in location and "PA_" not in location and etag[:1] == etag[-1:] == '"',
       "Location is ours, ETag is quoted", str(headers))
    ok("link" not in headers and "eyJ" not in str(headers) + answer["text"], "no Link of LiveKit's, no token", str(headers))
    ok(until(lambda: livekit.people(who.id).get(who.id, {}).get("tracks", []), 3) is not None
       and {t["source"] for t in livekit.people(who.id)[who.id]["tracks"]} == {"CAMERA", "MICROPHONE"},
       "at LiveKit the creator publishes camera and microphone", str(livekit.people(who.id)))
    status = who.status()
    ok(status["viewerCount"] == 0 and status["startedAt"], "status: nobody watches, since when", str(status))
    ok(who.api("GET", "credentials")[2]["lastUsedAt"], "the key shows when it was last used")
    yield                            # the others may begin
    where = location if location.startswith("http") else base + location[len(location) - len(location.lstrip("/")) - 1:]
    frag = b"a=ice-ufrag:EsAw\r\na=ice-pwd:bP+XJMM09aR8AiX1jdukzR6Y\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n" \
           b"a=candidate:1387637174 1 udp 2122260223 127.0.0.1 61764 typ host generation 0 ufrag EsAw network-id 1\r\n"
    kind = {"Content_Type": "application/trickle-ice-sdpfrag"}
    patch = lambda key=None, tag=etag, to=None: request("PATCH", to or where, who.key if key is None else key, frag,
                                                        **kind, **({"If_Match": tag} if tag else {}))
    other = Creator("other").made()
    problem("a trickle without If-Match: 428", as_got(patch(tag=None)), 428, "if_match_required")
    problem("a trickle with another tag: 412", as_got(patch(tag='"nobodys"')), 412, "ice_session_changed")
    refused("a trickle with a wrong key: 401", lambda: patch(key="sk_wrong"), 401, "invalid_stream_key")
    problem("a trickle with another's key: 404", as_got(patch(key=other.key)), 404, "no_session")
    problem("a DELETE with another's key: 404", as_got(request("DELETE", where, other.key)), 404, "no_session")
    problem("a DELETE of an unknown session: 404", as_got(request("DELETE", where[:-4] + "zzzz", who.key)), 404, "no_session")
    ok(who.is_live() is True and who.at_livekit(), "all of these changed nothing")
    who.publisher.tell(method="DELETE", url=where)
    heard = [who.publisher.hear() for _ in range(4)]
    ok(any(m.get("what") == "done" and m["status"] == 200 for m in heard), "DELETE by the encoder: 200", str(heard))
    took = until(lambda: who.is_live() is False, 25)
    ok(took is not None, f"stopped by DELETE: off the air after {took or 99:.0f} s", str(who.status()))
    refused("a second DELETE: 404", lambda: request("DELETE", where, who.key), 404, "no_session")
    times = who.broadcasts()
    ok(len(times) == 1 and times[0]["endedAt"], "one broadcast is behind it", str(times))


def killed():
    who = Creator("berta").made()
    who.goes_live("an encoder that will be killed")
    who.publisher.kill()
    took = until(lambda: who.is_live() is False, 45)
    ok(took is not None, f"killed: off the air after {took or 99:.0f} s", str(who.status()))


def dropped():
    who = Creator("carla").made()
    who.goes_live("an encoder that drops out")
    who.publisher.kill()
    gone = time.monotonic()
    seen = set()
    while time.monotonic() - gone < 10:
        seen.add(who.is_live())
        time.sleep(0.5)
    ok(seen == {True}, "gone for ten seconds: the channel stays on air", str(seen))
    ok(who.publish().get("status") == 201, "back after ten seconds: 201")
    seen = set()
    while time.monotonic() - gone < 34:             # past the grace, and past LiveKit's own time-out
        seen.add(who.is_live())
        time.sleep(0.5)
    times = who.broadcasts()
    ok(seen == {True} and len(times) == 1 and not times[0]["endedAt"], "a drop of ten seconds stays one broadcast", f"{seen} {times}")
    who.publisher.kill()


def keys():
    who = Creator("dora").made()
    viewer, _ = register(f"dieter_{run}")
    _, _, entry = http("POST", "/api/viewer/token", {"hostId": who.id}, viewer)
    offer = sdp[0]
    for name, key in (("a wrong key", "sk_" + "0" * 32), ("no key", ""), ("an app token", viewer),
                      ("a LiveKit token", entry["token"]), ("half a key", who.key[:-8]), ("an ingress id", who.ingress_id)):
        refused(f"{name}: 401", lambda: who.offer(offer, key), 401, "invalid_stream_key")
    who.goes_live("a key that is rotated")
    old = who.key
    status, _, reply = who.api("POST", "ingress", {"ingressType": "WHIP"})
    ok(status == 201 and reply["streamKey"] != old, "rotated while live: another key", f"{status} {list(reply)}")
    ended_at_once(who, "rotated while live")
    refused("the rotated key: 401", lambda: who.offer(offer, old), 401, "invalid_stream_key")
    who.publisher.kill()
    who.take(reply)
    who.goes_live("the new key")
    ok(len(who.broadcasts()) == 2, "the new key begins another broadcast", str(who.broadcasts()))
    ok(who.api("PUT", "ingress", {"enabled": False})[0] == 204, "the key is disabled while live: 204")
    ended_at_once(who, "disabled while live")
    refused("a disabled key: 401", lambda: who.offer(offer), 401, "invalid_stream_key")
    who.publisher.kill()
    ok(who.api("GET", "credentials")[2]["streamKey"] == who.key, "a disabled key is not lost")
    ok(who.api("PUT", "ingress", {"enabled": True})[0] == 204, "the key is enabled again: 204")
    who.goes_live("the enabled key")
    ok(who.api("DELETE", "ingress")[0] == 204, "the key is deleted while live: 204")
    ended_at_once(who, "deleted while live")
    refused("a deleted key: 401", lambda: who.offer(offer), 401, "invalid_stream_key")
    who.publisher.kill()


def ended():
    who = Creator("emil").made()
    who.goes_live("a broadcast to be ended")
    status, _, reply = who.api("POST", "end")
    ok(status == 200 and reply == {"isLive": False}, "ended by the creator: 200", f"{status} {reply}")
    ended_at_once(who, "ended by the creator")
    got = refused("the reconnecting encoder after an end: 409", lambda: who.offer(sdp[0]), 409, "just_ended")
    ok(50 <= int(got[1].get("Retry-After", 0)) <= 60, "the reconnecting encoder is told when", str(got[1]))
    who.publisher.kill()
    who = Creator("emma").made()
    who.goes_live("OBS, before the browser studio")
    status, _, reply = who.api("POST", "creator-token", {"publish": True})
    ok(status == 409 and reply["code"] == "already_on_air", "a studio beside OBS: 409", f"{status} {reply}")
    status, _, reply = who.api("POST", "creator-token", {"publish": True, "takeover": True})
    ok(status == 200 and claims_of(reply["token"])["sub"] == who.id, "a studio that takes over: a token", f"{status} {list(reply)}")
    ok(until(lambda: not who.at_livekit(), 5) is not None, "a studio that takes over: OBS is out of the room")
    refused("OBS after the takeover: 409", lambda: who.offer(sdp[0]), 409, "just_ended")
    who.publisher.kill()


def others():
    """What ends a broadcast from outside: an administrator, and the account's end."""
    admin = Creator("frida")
    subprocess.run([os.environ["STAGEDOOR_BIN"] + "/stagedoor", "user", "admin", admin.username], check=True, capture_output=True)
    for name, act in (("disabled by an admin", lambda w: http("PUT", f"/api/admin/users/{w.username}", {"isDisabled": True}, admin.token)),
                      ("ended by an admin", lambda w: http("DELETE", f"/api/admin/streams/{w.username}", None, admin.token)),
                      ("not approved any more", lambda w: http("PUT", f"/api/admin/users/{w.username}", {"isCreator": False}, admin.token)),
                      ("deleted", lambda w: http("DELETE", "/api/auth/me", {"password": "correct horse battery"}, w.token))):
        who = Creator(f"fred{name[0:2]}").made()
        who.goes_live(f"a creator to be {name}")
        reply = act(who)
        ok(reply[0] in (200, 204), f"{name} while live: done", str(reply))
        live = {c["username"] for c in http("GET", "/api/viewer/live?limit=100")[2]["items"]}
        ok(who.username not in live, f"{name} while live: not in the list any more", str(live))
        ok(until(lambda: not who.at_livekit(), 5) is not None, f"{name} while live: the publisher is out of LiveKit's room")
        refused(f"the key of a creator {name}: 401", lambda: who.offer(sdp[0]), 401, "invalid_stream_key")
        who.publisher.kill()


def guarded(story):
    try:
        story()
    except BaseException:
        ok(False, f"the story {story.__name__} goes to its end", traceback.format_exc().replace("\n", "\n# "))


first = live_and_stopped()
try:
    next(first)
except BaseException:
    ok(False, "the first story goes to its end", traceback.format_exc().replace("\n", "\n# "))
    finish()
with futures.ThreadPoolExecutor(6) as pool:
    rest = [pool.submit(guarded, s) for s in (lambda: next(first, None), killed, dropped, keys, ended, others)]
    for r in rest:
        r.result()
finish()
