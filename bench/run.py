#!/usr/bin/env python3
"""One run, one lighttpd, one machine: what our requests cost beside an empty FastCGI responder.

    bench/run.py                 ROUNDS=5 SECONDS=4 CONNS=32 PROCS=2 PORT=18780

Needs the values of quickstart.env in the environment (./quickstart runs), wrk and lighttpd. Contenders take turns,
another one first each round; CPU is utime + stime of the contender's own processes over its window, per 1,000
requests. Compare CPU: the load generator and the web server share the cores. Prints two Markdown tables; with --check
only one short round, and ok / not ok lines for the targets that hold on a noisy machine.
"""
import json, os, re, shutil, statistics, subprocess, sys, tempfile, time

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "tests", "live"))
from stack import Stack, finish, ok  # noqa: E402

check = "--check" in sys.argv
get = lambda name, default: int(os.environ.get(name, default))
rounds, seconds = get("ROUNDS", 3 if check else 5), get("SECONDS", 2 if check else 4)
conns, procs, port = get("CONNS", 32), get("PROCS", 2), get("PORT", 18780)
hz = os.sysconf("SC_CLK_TCK")


def cpu(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / hz


def cc(source, out, *flags):
    subprocess.run(["cc", "-O2", "-o", out, source, *flags], check=True)


def lighttpd(folder, sections):
    conf = f"{folder}/lighttpd.conf"
    with open(conf, "w") as f:
        f.write(f'server.document-root = "{folder}"\nserver.bind = "127.0.0.1"\nserver.port = {port}\n'
                f'server.errorlog = "{folder}/lighttpd.log"\nserver.max-keep-alive-requests = 100000000\n'
                'server.modules = ("mod_fastcgi", "mod_cgi", "mod_setenv")\n'
                f'setenv.add-environment = ("STAGEDOOR_CONF" => "{stack.conf_path}")\n' + sections)
    path = shutil.which("lighttpd", path=os.environ["PATH"] + ":/usr/sbin")
    process = subprocess.Popen([path, "-D", "-f", conf], stdin=subprocess.DEVNULL)
    time.sleep(0.5)
    if process.poll() is not None:
        sys.exit(open(f"{folder}/lighttpd.log").read())
    return process


def fcgi_section(pattern, sockets):
    hosts = ", ".join(f'("socket" => "{s}", "check-local" => "disable")' for s in sockets)
    return f'$HTTP["url"] =~ "{pattern}" {{ fastcgi.server = ("" => ({hosts})) }}\n'


def wrk(name, method, path, body, token):
    lua = f"{stack.dir}/{name}.lua"
    with open(lua, "w") as f:
        f.write(f'wrk.method = "{method}"\n')
        if body is not None:
            f.write(f"wrk.body = {json.dumps(json.dumps(body))}\nwrk.headers['Content-Type'] = 'application/json'\n")
        if token:
            f.write(f"wrk.headers['Authorization'] = 'Bearer {token}'\n")
    out = subprocess.run(["wrk", "-t2", f"-c{conns}", f"-d{seconds}s", "--latency", "-s", lua,
                          f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True).stdout
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    requests = int(re.search(r"(\d+) requests in", out).group(1))
    p99 = re.search(r"99%\s+(\S+)", out).group(1)
    return requests, float(re.search(r"Requests/sec:\s+(\S+)", out).group(1)), p99, int(bad.group(1)) if bad else 0


stack = Stack({"live": procs, "chat": procs, "account": 1}, public_url=f"http://127.0.0.1:{port}", live_max_open="0")
server, empties = None, []
try:
    token, _ = stack.user("bench")
    rooms = []
    for i in range(20):
        status, _, reply = stack.call("live", "POST", "/live/start", {"title": f"stream {i}"}, token)
        if status != 201:
            sys.exit(f"cannot start a stream: {status} {reply}")
        rooms.append(reply["stream"]["id"])
    cc(f"{here}/empty-fcgi.c", f"{stack.dir}/empty-fcgi", "-lfcgi", "-lpthread")
    sockets = []
    import socket as sk
    for i in range(procs):
        s = sk.socket(sk.AF_UNIX)
        sockets.append(f"{stack.dir}/empty-{i}.sock")
        s.bind(sockets[-1])
        s.listen(1024)
        empties.append(subprocess.Popen([f"{stack.dir}/empty-fcgi"], stdin=s))
        s.close()
    ours = lambda name: [stack.socket_path((name, i)) for i in range(procs)]
    os.makedirs(f"{stack.dir}/cgi-bin")
    cc(f"{here}/empty-cgi.c", f"{stack.dir}/cgi-bin/empty")
    shutil.copy(f"{stack.bin}/stagedoor.fcgi", f"{stack.dir}/cgi-bin/stagedoor")
    server = lighttpd(stack.dir, fcgi_section("^/empty", sockets) + fcgi_section("^/live(/|$)", ours("live")) +
                      fcgi_section("^/api/chat/", ours("chat")) + '$HTTP["url"] =~ "^/cgi-bin/" { cgi.assign = ("" => "") }\n')
    pids = {"live": [stack.pid("live", i) for i in range(procs)], "chat": [stack.pid("chat", i) for i in range(procs)],
            "empty": [p.pid for p in empties]}
    contenders = [
        ("empty FastCGI responder", "empty", ("GET", "/empty", None, None)),
        ("POST /live/token", "live", ("POST", "/live/token", {"roomName": rooms[0], "participantName": "b"}, token)),
        ("GET /live (20 rows)", "live", ("GET", "/live?limit=20", None, None)),
        ("POST chat", "chat", ("POST", f"/api/chat/{rooms[0]}/messages", {"text": "hello bench"}, token)),
    ]
    samples = {name: [] for name, _, _ in contenders}
    for r in range(rounds):
        for name, who, request in contenders[r % 4:] + contenders[:r % 4]:
            before, front = cpu(pids[who]), cpu([server.pid])
            requests, rate, p99, bad = wrk(who + str(len(name)), *request)
            samples[name].append((rate, (cpu(pids[who]) - before) * 1000 / requests,
                                  (cpu([server.pid]) - front) * 1000 / requests, p99, bad))
            print(f"round {r + 1} {name}: {rate:.0f}/s", file=sys.stderr)
    floor = statistics.median(s[0] for s in samples[contenders[0][0]])
    print(f"\n{rounds} rounds of {seconds} s, {conns} connections, {procs} processes each, lighttpd with one worker\n")
    print("| request | requests/s, median (min–max) | of empty | program CPU s/1000 | lighttpd CPU s/1000 | p99 | errors |")
    print("|---|---|---|---|---|---|---|")
    ratio = {}
    for name, _, _ in contenders:
        s = samples[name]
        rate = statistics.median(x[0] for x in s)
        ratio[name] = rate / floor
        print(f"| {name} | {rate:.0f} ({min(x[0] for x in s):.0f}–{max(x[0] for x in s):.0f}) | {rate / floor:.2f} | "
              f"{statistics.median(x[1] for x in s):.3f} | {statistics.median(x[2] for x in s):.3f} | {s[-1][3]} | "
              f"{sum(x[4] for x in s)} |")
    # plain CGI: wall and CPU of one start, interleaved
    cgi = {"empty C program": [], "stagedoor (GET /live/{id})": []}
    env = {**stack.env, "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET", "REQUEST_URI": f"/live/{rooms[0]}",
           "SCRIPT_NAME": "", "PATH_INFO": f"/live/{rooms[0]}", "REMOTE_ADDR": "127.0.0.1", "SERVER_PROTOCOL": "HTTP/1.1"}
    for i in range(40 if check else 300):
        for name, program in (("empty C program", "empty"), ("stagedoor (GET /live/{id})", "stagedoor")):
            t = time.perf_counter()
            out = subprocess.run([f"{stack.dir}/cgi-bin/{program}"], env=env, stdin=subprocess.DEVNULL, capture_output=True)
            cgi[name].append((time.perf_counter() - t) * 1000)
            if b"Status: 200" not in out.stdout:
                sys.exit(f"plain CGI: {out.stdout[:300]} {out.stderr[:300]}")
    print("\n| plain CGI | wall ms, median | p99 |\n|---|---|---|")
    for name, times in cgi.items():
        times.sort()
        print(f"| {name} | {statistics.median(times):.2f} | {times[int(len(times) * .99)]:.2f} |")
    if check:
        ok(all(x[4] == 0 for s in samples.values() for x in s), "every benchmark request is answered 2xx")
        ok(ratio["POST /live/token"] >= 0.4, "POST /live/token is within sight of an empty responder",
           f"{ratio['POST /live/token']:.2f}")
        extra = statistics.median(cgi["stagedoor (GET /live/{id})"]) - statistics.median(cgi["empty C program"])
        ok(extra <= 8, f"plain CGI costs {extra:.1f} ms more than an empty program")
    for room in rooms:
        stack.call("live", "POST", "/live/end", {"roomName": room}, token)
finally:
    if server:
        server.terminate()
        server.wait()
    for p in empties:
        p.kill()
    stack.stop()
if check:
    finish()
