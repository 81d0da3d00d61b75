"""An encoder: a process of its own that publishes a made-up picture and a tone by WHIP, as OBS does.

Publisher(url, key) starts it; its messages are dictionaries: "answered" (the reply to the offer), "connected", then
one for each request told to it. Needs aiortc (requirements.txt).
"""
import asyncio, fractions, json, math, os, queue, subprocess, sys, threading, time, urllib.error, urllib.request


def request(method, url, key, body=None, **headers):
    """(status, headers, text); the key goes in a header, never in an address."""
    headers = {k.replace("_", "-"): v for k, v in headers.items()}
    call = urllib.request.Request(url, body, {**({"Authorization": "Bearer " + key} if key else {}), **headers},
                                  method=method)
    try:
        reply = urllib.request.build_opener(urllib.request.ProxyHandler({})).open(call, timeout=20)
    except urllib.error.HTTPError as e:
        reply = e
    with reply:
        return reply.status, dict(reply.headers.items()), reply.read().decode("utf-8", "replace")


class Publisher:
    def __init__(self, url, key):
        # The kernel ends it should the suite be killed.
        self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", sys.executable, os.path.abspath(__file__)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.messages = queue.Queue()
        threading.Thread(target=self.listen, daemon=True).start()
        self.tell(url=url, key=key)

    def listen(self):
        for line in self.process.stdout:
            self.messages.put(json.loads(line))
        self.messages.put({})

    def tell(self, **words):
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()

    def hear(self, seconds=20):
        try:
            return self.messages.get(timeout=seconds)
        except queue.Empty:
            return {}

    def kill(self):
        self.process.kill()
        self.process.wait()


def run():
    import aioice.ice, aiortc, av
    # Loopback only, which aioice leaves out and our LiveKit is on.
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]

    class Picture(aiortc.VideoStreamTrack):
        async def recv(self):
            pts, base = await self.next_timestamp()
            frame = av.VideoFrame(320, 180, "yuv420p")
            for i, plane in enumerate(frame.planes):
                plane.update(bytes([(pts // 3000 * 4 + 60 * i) % 256]) * plane.buffer_size)
            frame.pts, frame.time_base = pts, base
            return frame

    class Tone(aiortc.MediaStreamTrack):
        kind, rate, samples = "audio", 48000, 960
        pts, start = 0, None

        async def recv(self):
            self.start = self.start or time.time()
            await asyncio.sleep(max(0, self.start + self.pts / self.rate - time.time()))
            frame = av.AudioFrame("s16", "mono", self.samples)
            wave = (int(8000 * math.sin((self.pts + i) * 440 * 2 * math.pi / self.rate)) for i in range(self.samples))
            frame.planes[0].update(b"".join(v.to_bytes(2, sys.byteorder, signed=True) for v in wave))
            frame.sample_rate, frame.pts, frame.time_base = self.rate, self.pts, fractions.Fraction(1, self.rate)
            self.pts += self.samples
            return frame

    def say(what, **words):
        print(json.dumps({"what": what, **words}), flush=True)

    async def publish(url, key):
        pc = aiortc.RTCPeerConnection(aiortc.RTCConfiguration(iceServers=[]))
        pc.addTransceiver(Tone(), direction="sendonly")
        pc.addTransceiver(Picture(), direction="sendonly")

        @pc.on("connectionstatechange")
        def changed():
            say(pc.connectionState)

        await pc.setLocalDescription(await pc.createOffer())
        begun = time.monotonic()
        status, headers, text = await asyncio.to_thread(request, "POST", url, key, pc.localDescription.sdp.encode(),
                                                        Content_Type="application/sdp")
        if status == 201:
            await pc.setRemoteDescription(aiortc.RTCSessionDescription(text, "answer"))
        say("answered", status=status, headers=headers, text=text, seconds=time.monotonic() - begun,
            sdp=pc.localDescription.sdp)
        while line := await asyncio.to_thread(sys.stdin.readline):
            words = json.loads(line)
            status, headers, text = await asyncio.to_thread(request, words["method"], words["url"], key)
            say("done", status=status, headers=headers, text=text)
            if words["method"] == "DELETE":
                await pc.close()
        await pc.close()

    asyncio.run(publish(**json.loads(sys.stdin.readline())))


if __name__ == "__main__":
    run()
