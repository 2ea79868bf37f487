"""A payment system for tests, in a process of its own: takes signed batches, each number once."""

import json
import sys
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from standardwebhooks import Webhook, WebhookVerificationError

FOLDER, SECRET, OPTIONS = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
lost = []


class Batches(BaseHTTPRequestHandler):
    def do_POST(self):
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            Webhook(SECRET).verify(raw, {name.lower(): value for name, value in self.headers.items()})
        except WebhookVerificationError:
            return self.say(401, {"message": "signature"})
        batch = json.loads(raw)
        if not batch.get("batch"):
            return self.say(422, {"reasons": ["没有批次号"]})
        path = FOLDER / f"batch-{batch['batch']}.json"
        again = path.exists()
        if not again:
            path.write_text(raw.decode())
        if "--lose-first" in OPTIONS and not lost:
            lost.append(datetime.now(UTC))
            return self.say(504, {"message": "lost"})
        return self.say(409 if again else 200, {"number": f"PAY-{batch['batch']}"})

    def say(self, status, body):
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Batches)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
