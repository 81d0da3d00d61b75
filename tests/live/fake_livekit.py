"""A stand-in for LiveKit's RoomService, for faults that the real server won't produce on demand.

It keeps rooms and participants, records calls, and answers as `mode` says: ok, 500, 502, 503, 429, keys, garbage,
truncated, huge, type, redirect, drip (a byte a second), hang (accepts, never answers).
"""
import http.server, json, threading, time


class FakeLiveKit:
    def __init__(self, tls=None):
        self.mode, self.calls, self.rooms, self.participants = "ok", [], {}, {}
        self.connections = []
        self.on_call = None          # called with (method, request) before the answer
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                try:
                    fake.answer(self, self.path.rsplit("/", 1)[1], json.loads(body))
                except (ConnectionError, BrokenPipeError):
                    self.close_connection = True

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
        return self.send(handler, *self.good(method, request))

    def good(self, method, request):
        missing = 404, b'{"code":"not_found","msg":"twirp error unknown: requested room does not exist"}'
        name = request.get("room") or request.get("name")
        if method == "CreateRoom":
            room = self.rooms.setdefault(name, {
                "sid": f"RM_fake{len(self.calls):08d}", "name": name, "metadata": request.get("metadata", ""),
                "empty_timeout": 300, "departure_timeout": 120, "max_participants": 0, "num_participants": 0,
                "creation_time": str(int(time.time())), "creation_time_ms": str(int(time.time() * 1000))})
            return 200, json.dumps(room).encode()
        if method == "ListRooms":
            names = request.get("names") or list(self.rooms)
            return 200, json.dumps({"rooms": [self.rooms[n] for n in names if n in self.rooms]}).encode()
        if method == "ListParticipants":
            return 200, json.dumps({"participants": self.participants.get(name, [])}).encode()
        if method == "DeleteRoom":
            self.participants.pop(name, None)
            return (200, b"{}") if self.rooms.pop(name, None) else missing
        return missing
