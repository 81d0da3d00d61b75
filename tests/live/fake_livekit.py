"""A stand-in for LiveKit's RoomService, Ingress, Egress and /whip/v1, for what the real server won't produce or show on demand.

It keeps rooms, participants, ingresses and egresses, records calls and the tokens that came with them, and answers as `mode` says: ok, 500, 502, 503, 429, keys, garbage,
truncated, huge, type, redirect, drip (a byte a second), hang (accepts, never answers).
"""
import http.server, json, threading, time


OFFER = (b"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"
         b"c=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendonly\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n"
         b"a=fingerprint:sha-256 " + b":".join([b"AB"] * 32) + b"\r\na=setup:actpass\r\na=rtcp-mux\r\n"
         b"a=rtpmap:96 VP8/90000\r\n")
ANSWER = OFFER.replace(b"sendonly", b"recvonly")
MISSING = 404, b'{"code":"not_found","msg":"twirp error unknown: it does not exist"}'


class FakeLiveKit:
    def __init__(self, tls=None):
        self.mode, self.calls, self.rooms, self.participants = "ok", [], {}, {}
        self.ingresses, self.egresses, self.tokens, self.joined = {}, {}, [], 0
        self.connections = []
        self.on_call = None          # called with (method, request) before the answer
        self.lose = {}               # method: seconds; done, and after them the connection ends without an answer
        self.refuse = {}             # method: (status, code) that it is refused with
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *args):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                fake.tokens.append(self.headers.get("Authorization", "").removeprefix("Bearer "))
                try:
                    if self.path.startswith("/whip/v1"):
                        fake.answer(self, f"WHIP {self.command}", body.decode())
                    else:
                        fake.answer(self, self.path.rsplit("/", 1)[1], json.loads(body))
                except (ConnectionError, BrokenPipeError):
                    self.close_connection = True

            do_PATCH = do_DELETE = do_POST

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def process_request(self, request, address):
                fake.connections.append(request)
                super().process_request(request, address)

            def handle_error(self, request, address):
                pass                 # a client that hangs up is what some cases are about

        self.server = Server(("127.0.0.1", 0), Handler)
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        for connection in self.connections:     # kept alive, they would still be served
            try:
                connection.shutdown(2)
            except OSError:
                pass

    def called(self, method):
        return [request for name, request in self.calls if name == method]

    def send(self, handler, status, body, kind="application/json", length=None, extra=()):
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in extra:
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    def answer(self, handler, method, request):
        self.calls.append((method, request))
        if self.on_call:
            self.on_call(method, request)
        mode = self.mode
        if mode in ("500", "502", "503", "429"):
            code = {"500": "internal", "502": "internal", "503": "unavailable", "429": "resource_exhausted"}[mode]
            return self.send(handler, int(mode), json.dumps({"code": code, "msg": "twirp error unknown: broken"}).encode())
        if mode == "keys":
            return self.send(handler, 401, b'{"code":"unauthenticated","msg":"permissions denied"}')
        if mode == "garbage":
            return self.send(handler, 200, b"\x00\xff<html>not json")
        if mode == "truncated":
            self.send(handler, 200, b'{"sid":"RM_x","na', length=400)
            handler.close_connection = True
            return None
        if mode == "huge":
            handler.send_response(200)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", str(100 << 20))
            handler.end_headers()
            for _ in range(100):
                handler.wfile.write(b" " * (1 << 20))
            return None
        if mode == "type":
            return self.send(handler, 200, b'{"sid":7,"name":["x"],"rooms":"none","participants":{}}')
        if mode == "redirect":
            return self.send(handler, 302, b"", extra=[("Location", f"http://127.0.0.1:{self.port}/twirp/elsewhere/X")])
        if mode == "hang":
            time.sleep(60)
            return None
        if mode == "drip":
            handler.send_response(200)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", "400")
            handler.end_headers()
            for _ in range(60):
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(1)
            return None
        if method.startswith("WHIP"):
            return self.whip(handler, method)
        if method in self.refuse:
            status, code = self.refuse[method]
            return self.send(handler, status, json.dumps({"code": code, "msg": f"twirp error unknown: {code}"}).encode())
        reply = self.good(method, request)
        if method in self.lose:
            time.sleep(self.lose[method])
            handler.close_connection = True
            return None
        return self.send(handler, *reply)

    def whip(self, handler, method):
        if method != "WHIP POST":
            return self.send(handler, 204 if method == "WHIP PATCH" else 200, b"")
        return self.send(handler, 201, ANSWER, "application/sdp", extra=[
            ("Location", f"/whip/v1/PA_fake{len(self.calls):08d}"), ("ETag", "fakeTag"),
            ("Link", '<stun:stun.example:3478>; rel="ice-server"')])

    def good(self, method, request):
        name = request.get("room") or request.get("name")
        if method.endswith("Ingress"):
            return self.ingress(method, request)
        if method.endswith("Egress"):
            return self.egress(method, request)
        if method == "CreateRoom":
            room = self.rooms.setdefault(name, {
                "sid": f"RM_fake{len(self.calls):08d}", "name": name, "metadata": request.get("metadata", ""),
                "empty_timeout": 300, "departure_timeout": 120, "max_participants": 0, "num_participants": 0,
                "creation_time": str(int(time.time())), "creation_time_ms": str(int(time.time() * 1000))})
            return 200, json.dumps(room).encode()
        if method == "ListRooms":
            names = request.get("names") or list(self.rooms)
            return 200, json.dumps({"rooms": [{**self.rooms[n], "num_participants": len(self.participants.get(n, []))}
                                              for n in names if n in self.rooms]}).encode()
        if method == "ListParticipants":
            return 200, json.dumps({"participants": self.participants.get(name, [])}).encode()
        if method == "DeleteRoom":
            self.participants.pop(name, None)
            return (200, b"{}") if self.rooms.pop(name, None) else MISSING
        return self.participant(method, request)

    def participant(self, method, request):
        people = self.participants.get(request.get("room"), [])
        one = next((p for p in people if p["identity"] == request.get("identity")), None)
        if not one:
            return MISSING
        if method == "RemoveParticipant":
            people.remove(one)
            return 200, b"{}"
        if method == "MutePublishedTrack":
            sid = request.get("trackSid") or request.get("track_sid")
            tracks = [t for t in one["tracks"] if t["sid"] == sid]
            for track in tracks:
                track["muted"] = bool(request.get("muted"))
            return 200, json.dumps({"track": tracks[0]} if tracks else {}).encode()
        if method == "UpdateParticipant":
            given = request.get("permission") or {}
            pick = lambda *names: any(given.get(n) for n in names)
            one["permission"].update(can_publish=pick("canPublish", "can_publish"),
                                     can_subscribe=pick("canSubscribe", "can_subscribe"),
                                     can_publish_data=pick("canPublishData", "can_publish_data"),
                                     can_publish_sources=given.get("canPublishSources") or given.get("can_publish_sources") or [])
        return 200, json.dumps(one).encode()

    def join(self, room, identity, **permission):
        """Somebody is in a room, as ListParticipants has it."""
        people = self.participants.setdefault(room, [])
        now = int(time.time())
        self.joined += 1
        people.append({"sid": f"PA_fake{self.joined:08d}", "identity": identity, "name": identity,
                       "state": "ACTIVE", "tracks": [], "metadata": "", "joined_at": str(now),
                       "joined_at_ms": str(now * 1000), "version": 1, "kind": "STANDARD", "attributes": {},
                       "disconnect_reason": "UNKNOWN_REASON", "is_publisher": False, "region": "",
                       "permission": {"can_subscribe": True, "can_publish": False, "can_publish_data": True,
                                      "can_publish_sources": [], "hidden": False, "recorder": False,
                                      "can_update_metadata": False, "agent": False, **permission}})
        return people[-1]

    def ingress(self, method, request):
        wanted = request.get("ingressId") or request.get("ingress_id")
        if method == "ListIngress":
            room = request.get("roomName") or request.get("room_name")
            items = [i for i in self.ingresses.values()
                     if (not wanted or i["ingress_id"] == wanted) and (not room or i["room_name"] == room)]
            return 200, json.dumps({"items": items, "next_page_token": None}).encode()
        if method == "CreateIngress":
            wanted = f"IN_fake{len(self.calls):08d}"
            self.ingresses[wanted] = {
                "ingress_id": wanted, "name": "", "stream_key": f"fakekey{len(self.calls):05d}", "reusable": True,
                "url": "rtmp://127.0.0.1:1935/live" if request.get("inputType") != "WHIP_INPUT" else "http://127.0.0.1:8080/w",
                "input_type": request.get("inputType", "RTMP_INPUT"), "room_name": request.get("roomName", ""),
                "participant_identity": request.get("participantIdentity", ""),
                "participant_name": request.get("participantName", ""), "participant_metadata": "", "audio": None,
                "video": None, "bypass_transcoding": False, "state": None}
        one = self.ingresses.get(wanted)
        if not one:
            return MISSING
        if "enabled" in request:
            one["enabled"] = request["enabled"]
        if method == "DeleteIngress":
            del self.ingresses[wanted]
        return 200, json.dumps(one).encode()

    def egress(self, method, request):
        wanted = request.get("egressId") or request.get("egress_id")
        if method == "ListEgress":
            room = request.get("roomName") or request.get("room_name")
            items = [e for e in self.egresses.values() if (not wanted or e["egress_id"] == wanted) and (not room or e["room_name"] == room)
                     and (not request.get("active") or e["status"] in ("EGRESS_STARTING", "EGRESS_ACTIVE", "EGRESS_ENDING"))]
            return 200, json.dumps({"items": items, "next_page_token": None}).encode()
        if method.startswith("Start"):
            room = request.get("roomName") or request.get("room_name")
            if room not in self.rooms:
                return MISSING
            wanted, now = f"EG_fake{len(self.calls):08d}", str(time.time_ns())
            # What it was asked for comes back, without what opens the storage.
            files = request.get("fileOutputs", [])
            self.egresses[wanted] = {"egress_id": wanted, "room_id": self.rooms[room]["sid"], "room_name": room, "source_type": "EGRESS_SOURCE_TYPE_WEB",
                                     "status": "EGRESS_STARTING", "started_at": now, "ended_at": "0", "updated_at": now, "error": "", "error_code": 0, "details": "",
                                     "room_composite": {"room_name": room, "layout": "", "file_outputs": [{"filepath": f.get("filepath", ""), "file_type": "MP4"} for f in files]},
                                     "file_results": [], "stream_results": [], "segment_results": [], "image_results": [], "manifest_location": "", "retry_count": 0}
        one = self.egresses.get(wanted)
        if not one:
            return MISSING
        if method == "StopEgress":
            if one["status"] not in ("EGRESS_STARTING", "EGRESS_ACTIVE"):
                return 412, b'{"code":"failed_precondition","msg":"twirp error unknown: egress with status cannot be stopped"}'
            one["status"] = "EGRESS_ENDING"
        return 200, json.dumps(one).encode()
