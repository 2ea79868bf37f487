"""The signature vectors that departments test against: `python -m docs.integrators.vectors` writes `vectors.json`.

Each is an event as the handbook shows it, signed at the moment at which it happened, under both schemes.
"""

import datetime as dt
import json
from pathlib import Path
from typing import Any

from redemption.dispatch.port.signing import SigningKey, signed_headers

OUT = Path(__file__).with_name("vectors.json")
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
SCHEMES = (("v1", "HMAC-SHA256"), ("v1sm3", "HMAC-SM3"))
REFERRAL = "ZB-261120-000001-63"
EVENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "英文内容",
        {
            "id": "evt-1001",
            "referral": REFERRAL,
            "sequence": 1,
            "type": "accepted",
            "occurred_at": "2026-11-20T09:02:03+08:00",
            "data": {"number": "BM-2026-0001"},
        },
    ),
    (
        "中文内容",
        {
            "id": "evt-1002",
            "referral": REFERRAL,
            "sequence": 2,
            "type": "decided",
            "occurred_at": "2026-11-24T10:00:00+08:00",
            "data": {"result": "approve", "amount": "200000.00", "reasons": "符合条件"},
        },
    ),
)


def vectors() -> list[dict[str, Any]]:
    """Every event under every scheme, as `signed_headers` signs it."""
    return [
        _vector(scheme, f"{title}，{words}", event) for scheme, title in SCHEMES for words, event in EVENTS
    ]


def _vector(scheme: str, name: str, event: dict[str, Any]) -> dict[str, Any]:
    at = dt.datetime.fromisoformat(event["occurred_at"])
    body = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    headers = signed_headers([SigningKey("vector", scheme, SECRET)], event["id"], at, body.encode())
    return {
        "name": name,
        "scheme": scheme,
        "secret": SECRET,
        "id": headers["webhook-id"],
        "timestamp": int(headers["webhook-timestamp"]),
        "body": body,
        "signature": headers["webhook-signature"],
    }


def text() -> str:
    """The file as it stands in the repository."""
    return json.dumps(vectors(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    OUT.write_text(text(), "utf-8")
