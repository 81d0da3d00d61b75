"""FastCGI records, a private stagedoor.fcgi, and the count of what went right.

Used by the tests of the wires. Needs nothing but Python; every process that is
started is ended by its own handle.
"""
import json
import os
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR, DATA, GET_VALUES = range(1, 10)
PROGRAM = os.environ.get("STAGEDOOR_FCGI", "cgi-bin/stagedoor.fcgi")

wrong = 0


def check(sentence, good, why=""):
    """One line of the result; why is shown where it went wrong."""
    global wrong
    if not good:
        wrong += 1
        for line in str(why).splitlines()[:12]:
            print("#", line)
    print(("ok " if good else "not ok ") + sentence, flush=True)


def record(kind, content=b"", rid=1, version=1, length=None, padding=0):
    return struct.pack("!BBHHBB", version, kind, rid,
                       len(content) if length is None else length,
                       padding, 0) + content + b"\0" * padding


def begin(role=1, flags=0, rid=1):
    return record(BEGIN, struct.pack("!HB5x", role, flags), rid)


def length(n, wide=False):
    return struct.pack("!I", n | 0x80000000) if wide or n > 127 else bytes([n])


def pair(name, value):
    name, value = name.encode(), value.encode()
    return length(len(name)) + length(len(value)) + name + value


def environment(method, uri, body=b"", **more):
    env = {"REQUEST_METHOD": method, "REQUEST_URI": uri,
           "REMOTE_ADDR": "127.0.0.1"}
    if body:
        env["CONTENT_TYPE"] = "application/json"
        env["CONTENT_LENGTH"] = str(len(body))
    env.update(more)
    return {k: v for k, v in env.items() if v is not None}


def head(env, flags=0, rid=1):
    """BEGIN_REQUEST and all PARAMS."""
    content = b"".join(pair(k, v) for k, v in env.items())
    return (begin(flags=flags, rid=rid) + record(PARAMS, content, rid) +
            record(PARAMS, b"", rid))


class Reply:
    """What came back: status, headers, body, and whether it was ended."""

    def __init__(self, raw):
        out, self.ended = b"", False
        while len(raw) >= 8:
            _, kind, _, size, padding, _ = struct.unpack("!BBHHBB", raw[:8])
            if kind == STDOUT:
                out += raw[8:8 + size]
            if kind == END:
                self.ended = True
            raw = raw[8 + size + padding:]
        self.parse(out)

    def parse(self, out):
        top, _, self.body = out.partition(b"\r\n\r\n")
        self.headers = {}
        for line in top.decode(errors="replace").split("\r\n"):
            name, _, value = line.partition(":")
            self.headers[name.strip().lower()] = value.strip()
        self.status = int(self.headers.get("status", "0").split()[0] or 0)

    @property
    def code(self):
        try:
            return json.loads(self.body).get("code")
        except ValueError:
            return None

    def __repr__(self):
        return "%d %r %r" % (self.status, self.headers, self.body[:300])


class CgiReply(Reply):
    def __init__(self, out):
        self.ended = True
        self.parse(out)


class Site:
    """A folder with a configuration, and programs started on it."""

    def __init__(self, more=""):
        self.dir = tempfile.mkdtemp(prefix="wire-")
        self.conf = os.path.join(self.dir, "stagedoor.conf")
        self.database = os.path.join(self.dir, "stage.db")
        self.socket = os.path.join(self.dir, "socket")
        self.log = os.path.join(self.dir, "log")
        self.running = []
        with open(os.open(self.conf, os.O_CREAT | os.O_WRONLY, 0o600),
                  "w") as f:
            f.write("public_url = https://stage.example\n"
                    "database = %s\n"
                    "app_secret = 0123456789abcdef0123456789abcdef\n"
                    "rate_limits = off\n"
                    "livekit_url = ws://127.0.0.1:1\n"
                    "livekit_api_key = devkey\n"
                    "livekit_api_secret = %s\n%s" %
                    (self.database, "s" * 32, more))
        self.env = {"STAGEDOOR_CONF": self.conf, "PATH": os.environ["PATH"]}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]
        # The first plain CGI request makes the database.
        reply = self.cgi(environment("GET", "/healthz"))
        if reply.status != 200:
            sys.exit("no site: %r\n%s" % (reply, open(self.log).read()))

    def cgi(self, env, body=b"", argv=()):
        with open(self.log, "ab") as log:
            done = subprocess.run([PROGRAM, *argv], input=body, stderr=log,
                                  stdout=subprocess.PIPE, check=False,
                                  env={**self.env, **env}, timeout=60)
        reply = CgiReply(done.stdout)
        reply.raw, reply.exit = done.stdout, done.returncode
        return reply

    def start(self, stdin=subprocess.DEVNULL, wait=True, by_socket=True):
        argv = [PROGRAM] + (["--socket", self.socket] if by_socket else [])
        with open(self.log, "ab") as log:
            p = subprocess.Popen(argv, stdin=stdin, stdout=log, stderr=log,
                                 env=self.env)
        self.running.append(p)
        for _ in range(600 if wait else 0):
            if p.poll() is not None or self.alive():
                break
            time.sleep(0.05)
        return p

    def connect(self):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(30)
        s.connect(self.socket)
        return s

    def alive(self):
        try:
            return self.ask("GET", "/healthz").status == 200
        except OSError:
            return False

    def send(self, raw):
        """Bytes there, and all bytes back."""
        with self.connect() as s:
            s.sendall(raw)
            return Reply(drain(s))

    def ask(self, method, uri, body=b"", **more):
        raw = head(environment(method, uri, body, **more))
        if body:
            raw += record(STDIN, body)
        return self.send(raw + record(STDIN))

    def count(self, sql="SELECT count(*) FROM users"):
        with sqlite3.connect(self.database) as db:
            return db.execute(sql).fetchone()[0]

    def stop(self, p, sig=signal.SIGTERM):
        p.send_signal(sig)
        try:
            return p.wait(30)
        except subprocess.TimeoutExpired:
            p.kill()
            p.wait()
            return "did not end"

    def close(self):
        for p in self.running:
            if p.poll() is None:
                p.kill()
                p.wait()
        shutil.rmtree(self.dir, ignore_errors=True)

    def log_text(self):
        with open(self.log, errors="replace") as f:
            return f.read()


def drain(s):
    got = b""
    while True:
        try:
            piece = s.recv(65536)
        except ConnectionResetError:
            return got
        if not piece:
            return got
        got += piece


def finish():
    sys.exit(1 if wrong else 0)
