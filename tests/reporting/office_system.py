"""An office's own system as a process of its own: checks signatures, fails as often as it was told, keeps reports once.

python -m tests.reporting.office_system PORT SECRET FAILURES KEPT_FILE
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from standardwebhooks import Webhook, WebhookVerificationError


def serve(port: int, secret: str, failures: int, kept: Path) -> None:
    """Listen until the process is ended; every request becomes a line of `kept`."""
    numbers: dict[str, str] = {}
    left = [failures]

    class Desk(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(404, {})

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            key = self.headers["idempotency-key"]
            try:
                Webhook(secret).verify(raw, {name.lower(): value for name, value in self.headers.items()})
            except WebhookVerificationError:
                return self._answer(401, {})
            if left[0] > 0:
                left[0] -= 1
                self._keep(key, 503, raw)
                return self._answer(503, {"message": "maintenance"})
            number = numbers.setdefault(key, f"GK-{len(numbers) + 1}")
            self._keep(key, 200, raw)
            return self._answer(200, {"number": number})

        def _keep(self, key: str, status: int, raw: bytes) -> None:
            with kept.open("a") as file:
                file.write(json.dumps({"key": key, "status": status, "body": json.loads(raw)}) + "\n")

        def _answer(self, status: int, body: dict[str, str]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    ThreadingHTTPServer(("127.0.0.1", port), Desk).serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
