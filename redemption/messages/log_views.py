"""/admin/messages: the log of what left the house by e-mail and SMS. What a message says and about which case stays with
those it was for: an administrator sees its kind, to whom in part, when, how often it was tried, and what came of it."""

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response as Answer

from redemption.messages import queries
from redemption.messages.models import Delivery
from redemption.messages.rules import DELIVERY_STATE_NAMES, DeliveryState, built_in
from redemption.web.access import allow
from redemption.web.pages import render
from redemption.web.paging import cursor_argument, page
from redemption.web.session import db

blueprint = Blueprint("messages-log", __name__)
CHANNELS = {"email": "邮件", "sms": "短信"}


@blueprint.get("/admin/messages")
@allow("administrator")
def log() -> Answer:
    state = request.args.get("state", "")
    state = state if state in set(DeliveryState) else ""
    rows, following = page(db(), queries.sent_out(state), Delivery.id, limit=50, cursor=cursor_argument())
    kinds = queries.templates_of(db(), [row.message_id for row in rows])
    known = built_in()
    counts = queries.delivery_counts(db())
    return render(
        "messages/log.html",
        rows=[_line(row, kinds, known) for row in rows],
        tabs=[("全部", "/admin/messages", sum(counts.values()))]
        + [
            (word, f"/admin/messages?state={code}", counts.get(code, 0))
            for code, word in DELIVERY_STATE_NAMES.items()
        ],
        current=f"/admin/messages?state={state}" if state else "/admin/messages",
        next_cursor=following,
        state=state,
    )


def _line(row: Delivery, kinds: dict[int, tuple[str, Any]], known: Any) -> dict[str, Any]:
    code, created = kinds[row.message_id]
    return {
        "id": row.id,
        "created_at": created,
        "what": known[code].subject.split("：")[0] if code in known else code,
        "channel": CHANNELS.get(row.channel, row.channel),
        "to": masked(row.address),
        "state": row.state,
        "attempts": row.attempts,
        "sent_at": row.sent_at,
        "next_at": row.next_at if row.state == DeliveryState.WAITING else None,
        "error": row.error,
    }


def masked(address: str) -> str:
    """Enough of an address to recognise it, not enough to use it: 13******01, l***@example.org."""
    name, at, place = address.partition("@")
    if at:
        return f"{name[:1]}***@{place}"
    return f"{address[:3]}****{address[-2:]}" if len(address) > 6 else "****"
