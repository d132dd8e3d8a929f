"""Plays a provider's REST API and posts statuses, signed by the official library.

    provider.py PORT ACCOUNT TOKEN

Both shapes: Twilio's Messages call and Telnyx's. What is below /_ is for the test.
"""
import base64
import json
import sys
import threading
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from twilio.request_validator import RequestValidator

PORT, ACCOUNT, TOKEN = int(sys.argv[1]), sys.argv[2], sys.argv[3]
BASIC = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
VALIDATOR = RequestValidator(TOKEN)
STATE = {"mode": "up", "texts": [], "refused": 0, "media": [], "statuses": []}
LOCK = threading.Lock()


def segment(marker, body):
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


JPEG = (
    b"\xff\xd8"
    + segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\0\0 GPS 52.5 13.4 CamPhone 9")
    + segment(0xFE, b"CamPhone 9")
    + segment(0xDB, bytes(65))
    + segment(0xDA, b"\x01\x01\0\0\x3f\0")
    + b"the picture\xff\xd9"
)


def post_status(url, sid, to, status):
    fields = {"MessageSid": sid, "MessageStatus": status, "AccountSid": ACCOUNT, "To": to}
    request = urllib.request.Request(url, urllib.parse.urlencode(fields).encode())
    request.add_header("X-Twilio-Signature", VALIDATOR.compute_signature(url, fields))
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            said = answer.status
    except urllib.error.HTTPError as error:
        said = error.code
    with LOCK:
        STATE["statuses"].append([status, said])


def report(url, sid, to):
    for status in ("queued", "sent", "delivered"):
        post_status(url, sid, to, status)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json", **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        auth = self.headers.get("Authorization")
        if self.path == "/_state":
            with LOCK:
                return self.answer(200, STATE)
        with LOCK:
            STATE["media"].append([self.path, auth is not None])
        if self.path == "/media/1":
            if auth != BASIC:
                return self.answer(401, {})
            # The same place under another name: another host to whoever asks.
            return self.answer(302, b"", Location=f"http://localhost:{PORT}/cdn/1")
        if self.path == "/cdn/1":
            return self.answer(200, JPEG, "image/jpeg")
        self.answer(404, {})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/_mode":
            with LOCK:
                STATE["mode"] = json.loads(body)
            return self.answer(200, {})
        if self.path == "/_sign":
            ask = json.loads(body)
            return self.answer(200, VALIDATOR.compute_signature(ask["url"], ask["fields"]))
        telnyx = self.path == "/v2/messages"
        if self.headers.get("Authorization") != (f"Bearer {TOKEN}" if telnyx else BASIC):
            return self.answer(401, {"code": 20003})
        with LOCK:
            mode = STATE["mode"]
            if mode != "up":
                STATE["refused"] += 1
        if mode == "down":
            return self.answer(503, b"<html>down</html>", "text/html")
        if mode == "busy":
            return self.answer(429, {"code": 20429}, Retry_After="1")
        if mode == "opted_out":
            return self.answer(400, {"code": 21610, "message": "the recipient has opted out"})
        with LOCK:
            sid = f"SM{len(STATE['texts']):032x}"
            fields = json.loads(body) if telnyx else urllib.parse.parse_qs(body.decode())
            STATE["texts"].append(fields)
        if telnyx:
            return self.answer(200, {"data": {"id": sid}})
        if self.path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
            return self.answer(404, {"code": 20404})
        threading.Thread(target=report, args=(fields["StatusCallback"][0], sid, fields["To"][0])).start()
        self.answer(201, {"sid": sid, "status": "queued", "error_code": None})


ThreadingHTTPServer.allow_reuse_address = True
ThreadingHTTPServer(("0.0.0.0", PORT), Handler).serve_forever()
