"""Messages of the acting person and of the place they act for."""

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as Answer

from redemption.messages import queries, service
from redemption.messages.models import Message
from redemption.web.access import actor, allow
from redemption.web.pages import render
from redemption.web.paging import cursor_argument, page
from redemption.web.session import db

blueprint = Blueprint("messages", __name__)


@blueprint.get("/messages")
@allow()
def messages() -> Response:
    """Newest first; unread ones are marked by word and colour."""
    rows, following = page(db(), queries.mine(actor()), Message.id, limit=30, cursor=cursor_argument())
    return render(
        "messages/messages.html",
        messages=rows,
        unread=queries.unread_count(db(), actor()),
        next_cursor=following,
    )


@blueprint.post("/messages/read")
@allow()
def read() -> Answer:
    """Those that were on the page; what came meanwhile stays unread."""
    ids = [int(value) for value in request.form.getlist("id") if value.isascii() and value.isdigit()][:200]
    if ids and service.mark_read(db(), actor(), ids):
        flash("已标为已读。", "success")
    return redirect("/messages", 303)
