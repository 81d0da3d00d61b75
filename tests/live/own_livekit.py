"""A livekit-server of a suite's own, with a Redis of its own or without; both are gone when the suite is."""
import atexit, os, secrets, shutil, socket, subprocess, tempfile, time, urllib.request
from twirp import LiveKit

YAML = """port: {port}
bind_addresses: ["127.0.0.1"]
keys:
  {key}: {secret}
rtc:
  udp_port: {udp}
  tcp_port: 0
  use_external_ip: false
  node_ip: 127.0.0.1
  enable_loopback_candidate: true
  ips:
    includes: ["127.0.0.1/32"]
room:
  auto_create: false
logging:
  level: info
  pion_level: error
"""
WEBHOOK = """webhook:
  api_key: {key}
  urls: ["{webhook}"]
"""
REDIS = """redis:
  address: 127.0.0.1:{redis}
ingress:
  rtmp_base_url: rtmp://127.0.0.1:1935/live
  whip_base_url: http://127.0.0.1:8080/w
"""


def free(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class OwnLiveKit(LiveKit):
    def __init__(self, redis, webhook=None):
        self.dir, self.started = tempfile.mkdtemp(prefix="stagedoor-lk-"), []
        atexit.register(self.stop)
        words = {"port": free(), "udp": free(socket.SOCK_DGRAM), "key": "API" + secrets.token_hex(6),
                 "secret": secrets.token_hex(32), "redis": free(), "webhook": webhook}
        super().__init__(f"http://127.0.0.1:{words['port']}", words["key"], words["secret"])
        if redis:
            self.run("redis", ["redis-server", "--port", str(words["redis"]), "--bind", "127.0.0.1", "--save", "",
                               "--appendonly", "no"])
            self.answers("redis", lambda: socket.create_connection(("127.0.0.1", words["redis"]), 1).close())
        self.path = f"{self.dir}/livekit.yaml"
        with open(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as f:
            f.write((YAML + (REDIS if redis else "") + (WEBHOOK if webhook else "")).format(**words))
        self.start()

    def start(self):
        self.run("livekit", [os.environ.get("LIVEKIT_SERVER") or "livekit-server", "--config", self.path])
        self.answers("livekit", lambda: urllib.request.urlopen(self.url, timeout=1).close())

    def kill(self):
        """kill -9 of the server; start() is another life of it."""
        process = self.started.pop()
        process.kill()
        process.wait()

    def settings(self):
        """For Stack()."""
        return {"livekit_url": self.url.replace("http", "ws", 1), "livekit_api_url": self.url,
                "livekit_api_key": self.key, "livekit_api_secret": self.secret}

    def run(self, name, command):
        log = open(f"{self.dir}/{name}.log", "ab")
        # The kernel ends it should the suite be killed.
        self.started.append(subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], cwd=self.dir,
                                             stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def answers(self, name, ask):
        for _ in range(200):
            try:
                return ask()
            except OSError:
                if self.started[-1].poll() is not None:
                    break
                time.sleep(0.1)
        raise SystemExit(f"not ok {name} starts: " + open(f"{self.dir}/{name}.log", errors="replace").read()[-500:])

    def stop(self):
        for process in self.started:
            process.kill()
            process.wait()
        self.started = []
        shutil.rmtree(self.dir, ignore_errors=True)
