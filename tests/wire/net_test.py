#!/usr/bin/env python3
"""The way out: the outgoing client and key sets, against a real server that
answers anything, over plain HTTP and TLS.  No network but the loopback."""
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import warnings

DRIVER = os.path.join(os.environ.get("top_builddir", "."),
                      "tests/wire/net_driver")
MAX = 256 * 1024
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
failed = False


def check(sentence, good, what=""):
    global failed
    failed = failed or not good
    if not good:
        print("#", what)
    print("ok" if good else "not ok", sentence, flush=True)


class Server:
    """Calls answer(request bytes, connection) for each connection."""

    def __init__(self, answer, context=None, family=socket.AF_INET):
        host = "::1" if family == socket.AF_INET6 else "127.0.0.1"
        self.answer, self.context = answer, context
        self.asked, self.requests = 0, []
        self.listening = socket.socket(family)
        self.listening.bind((host, 0))
        self.listening.listen(64)
        self.port = self.listening.getsockname()[1]
        self.url = f"http{'s' if context else ''}://localhost:{self.port}/k"
        threading.Thread(target=self.loop, daemon=True).start()

    def loop(self):
        while True:
            conn = self.listening.accept()[0]
            threading.Thread(target=self.serve, args=(conn,),
                             daemon=True).start()

    def serve(self, conn):
        try:
            if self.context:
                conn = self.context.wrap_socket(conn, server_side=True)
            data = b""
            while b"\r\n\r\n" not in data:
                more = conn.recv(65536)
                if not more:
                    return
                data += more
            self.asked += 1
            self.requests.append(data.decode("latin-1"))
            self.answer(data, conn)
        except OSError:
            pass
        finally:
            conn.close()


def reply(status="200 OK", body=b"{}", headers=()):
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}",
            "Connection: close", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def always(data):
    return lambda request, conn: conn.sendall(data)


def drive(args, env=None, lines=None, before=()):
    done = subprocess.run([*before, DRIVER, *map(str, args)],
                          input=lines, capture_output=True, text=True,
                          env={**os.environ, **(env or {})}, timeout=60)
    return done.stdout.strip(), done.stderr


def get(url, most=MAX, timeout_ms=5000, etag=None, **more):
    return drive(["get", url, most, timeout_ms, *([etag] if etag else [])],
                 **more)


def answers():
    server = Server(always(reply(body=b"x" * 100, headers=['ETag: "a1"'])))
    out, _ = get(server.url)
    check("a reply comes with status, length and ETag", out ==
          'ok 200 100 "a1"', out)
    sent = server.requests[0].lower()
    check("nothing is offered that we would not read",
          "accept-encoding" not in sent and "cookie" not in sent and
          "authorization" not in sent, sent)
    out, _ = get(server.url, most=100)
    check("exactly the largest size is read", out.startswith("ok 200 100"),
          out)
    out, _ = get(server.url, most=99)
    check("one byte more is refused", out.startswith("upstream"), out)

    server = Server(always(reply("304 Not Modified", b"")))
    out, _ = get(server.url, etag='"a1"')
    check("304 comes back as it is", out.startswith("ok 304 0"), out)
    check("it was asked for by ETag",
          'If-None-Match: "a1"' in server.requests[0], server.requests)

    server = Server(always(reply("500 Internal Server Error", b"oops")))
    out, _ = get(server.url)
    check("a 500 comes back as it is", out.startswith("ok 500 4"), out)

    target = Server(always(reply(body=b"followed")))
    server = Server(always(reply("302 Found", b"", [
        f"Location: {target.url}"])))
    out, _ = get(server.url)
    check("security 38: a redirect is not followed",
          out.startswith("ok 302 0") and target.asked == 0, out)

    server = Server(always(reply(body=b"x" * (2 << 20))))
    out, err = get(server.url)
    check("security 38: 2 MB are not read", out.startswith("upstream"), out)
    check("and the log says why", "too large" in err, err)


def endless(request, conn):
    conn.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        conn.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")


def trickle(request, conn):
    conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    for _ in range(100):
        conn.sendall(b"x")
        time.sleep(0.1)


def failures():
    out, _ = get(Server(endless).url)
    check("a body without end is not read", out.startswith("upstream"), out)
    for sentence, answer in (
            ("silence", lambda request, conn: time.sleep(20)),
            ("a byte every 100 ms", trickle)):
        began = time.monotonic()
        out, _ = get(Server(answer).url, timeout_ms=700)
        took = time.monotonic() - began
        check(f"{sentence} ends at the time-out",
              out.startswith("timeout") and 0.6 < took < 3, (out, took))
    for sentence, answer in (
            ("an empty answer", always(b"")),
            ("what is not HTTP", always(b"SSH-2.0-x\r\n\r\n\r\n")),
            ("a body cut short", always(reply(body=b"x" * 50)[:-10]))):
        out, _ = get(Server(answer).url)
        check(f"{sentence} is a failure", out.startswith("upstream"), out)
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        out, _ = get(f"http://127.0.0.1:{s.getsockname()[1]}/")
    check("a closed port is a failure", out.startswith("upstream"), out)


def addresses():
    proxy = Server(always(reply(body=b"proxied")))
    server = Server(always(reply(body=b"straight")))
    out, _ = get(server.url, env={
        name: f"http://127.0.0.1:{proxy.port}"
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY",
                     "ALL_PROXY")})
    check("a proxy in the environment is not used",
          out.startswith("ok 200 8") and proxy.asked == 0, out)
    port = server.port
    for url in ("file:///etc/passwd", "ftp://localhost/x", "gopher://localhost",
                "http://example.com:PORT/", "http://", "https", "",
                "http://127.0.0.1@evil.example:PORT/",
                "https://me:secret@localhost:PORT/",
                "http://localhost.evil.example:PORT/",
                "http://127.0.0.1.evil.example:PORT/",
                "http://0.0.0.0:PORT/", "HTTP://localhost:PORT/",
                "http://localhost:PORT/a b",
                "http://localhost:PORT/\r\nX: y"):
        out, _ = get(url.replace("PORT", str(port)))
        check(f"{url!r} is no address that is asked",
              out.startswith("invalid"), out)
    check("none of them reached a server", server.asked == 1, server.requests)


def certificates(folder):
    """A CA, and certificates of it: name → context of a server with it."""
    def openssl(*args):
        subprocess.run(["openssl", *args], cwd=folder, check=True,
                       capture_output=True)

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem",
            "-subj", "/CN=test authority", "-days", "2",
            "-addext", "keyUsage=critical,keyCertSign")
    with open(os.path.join(folder, "ca.conf"), "w") as f:
        f.write("[ca]\ndefault_ca=c\n[c]\ndatabase=index\nserial=serial\n"
                "new_certs_dir=.\ndefault_md=sha256\npolicy=p\n"
                "copy_extensions=copy\nunique_subject=no\n"
                "[p]\ncommonName=supplied\n")
    open(os.path.join(folder, "index"), "w").close()
    with open(os.path.join(folder, "serial"), "w") as f:
        f.write("01\n")
    contexts = {}
    for name, host, dates in (
            ("good", "localhost", ("-days", "1")),
            ("other host", "other.example", ("-days", "1")),
            ("expired", "localhost", ("-startdate", "200101000000Z",
                                      "-enddate", "200102000000Z"))):
        openssl("req", *new, "-keyout", "k.pem", "-out", "r.pem", "-subj",
                f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}")
        openssl("ca", "-batch", "-config", "ca.conf", "-in", "r.pem", "-out",
                "c.pem", "-cert", "ca.pem", "-keyfile", "ca.key", "-notext",
                *dates)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(folder, "c.pem"),
                                os.path.join(folder, "k.pem"))
        contexts[name] = context
    return contexts


def trusting(folder):
    """What to run a command by so that it trusts the test authority; None
    where the machine does not let us mount."""
    before = ["unshare", "-rm", "sh", "-c",
              f'mount --bind {folder}/ca.pem {BUNDLE} && exec "$@"', "sh"]
    try:
        done = subprocess.run([*before, "cmp", f"{folder}/ca.pem", BUNDLE],
                              capture_output=True)
    except FileNotFoundError:
        return None
    return before if done.returncode == 0 else None


def at_once(listening, said):
    conn = listening.accept()[0]
    conn.sendall(said)
    conn.close()


def tls(folder):
    contexts = certificates(folder)
    secret = b'{"keys":[]}'
    unknown = Server(always(reply(body=secret)), contexts["good"])
    out, err = get(unknown.url)
    check("F6: a certificate of nobody we know is a failure",
          out.startswith("upstream") and unknown.asked == 0, out)
    check("F6: and logged as one of TLS", "SSL" in err, err)

    warnings.simplefilter("ignore")     # old versions are meant to be old
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.load_cert_chain(f"{folder}/c.pem", f"{folder}/k.pem")
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    out, err = get(Server(always(reply()), old).url)
    check("F6: TLS 1.1 is a failure", out.startswith("upstream") and
          "SSL" in err, (out, err))

    for sentence, said in (
            ("plain text where TLS should be", reply()),
            ("a connection closed in the handshake", b"")):
        listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=at_once, args=(listening, said),
                         daemon=True).start()
        out, _ = get(f"https://localhost:{listening.getsockname()[1]}/")
        check(f"F6: {sentence} is a failure", out.startswith("upstream"), out)

    before = trusting(folder)
    for name, want, sentence in (
            ("good", "ok 200", "a certificate of one we know is taken"),
            ("other host", "upstream", "F6: one of another host is a failure"),
            ("expired", "upstream", "F6: an expired one is a failure")):
        if before is None:
            print(f"ok {sentence} # skip: no mounts here")
            continue
        server = Server(always(reply(body=secret)), contexts[name])
        out, err = get(server.url, before=before)
        check(sentence, out.startswith(want) and
              server.asked == (name == "good"), (out, err))


X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwaaPJHURo"   # RFC 8037, A.2


def key_set(*kids):
    return json.dumps({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": X + "o",
                                 "kid": kid} for kid in kids]}).encode()


class Driven:
    """A process with an issuer; has(now, kid) asks it."""

    def __init__(self, url, folder):
        self.process = subprocess.Popen(
            [DRIVER, "keys", url, folder], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def has(self, now_s, kid):
        self.process.stdin.write(f"{int(now_s * 1000)} {kid}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def end(self):
        self.process.stdin.close()
        return self.process.wait()


def key_sets(folder):
    state = {"body": key_set("one"), "etag": '"1"', "status": None}

    def issuer(request, conn):
        if state["status"]:
            conn.sendall(reply(state["status"], b"down"))
        elif f'If-None-Match: {state["etag"]}\r\n'.encode() in request:
            conn.sendall(reply("304 Not Modified", b""))
        else:
            conn.sendall(reply(body=state["body"],
                               headers=[f'ETag: {state["etag"]}']))

    server = Server(issuer)
    now = time.time()
    first = Driven(server.url, folder)
    check("keys come from the address", first.has(now, "one") == "ok has")
    check("once", first.has(now + 200, "one") == "ok has" and
          server.asked == 1)
    check("later they are asked for by ETag",
          first.has(now + 301, "one") == "ok has" and server.asked == 2 and
          'If-None-Match: "1"' in server.requests[-1], server.requests)
    state.update(body=key_set("two"), etag='"2"')
    check("F33: rotation: an unknown kid brings the new set",
          first.has(now + 340, "two") == "ok has" and server.asked == 3)
    second = Driven(server.url, folder)
    check("another process has it from the file",
          second.has(now + 341, "two") == "ok has" and server.asked == 3)
    check("and knows that the old one went",
          second.has(now + 341, "one") == "ok lacks" and server.asked == 3)
    state.update(status="503 Service Unavailable")
    check("F33: while the issuer is down the old set stays",
          first.has(now + 3600, "two") == "ok has" and
          second.has(now + 3601, "two") == "ok has" and server.asked == 4)
    check("for a day, not longer",
          first.has(now + 340 + 86399, "two") == "ok has" and
          second.has(now + 340 + 86440, "two") == "busy lacks")
    state.update(status=None)
    check("and comes back with it",
          first.has(now + 340 + 86480, "two") == "ok has")
    check("both end well", first.end() == 0 and second.end() == 0)


def hanging(folder):
    server = Server(lambda request, conn: time.sleep(30))
    waiting = [Driven(server.url, folder) for _ in range(4)]
    said, began, now = [], time.monotonic(), time.time()

    def ask(one):
        said.append(one.has(now, "one"))

    threads = [threading.Thread(target=ask, args=(w,)) for w in waiting]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    took = time.monotonic() - began
    check("an issuer that hangs costs 5 s once, for all who wait",
          said == ["busy lacks"] * 4 and took < 7 and server.asked == 1,
          (said, took, server.asked))
    began = time.monotonic()
    check("and nothing for the rest of the cool-down",
          waiting[0].has(now + 20, "one") == "busy lacks" and
          time.monotonic() - began < 1 and server.asked == 1)
    for w in waiting:
        w.end()


def main():
    folder = tempfile.mkdtemp(prefix="stagedoor-net-")
    try:
        answers()
        failures()
        addresses()
        tls(folder)
        for part in (key_sets, hanging):
            cache = os.path.join(folder, part.__name__)
            os.mkdir(cache, 0o700)
            part(cache)
    finally:
        shutil.rmtree(folder)
    return failed


if __name__ == "__main__":
    sys.exit(main())
