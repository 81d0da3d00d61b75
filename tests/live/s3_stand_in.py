"""Storage that deletes objects for who signs in the way of AWS (Signature Version 4), checked here from its description,
with nothing of curl: canonical request, string to sign, signing key.
"""
import datetime, hashlib, hmac, http.server, threading, urllib.parse


def hashed(data):
    return hashlib.sha256(data).hexdigest()


def keyed(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def encoded(path):
    """Each segment once, nothing but unreserved characters left as it is."""
    return "/".join(urllib.parse.quote(urllib.parse.unquote(part), safe="-._~") for part in path.split("/"))


def why_not(handler, body, access_key, secret, region):
    """What is wrong with the signature of a request; "" where nothing is."""
    scheme, _, rest = handler.headers.get("Authorization", "").partition(" ")
    if scheme != "AWS4-HMAC-SHA256":
        return f"no signature but {scheme!r}"
    parts = dict(p.strip().split("=", 1) for p in rest.split(","))
    key, date, *scope = parts["Credential"].split("/")
    if key != access_key or scope != [region, "s3", "aws4_request"]:
        return f"credential {parts['Credential']}"
    when = handler.headers.get("x-amz-date", "")
    at = datetime.datetime.strptime(when, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    if when[:8] != date or abs((datetime.datetime.now(datetime.timezone.utc) - at).total_seconds()) > 300:
        return f"date {when}"
    if handler.headers.get("x-amz-content-sha256") != hashed(body):
        return f"x-amz-content-sha256 {handler.headers.get('x-amz-content-sha256')}"
    signed = parts["SignedHeaders"].split(";")
    if signed != sorted(signed) or not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(signed):
        return f"signed headers {signed}"
    path, _, query = handler.path.partition("?")
    if path != encoded(path):
        return f"path {path}, not {encoded(path)}"
    lines = "".join(f"{name}:{' '.join(handler.headers[name].split())}\n" for name in signed)
    request = "\n".join([handler.command, path, query, lines, ";".join(signed), hashed(body)])
    text = "\n".join([scheme, when, "/".join([date, *scope]), hashed(request.encode())])
    secret = keyed(keyed(keyed(keyed(("AWS4" + secret).encode(), date), region), "s3"), "aws4_request")
    return "" if hmac.compare_digest(keyed(secret, text).hex(), parts["Signature"]) else "signature"


class Storage:
    def __init__(self, access_key, secret, region="us-east-1"):
        self.objects, self.refused, self.status = set(), [], None    # status: what every DELETE is answered with
        self.buckets = None                                         # those that there are; None: any
        storage = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_DELETE(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                why = why_not(self, body, access_key, secret, region)
                name = urllib.parse.unquote(self.path)
                status = 403 if why else storage.status or (204 if name in storage.objects else 404)
                if why:
                    storage.refused.append(why)
                if status == 204:
                    storage.objects.discard(name)
                text = b""
                if not why and storage.buckets is not None and name.split("/")[1] not in storage.buckets:
                    status, text = 404, b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchBucket</Code></Error>'
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
