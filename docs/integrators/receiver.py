"""60 行的收件端：验签、按幂等键立案一次、签名回传事件。运行：python receiver.py 8700 whsec_…"""

import base64
import hashlib
import hmac
import json
import sqlite3
import sys
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, SECRET = int(sys.argv[1]), base64.b64decode(sys.argv[2].removeprefix("whsec_"))
DB = sqlite3.connect("cases.sqlite", check_same_thread=False, isolation_level=None)
DB.execute("CREATE TABLE IF NOT EXISTS parcels (key TEXT PRIMARY KEY, body TEXT)")


def sign(message_id: str, stamp: str, body: bytes) -> str:
    digest = hmac.new(SECRET, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def genuine(headers, body: bytes) -> bool:
    message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > 300:
        return False
    expected = sign(message_id, stamp, body).encode()
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(expected, seal.encode()) for seal in given)


def report(callback: str, event: dict) -> int:
    body, stamp = json.dumps(event, ensure_ascii=False).encode(), str(int(time.time()))
    headers = {"webhook-id": event["id"], "webhook-timestamp": stamp, "content-type": "application/json"}
    headers["webhook-signature"] = sign(event["id"], stamp, body)
    with urllib.request.urlopen(urllib.request.Request(callback, body, headers), timeout=10) as answer:
        return answer.status


class Department(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.answer(200, {"message": "在线"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not genuine(self.headers, body):
            return self.answer(401, {"message": "签名不符"})
        parcel = json.loads(body)
        new = DB.execute("INSERT OR IGNORE INTO parcels VALUES (?, ?)", (parcel["key"], body)).rowcount
        self.answer(200 if new else 409, {"number": "BM-" + parcel["referral"]})

    def answer(self, status: int, content: dict) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(content, ensure_ascii=False).encode())


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", PORT), Department).serve_forever()
