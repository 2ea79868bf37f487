"""The department's side of protocol v1, and its small page where an officer clicks."""

import datetime as dt
import json
import socket
import time
from typing import Any

from flask import Flask, Response, abort, jsonify, redirect, render_template, request
from werkzeug.exceptions import HTTPException

from redemption.adapters.simulator.faults import SLOW, Faults
from redemption.adapters.simulator.store import Store
from redemption.dispatch.port.signing import SignatureRefused, SigningKey, verify
from redemption.kernel import clock

TOLERANCE = 300
STATES = {
    "received": "待受理",
    "correction_requested": "已要求补正",
    "resubmitted": "企业已补正",
    "accepted": "已受理",
    "refused": "不予受理",
    "approved": "已同意",
    "denied": "已拒绝",
    "paid": "已拨付",
    "withdrawn": "企业已撤回",
}
ACTIONS = {
    "accept": ("受理", ("received", "resubmitted")),
    "correct": ("要求补正", ("received", "resubmitted", "accepted")),
    "refuse": ("不予受理", ("received", "resubmitted")),
    "approve": ("同意兑现", ("accepted",)),
    "deny": ("不予兑现", ("accepted",)),
    "pay": ("确认拨付", ("approved",)),
    "return": ("登记退汇", ("approved",)),
}


def make_app(
    department: str, keys: tuple[SigningKey, ...], store: Store, faults: Faults, auto: bool
) -> Flask:
    """The whole department; `auto` accepts and approves every case by itself."""
    app = Flask(__name__, template_folder="templates")
    app.json.ensure_ascii = False  # type: ignore[attr-defined]

    def taken() -> Response | tuple[Response, int]:
        raw = request.get_data()
        if faults.delay:
            time.sleep(faults.delay)
        if faults.happens(faults.slow):
            time.sleep(SLOW)
        now = clock.now() + dt.timedelta(seconds=faults.skew)
        verify(keys, dict(request.headers), raw, now, TOLERANCE)
        if faults.happens(faults.errors):
            return jsonify({"message": "部门系统临时故障（模拟）"}), 500
        payload = json.loads(raw)
        key = request.headers.get("Idempotency-Key", "")
        if key != payload.get("key"):
            return jsonify({"reasons": ["Idempotency-Key 与内容中的 key 不一致"]}), 422
        try:
            number, is_new = store.take(key, payload)
        except KeyError:
            return jsonify({"message": "还没有收到这件的申报，请稍后再送"}), 425
        if is_new and auto and payload["kind"] != "withdrawal":
            _auto(store, payload, faults)
        if faults.happens(faults.lost):
            _hang_up()
        status = 202 if is_new and faults.happens(faults.later) else (200 if is_new else 409)
        return jsonify({"number": number, "message": "已收到"}), status

    app.add_url_rule("/referrals", "referrals", taken, methods=["POST"])
    app.add_url_rule(
        "/referrals/<number>/corrections", "corrections", lambda number: taken(), methods=["POST"]
    )
    app.add_url_rule("/referrals/<number>/withdrawal", "withdrawal", lambda number: taken(), methods=["POST"])

    @app.get("/")
    def page() -> str:
        return render_template(
            "cases.html", department=department, cases=store.cases(), states=STATES, actions=ACTIONS
        )

    @app.post("/cases/<referral>/<action>")
    def click(referral: str, action: str) -> Any:
        if action not in ACTIONS:
            abort(404)
        kind, data, state = _meant(action, request.form.get("note", "").strip())
        if request.form.get("amount") and action == "approve":
            data["amount"] = request.form["amount"]
        try:
            store.say(referral, kind, data, state, _now(faults))
        except KeyError:
            abort(404)
        return redirect("/", 303)

    @app.get("/cases.json")
    def listed() -> Response:
        return jsonify(store.cases(5000))

    @app.get("/counts.json")
    def counts() -> Response:
        return jsonify(store.counts())

    @app.get("/arrivals.json")
    def arrivals() -> Response:
        return jsonify(store.arrivals())

    @app.errorhandler(SignatureRefused)
    def refused(error: SignatureRefused) -> tuple[Response, int]:
        return jsonify({"message": error.message, "code": error.code}), 401

    @app.errorhandler(ValueError)
    def unreadable(error: ValueError) -> tuple[Response, int]:
        return jsonify({"reasons": ["请求内容不是有效的 JSON"]}), 422

    @app.errorhandler(HTTPException)
    def plain(error: HTTPException) -> tuple[Response, int]:
        return jsonify({"message": error.description}), error.code or 500

    return app


def _hang_up() -> None:
    """Break the connection, so that what is answered now arrives nowhere."""
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)


def _auto(store: Store, payload: dict[str, Any], faults: Faults) -> None:
    """Accept and approve, some only after a correction."""
    referral = payload["referral"]
    if payload["kind"] == "submission" and faults.happens(faults.corrections):
        kind, data, state = _meant("correct", "")
        store.say(referral, kind, data, state, _now(faults))
        return
    store.say(referral, "accepted", {}, "accepted", _now(faults))
    amount = payload["application"].get("amount_requested") or "1000.00"
    store.say(referral, "decided", {"result": "approve", "amount": amount}, "approved", _now(faults))


def _meant(action: str, note: str) -> tuple[str, dict[str, Any], str]:
    match action:
        case "accept":
            return "accepted", {}, "accepted"
        case "correct":
            entry = {"kind": "note", "key": "n1", "message": note or "请补充说明材料中的金额明细。"}
            return (
                "correction_requested",
                {"entries": [entry], "reason": "审核中发现需要补充。"},
                "correction_requested",
            )
        case "refuse":
            return "acceptance_refused", {"reason": note or "不属于本部门受理范围。"}, "refused"
        case "approve":
            return "decided", {"result": "approve", "reasons": note or "符合条件。"}, "approved"
        case "deny":
            return "decided", {"result": "deny", "reasons": note or "不符合申报条件。"}, "denied"
        case "return":
            return "payment", {"result": "returned", "reason": note or "账号户名不符。"}, "approved"
        case _:
            return "payment", {"result": "paid"}, "paid"


def _now(faults: Faults) -> str:
    return (clock.now() + dt.timedelta(seconds=faults.skew)).isoformat()
