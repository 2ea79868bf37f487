"""Dead letters and technical refusals: seen, and sent again."""

from flask import Blueprint, flash, redirect, request
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from redemption.dispatch import queries, service
from redemption.dispatch.rules import PARCEL_KIND_NAMES
from redemption.identity.rules import Actor
from redemption.web.access import actor, allow
from redemption.web.pages import render
from redemption.web.session import db

blueprint = Blueprint("dispatch-letters", __name__)
MOST_LETTERS = 200


@blueprint.get("/workbench/letters")
@allow("officer", "administrator")
def letters() -> Response:
    """Dead letters and technical refusals, with what to do."""
    words = request.args.get("q", "").strip()[:100]
    query = queries.letters(actor().department_id, words)
    return render(
        "dispatch/letters.html",
        rows=list(db().execute(query.limit(MOST_LETTERS))),
        total=db().scalar(select(func.count()).select_from(query.order_by(None).subquery())),
        words=words,
        kinds=PARCEL_KIND_NAMES,
    )


@blueprint.post("/workbench/letters")
@allow("officer", "administrator")
def redrive() -> Response:
    """Send again: those ticked, those of the filter, or all."""
    who: Actor = actor()
    if request.form.get("scope") == "picked":
        ids = [
            int(value)
            for value in request.form.getlist("parcel")
            if value.isascii() and value.isdigit() and len(value) < 18
        ]
    else:
        words = request.form.get("q", "").strip()[:100]
        ids = [row.Parcel.id for row in db().execute(queries.letters(who.department_id, words))]
    count = service.redrive(db(), who, ids, request.form.get("reason", "").strip()[:500])
    if count:
        flash(f"{count} 件已重新投递，几秒后可在案件的投递记录中看到结果。", "success")
    else:
        flash("请先勾选要重新投递的案件。", "warning")
    return redirect("/workbench/letters", 303)
