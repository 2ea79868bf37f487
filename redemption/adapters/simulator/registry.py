"""A demonstration registry: enterprise registration, qualifications, tax and social security in one process.

It answers signed questions, writes each one into its own log, and makes up the facts of enterprises it was not given.
"""

import argparse
import hashlib
import json
import logging
import os
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.serving import make_server

from redemption.adapters.simulator.faults import Faults
from redemption.dispatch.port.signing import SCHEMES, SignatureRefused, SigningKey, verify
from redemption.kernel import clock

SECRET = "REDEMPTION_REGISTRY_SECRET"  # noqa: S105 - the name of a variable
SUBJECTS = {
    "registration": "企业登记信息",
    "qualifications": "资质认定",
    "tax": "纳税信用和缴税情况",
    "social_security": "社会保险参保情况",
}
TOLERANCE = 300
KEPT = 500

Facts = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""USCC → subject → facts."""


def make_app(keys: tuple[SigningKey, ...], known: Facts, faults: Faults, *, invent: bool = True) -> Flask:
    """The registry. `invent`: make up facts for an enterprise it was not given, the same ones each time."""
    app = Flask(__name__, template_folder="templates")
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    asked: list[dict[str, Any]] = []

    @app.post("/lookups")
    def look_up() -> tuple[Response, int]:
        raw = request.get_data()
        if faults.delay:
            time.sleep(faults.delay)
        verify(keys, dict(request.headers), raw, clock.now(), TOLERANCE)
        if faults.happens(faults.errors):
            return jsonify({"message": "临时故障（模拟）"}), 500
        question = json.loads(raw)
        subject, uscc = str(question.get("subject", "")), str(question.get("uscc", ""))
        if subject not in SUBJECTS or not uscc:
            return jsonify({"message": "请写明 subject 和 uscc"}), 422
        asked.append({**question, "at": clock.now().isoformat()})
        del asked[:-KEPT]
        facts = known.get(uscc, {}).get(subject) or (_invented(uscc, subject) if invent else None)
        if facts is None:
            return jsonify({"found": False}), 200
        return jsonify({"found": True, "as_of": clock.today().isoformat(), "facts": facts}), 200

    @app.get("/")
    def page() -> str:
        return render_template("registry.html", asked=list(reversed(asked)), subjects=SUBJECTS)

    @app.get("/asked.json")
    def log() -> Response:
        return jsonify(asked)

    @app.errorhandler(SignatureRefused)
    def refused(error: SignatureRefused) -> tuple[Response, int]:
        return jsonify({"message": error.message, "code": error.code}), 401

    @app.errorhandler(ValueError)
    def unreadable(error: ValueError) -> tuple[Response, int]:
        return jsonify({"message": "请求内容不是有效的 JSON"}), 422

    return app


def _invented(uscc: str, subject: str) -> dict[str, Any] | None:
    """Plausible facts that depend on the code alone."""
    roll = hashlib.sha256(f"{uscc}.{subject}".encode()).digest()
    match subject:
        case "registration":
            return {"credit_status": "good", "legal_form": "company"}
        case "tax":
            return {"tax_credit": "ABM"[roll[0] % 3], "tax_arrears": False}
        case "social_security":
            return {"insured_staff": 8 + roll[0] % 120, "social_insurance": True}
    return None


def serve(
    port: int, secret: str, known: Facts | None = None, faults: Faults | None = None, *, scheme: str = "v1"
) -> None:
    """Run the registry on 127.0.0.1 until SIGTERM or SIGINT."""
    keys = (SigningKey("registry", scheme, secret),)
    server = make_server("127.0.0.1", port, make_app(keys, known or {}, faults or Faults()), threaded=True)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)

    def stop(*_: object) -> None:
        threading.Thread(target=server.shutdown).start()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
    print(f"演示数据共享系统：http://127.0.0.1:{server.server_port}/", flush=True)
    try:
        server.serve_forever(poll_interval=0.1)
    finally:
        server.server_close()


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; the secret comes from the environment, never from the arguments."""
    parser = argparse.ArgumentParser(prog="redemption registry simulate", description=__doc__)
    parser.add_argument("--port", type=int, default=8690)
    parser.add_argument("--facts", type=Path, help="JSON：信用代码 → 类别 → 内容")
    parser.add_argument("--scheme", choices=SCHEMES, default="v1")
    parser.add_argument("--delay", type=float, default=0.0, help="每次答复前等待的秒数")
    parser.add_argument("--errors", type=float, default=0.0, help="答复 500 的比例（0 至 1）")
    given = parser.parse_args(arguments)
    secret = os.environ.get(SECRET, "")
    if not secret:
        parser.error(f"请用环境变量 {SECRET} 提供签名密钥（whsec_…）")
    known = json.loads(given.facts.read_text("utf-8")) if given.facts else {}
    serve(given.port, secret, known, Faults(delay=given.delay, errors=given.errors), scheme=given.scheme)


if __name__ == "__main__":
    main()
