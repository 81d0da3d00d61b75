"""What the live suites share: a private stack of our programs on unix sockets, and a small FastCGI client.

A suite is run with the values of quickstart.env in its environment (STAGEDOOR_URL STAGEDOOR_CONF STAGEDOOR_BIN …).
Stack() copies that configuration to a folder of its own with another database, migrates, starts workers of each
program with --socket and restarts those that die, as a web server's spawner does. LiveKit is the one of the environment.
"""
import atexit, base64, hashlib, hmac, json, os, random, shutil, socket, sqlite3, struct, subprocess, sys, tempfile, threading, time

BEGIN, END, PARAMS, STDIN, STDOUT, STDERR = 1, 3, 4, 5, 6, 7
results = {"ok": 0, "not ok": 0}


def ok(good, name, why=""):
    word = "ok" if good else "not ok"
    results[word] += 1
    sys.stdout.write(f"{word} {name}\n" + (f"# {why}\n" if why and not good else ""))
    sys.stdout.flush()
    return good


def until(ask, seconds):
    """Asks until the answer is true: how long that took, or None where it never was."""
    since = time.monotonic()
    while not ask():
        if time.monotonic() - since > seconds:
            return None
        time.sleep(0.1)
    return time.monotonic() - since


def preload(folder, name, text):
    """A library of this C, for LD_PRELOAD: what libc does not get wrong on demand."""
    with open(f"{folder}/{name}.c", "w") as f:
        f.write(text)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", f"{folder}/{name}.so", f"{folder}/{name}.c"], check=True)
    return f"{folder}/{name}.so"


def finish():
    sys.exit(1 if results["not ok"] else 0)


def record(kind, body, rid=1):
    return struct.pack(">BBHHBx", 1, kind, rid, len(body), 0) + body


def pair(name, value):
    out = b""
    for part in (name, value):
        out += bytes([len(part)]) if len(part) < 128 else struct.pack(">I", len(part) | 1 << 31)
    return out + name + value


def fcgi_bytes(env, body=b""):
    params = b"".join(pair(k.encode(), v.encode("utf-8", "surrogateescape")) for k, v in env.items())
    out = record(BEGIN, struct.pack(">HB5x", 1, 0))
    for i in range(0, len(params), 60000):
        out += record(PARAMS, params[i:i + 60000])
    out += record(PARAMS, b"")
    for i in range(0, len(body), 60000):
        out += record(STDIN, body[i:i + 60000])
    return out + record(STDIN, b"")


def fcgi_read(sock):
    """Standard output of the one request on this connection; None where it broke off before the end."""
    data, out = b"", b""
    while True:
        while len(data) >= 8:
            _, kind, _, size, pad = struct.unpack(">BBHHBx", data[:8])
            if len(data) < 8 + size + pad:
                break
            if kind == STDOUT:
                out += data[8:8 + size]
            if kind == END:
                return out
            data = data[8 + size + pad:]
        more = sock.recv(65536)
        if not more:
            return None
        data += more


def request_env(method, path, headers=None, body=b""):
    env = {"REQUEST_METHOD": method, "REQUEST_URI": path, "SCRIPT_NAME": path.split("?")[0],
           "QUERY_STRING": path.partition("?")[2], "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
           "GATEWAY_INTERFACE": "CGI/1.1", "HTTP_HOST": "127.0.0.1"}
    if body or method in ("POST", "PUT"):
        env["CONTENT_LENGTH"] = str(len(body))
        env["CONTENT_TYPE"] = "application/json"
    for k, v in (headers or {}).items():
        k = k.upper().replace("-", "_")
        env[k if k in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + k] = v
    return env


def parse(out):
    """CGI output → (status, headers, body)."""
    head, _, body = out.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
    return int(headers.get("Status", "0").split()[0]), headers, body


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwt(claims, secret):
    text = b64(b'{"alg":"HS256","typ":"JWT"}') + "." + b64(json.dumps(claims, separators=(",", ":")).encode())
    return text + "." + b64(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())


def claims_of(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def webhook_header(body, key, secret, now=None):
    now = int(now or time.time())
    return jwt({"iss": key, "nbf": now - 5, "exp": now + 300,
                "sha256": base64.b64encode(hashlib.sha256(body).digest()).decode()}, secret)


def read_conf(path):
    conf = {}
    for line in open(path):
        if "=" in line and not line.lstrip().startswith("#"):
            name, _, value = line.partition("=")
            conf[name.strip().lower()] = value.strip()
    return conf


def program_of(path):
    """Which program a web server gives an address to."""
    part = path.partition("?")[0].split("/")[1:]
    if part[0] != "api":
        return part[0] if part[0] in ("live", "whip") else "ops"
    return {"auth": "account", "users": "user", "connection-details": "livekit", "config": "livekit", "rooms": "room",
            "workspaces": "workspace", "recordings": "recording", "metrics": "metric"}.get(part[1], part[1])


class Stack:
    def __init__(self, workers, **settings):
        """workers: {"chat": 2}; settings override the copied configuration."""
        self.dir = tempfile.mkdtemp(prefix="stagedoor-")
        self.bin = os.environ["STAGEDOOR_BIN"]
        self.conf = read_conf(os.environ["STAGEDOOR_CONF"])
        self.conf.update(database=f"{self.dir}/stagedoor.db", state_dir=self.dir, rate_limits="off")
        self.conf.update(settings)
        self.conf_path = f"{self.dir}/stagedoor.conf"
        with open(os.open(self.conf_path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as f:
            f.writelines(f"{k} = {v}\n" for k, v in self.conf.items())
        # The environment wins over the file, so what quickstart.env says of LiveKit must not reach the workers.
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("LIVEKIT_", "S3_"))}
        self.env["STAGEDOOR_CONF"] = self.conf_path
        self.lock, self.running, self.programs = threading.Lock(), True, {}
        atexit.register(self.stop)
        self.cli("migrate")
        for name, count in workers.items():
            for i in range(count):
                self.programs[(name, i)] = None
        for which in self.programs:
            self.start(which)
        threading.Thread(target=self.supervise, daemon=True).start()

    def cli(self, *args, stdin=""):
        return subprocess.run([f"{self.bin}/stagedoor", *args], env=self.env, input=stdin, text=True,
                              capture_output=True, check=True, timeout=60).stdout

    def tick(self):
        """One pass of background work; waits for one that a worker has in hand after a reply."""
        for _ in range(50):
            if json.loads(self.cli("tick", "--json"))["did"]:
                return
            time.sleep(0.1)
        raise SystemExit("no pass could be made: the lease is never free")

    def socket_path(self, which):
        return f"{self.dir}/{which[0]}-{which[1]}.sock"

    def start(self, which):
        log = open(f"{self.dir}/{which[0]}.log", "ab")
        # The kernel ends it should the suite be killed.
        self.programs[which] = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", f"{self.bin}/{which[0]}.fcgi",
                                                 "--socket", self.socket_path(which)],
                                                env=self.env, stdin=subprocess.DEVNULL, stderr=log, stdout=log)

    def supervise(self):
        while self.running:
            with self.lock:
                for which, process in self.programs.items():
                    if self.running and process.poll() is not None:
                        self.start(which)
            time.sleep(0.02)

    def pid(self, name, i=0):
        with self.lock:
            return self.programs[(name, i)].pid

    def kill_one(self):
        """kill -9 of a random worker."""
        with self.lock:
            self.programs[random.choice(list(self.programs))].kill()

    def raw(self, name, data, i=None, timeout=30):
        """Bytes to a worker of a program; its output, None where it died meanwhile."""
        which = random.choice([w for w in self.programs if w[0] == name]) if i is None else (name, i)
        deadline = time.monotonic() + timeout
        while True:
            s = socket.socket(socket.AF_UNIX)
            s.settimeout(timeout)
            try:
                s.connect(self.socket_path(which))
            except OSError:
                s.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
                continue
            with s:
                try:
                    s.sendall(data)
                    return fcgi_read(s)
                except (ConnectionError, BrokenPipeError):
                    return None

    def call(self, name, method, path, body=None, token=None, headers=None, i=None):
        """(status, headers, JSON or bytes); status 0 where the worker died before its reply ended."""
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = "Bearer " + token
        mount = self.conf.get("public_url", "").split("://", 1)[-1].partition("/")[2]
        path = ("/" + mount if mount else "") + path
        out = self.raw(name, fcgi_bytes(request_env(method, path, headers, data), data), i)
        if not out:
            return 0, {}, None
        status, head, text = parse(out)
        return status, head, json.loads(text) if "json" in head.get("Content-Type", "") and text else text

    def api(self, method, path, body=None, token=None, headers=None):
        """call() of the program whose address it is."""
        return self.call(program_of(path), method, path, body, token, headers)

    def user(self, name):
        """A signed-in person: (token, id)."""
        for _ in range(50):
            status, _, reply = self.call("account", "POST", "/api/auth/register",
                                         {"username": name, "password": "correct horse battery"})
            if status == 201:
                return reply["token"], reply["user"]["id"]
            time.sleep(0.1)
        raise SystemExit(f"cannot register {name}: {status} {reply}")

    def sql(self, text, *args):
        db = sqlite3.connect(f"file:{self.dir}/stagedoor.db?mode=ro", uri=True, timeout=10)
        try:
            return db.execute(text, args).fetchall()
        finally:
            db.close()

    def write(self, text, *args, **named):
        """Changes the database behind everybody's back."""
        db = sqlite3.connect(f"{self.dir}/stagedoor.db", timeout=10)
        try:
            db.execute(text, named or args)
            db.commit()
        finally:
            db.close()

    def stop(self):
        self.running = False
        with self.lock:
            started = [process for process in self.programs.values() if process]
            for process in started:
                process.terminate()
            for process in started:
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    process.kill()
        shutil.rmtree(self.dir, ignore_errors=True)
