#!/usr/bin/env python3
"""The FastCGI wire on its raw socket: what no web server would ever send."""
import os
import random
import signal
import socket
import stat
import time

from fcgi import (ABORT, BEGIN, DATA, END, GET_VALUES, PARAMS, STDIN, Reply,
                  Site, begin, check, drain, environment, finish, head, length,
                  pair, record)

REGISTER = "/api/auth/register"
ACCOUNT = b'{"username":"ada_l","password":"correct horse battery"}'


def requests(site):
    reply = site.ask("GET", "/healthz")
    check("a request is answered and ended",
          reply.status == 200 and reply.ended, reply)
    check("the socket has mode 0660",
          stat.S_IMODE(os.stat(site.socket).st_mode) == 0o660)
    reply = site.ask("POST", "/api/auth/login", b'{"username":1}')
    check("a body arrives", reply.code == "invalid_type", reply)
    raw = head(environment("POST", "/api/auth/login", b"{}",
                           CONTENT_LENGTH="17"))
    for byte in b'{"username":null}':
        raw += record(STDIN, bytes([byte]), padding=3)
    reply = site.send(raw + record(STDIN))
    check("a body in many small records arrives whole",
          reply.code == "missing_field", reply)
    env = environment("GET", "/healthz", HTTP_X_LONG="x" * 20000)
    reply = site.send(head(env) + record(STDIN))
    check("long headers arrive", reply.status == 200, reply)
    with site.connect() as s:
        for byte in head(environment("GET", "/healthz")) + record(STDIN):
            s.sendall(bytes([byte]))
            time.sleep(0.001)
        reply = Reply(drain(s))
    check("a request that comes byte by byte is answered",
          reply.status == 200, reply)


def bodies(site):
    env = environment("POST", REGISTER, ACCOUNT, CONTENT_LENGTH="500")
    reply = site.send(head(env) + record(STDIN, ACCOUNT) + record(STDIN))
    check("F31: a body cut short is refused", (reply.status, reply.code) ==
          (400, "short_body"), reply)
    with site.connect() as s:
        s.sendall(head(env) + record(STDIN, ACCOUNT))
        s.shutdown(socket.SHUT_WR)
        reply = Reply(drain(s))
    check("F31: a connection that ends in its body is refused",
          reply.code == "short_body", reply)
    with site.connect() as s:
        s.sendall(head(env) + record(STDIN, ACCOUNT)[:30])
    check("F31: nothing of it was kept", site.alive() and site.count() == 0)
    for value in ("abc", "-1", "1e3", "18446744073709551616x"):
        reply = site.ask("POST", REGISTER, ACCOUNT, CONTENT_LENGTH=value)
        check("security 18: Content-Length %s is refused" % value,
              reply.code == "invalid_content_length", reply)
    for value in ("65537", "2147483648", "9223372036854775808"):
        with site.connect() as s:
            # Nothing of the body is sent: the answer must not wait for it.
            s.sendall(head(environment("POST", REGISTER, ACCOUNT,
                                       CONTENT_LENGTH=value)))
            s.settimeout(10)
            try:
                reply = Reply(drain(s))
            except TimeoutError:
                reply = Reply(b"")
        check("security 19: Content-Length %s is refused unread" % value,
              reply.status == 413, reply)
    reply = site.ask("POST", REGISTER, ACCOUNT, CONTENT_LENGTH="")
    check("no Content-Length is no body", reply.code == "json_syntax", reply)
    check("none of these made an account", site.count() == 0)
    reply = site.ask("POST", REGISTER, ACCOUNT)
    check("and then the right one does", reply.status == 201 and
          site.count() == 1, reply)


def crafted():
    """F34: name and bytes of connections that hold no usable request."""
    good = pair("REQUEST_METHOD", "GET")
    huge = length(0x7ffffffe, True)
    env = environment("GET", "/healthz")
    yield "nothing at all", b""
    yield "half a header", begin()[:5]
    yield "another version", begin().replace(b"\1\1", b"\7\1", 1)
    yield "a record of unknown type", record(77, b"x" * 40)
    yield "parameters before the beginning", record(PARAMS, good)
    yield "a body before the beginning", record(STDIN, b"{}")
    yield "an abort before the beginning", record(ABORT)
    yield "an abort among the parameters", begin() + record(ABORT)
    yield "an end from the wrong side", begin() + record(END, b"\0" * 8)
    yield "two beginnings", begin() + begin()
    yield "request id 0", begin(rid=0) + record(PARAMS, good, 0)
    yield "parameters of another request", begin() + record(PARAMS, good, 2)
    yield "the role of an authorizer", head(env).replace(
        b"\0\1\0\0\0\0\0\0", b"\0\2\0\0\0\0\0\0", 1)
    yield "a beginning without content", record(BEGIN)
    yield "a beginning that is too long", record(BEGIN, b"\0\1" + b"\0" * 30)
    yield "data instead of parameters", begin() + record(DATA, good)
    yield "name and value of 0x7ffffffe bytes", (
        begin() + record(PARAMS, huge + huge + b"x" * 40) + record(PARAMS))
    yield "a name of 0x7fffffff bytes", (
        begin() + record(PARAMS, length(0x7fffffff, True) + b"\0x") +
        record(PARAMS))
    yield "a value of 0x7fffffff bytes", (
        begin() + record(PARAMS, b"\1" + length(0x7fffffff, True) + b"x") +
        record(PARAMS))
    yield "a value of 200 MB that never comes", (
        begin() + record(PARAMS, b"\1" + length(200 << 20, True) + b"x") +
        record(PARAMS))
    yield "a length cut in two", begin() + record(PARAMS, b"\x80\0") + \
        record(PARAMS)
    yield "a pair cut in two", begin() + record(PARAMS, good[:-1]) + \
        record(PARAMS)
    yield "parameters that never end", begin() + record(PARAMS, good)
    yield "100 KB of parameters", begin() + record(
        PARAMS, pair("X", "y" * 50000)) * 2 + record(PARAMS)
    yield "management with lying lengths", record(
        GET_VALUES, huge + huge + b"x" * 8, 0)
    yield "random bytes", random.Random(7).randbytes(5000)
    yield "a record that says 65535", begin() + record(PARAMS, b"", length=65535)


def records(site, worker):
    for name, raw in crafted():
        with site.connect() as s:
            try:
                s.sendall(raw)
                s.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                pass
            reply = Reply(drain(s))
        check("F34: %s: no reply, and the same worker goes on" % name,
              reply.status == 0 and site.alive() and worker.poll() is None,
              reply)
    survived = True
    dice = random.Random(11)
    whole = head(environment("POST", "/api/auth/login", b"{}")) + \
        record(STDIN, b"{}")
    for _ in range(300):
        raw = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        with site.connect() as s:
            try:
                s.sendall(bytes(raw[:dice.randint(8, len(raw))]))
                s.shutdown(socket.SHUT_WR)
                drain(s)
            except OSError:
                pass
        survived = survived and worker.poll() is None
    check("F34: 300 requests with bytes changed: the same worker goes on",
          survived and site.alive())


def keeping(site):
    with site.connect() as first:
        first.sendall(head(environment("GET", "/healthz"), flags=1) +
                      record(STDIN))
        reply = Reply(drain(first))
        check("a connection that asks to be kept is closed after its reply",
              reply.status == 200 and reply.ended, reply)
    with site.connect() as s:
        s.sendall(head(environment("GET", "/metrics")) + record(STDIN))
    check("F36: who leaves before the reply ends nothing (SIGPIPE)",
          site.alive())


def peak_kb(pid):
    with open("/proc/%d/status" % pid) as f:
        return int(f.read().split("VmRSS:")[1].split()[0])


def giant(site, worker):
    site.alive()
    before = peak_kb(worker.pid)
    with site.connect() as s:
        s.sendall(head(environment("POST", REGISTER, ACCOUNT,
                                   CONTENT_LENGTH=str(1 << 30))))
        sent = 0
        try:
            while sent < 200 << 20:
                sent += s.send(record(STDIN, b"x" * 65535))
        except OSError:
            pass
        try:
            drain(s)
        except OSError:
            pass
    check("F29: a giant body is cut off early", sent < 64 << 20, sent)
    check("F29: and memory stays flat", site.alive() and
          peak_kb(worker.pid) - before < 8192, peak_kb(worker.pid) - before)


def signals(site):
    for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
        worker = site.start()
        t = time.monotonic()
        status = site.stop(worker, sig)
        check("F36: %s when idle: exit status 0, at once" % sig.name,
              status == 0 and time.monotonic() - t < 5, status)
    worker = site.start()
    body = b'{"username":"during","password":"correct horse battery"}'
    with site.connect() as s:
        s.sendall(head(environment("POST", REGISTER, body)) +
                  record(STDIN, body[:10]))
        time.sleep(0.3)
        worker.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        s.sendall(record(STDIN, body[10:]) + record(STDIN))
        reply = Reply(drain(s))
    check("F36: SIGTERM in the middle of a request: it is answered whole",
          reply.status == 201 and reply.ended, reply)
    check("F36: and then the worker ends with 0", worker.wait(30) == 0)


def sockets(site):
    worker = site.start()
    second = site.start(wait=False)
    check("a live socket is not taken over", second.wait(30) == 1 and
          site.alive() and worker.poll() is None)
    worker.kill()
    worker.wait()
    worker = site.start()
    check("a stale socket is", site.alive())
    site.stop(worker)
    os.unlink(site.socket)
    with open(site.socket, "w") as f:
        f.write("precious")
    check("another kind of file is not", site.start(wait=False).wait(30) == 1
          and open(site.socket).read() == "precious")
    os.unlink(site.socket)

    with socket.socket(socket.AF_UNIX) as s:
        s.bind(site.socket)
        s.listen(8)
        workers = [site.start(stdin=s, by_socket=False) for _ in range(2)]
        check("a spawner's socket on descriptor 0 is served", site.alive())
        check("SIGTERM to one of two workers leaves the other",
              site.stop(workers[0]) == 0 and site.alive() and
              site.stop(workers[1]) == 0)
    with socket.socket() as s:
        s.bind(("0.0.0.0", 0))
        s.listen(1)
        check("a socket that the network can reach is refused",
              site.start(stdin=s, wait=False, by_socket=False).wait(30) == 1)


def main():
    site = Site()
    try:
        worker = site.start()
        requests(site)
        bodies(site)
        records(site, worker)
        keeping(site)
        giant(site, worker)
        check("one worker did all of this", worker.poll() is None)
        site.stop(worker)
        signals(site)
        sockets(site)
        check("security 35: no secret reached the log",
              "correct horse" not in site.log_text() and
              "eyJ" not in site.log_text())
        check("no sanitizer had anything to say",
              "Sanitizer" not in site.log_text() and
              "runtime error" not in site.log_text(), site.log_text()[-3000:])
    finally:
        site.close()
    finish()


main()
