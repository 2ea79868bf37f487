"""Dead letters and technical refusals: seen, and sent again."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, request
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from redemption.dispatch import letters as dead
from redemption.dispatch import service
from redemption.dispatch.letters import LetterFilter
from redemption.dispatch.rules import PARCEL_KIND_NAMES
from redemption.identity.queries import departments
from redemption.identity.rules import Actor
from redemption.web.access import actor, allow
from redemption.web.forms import empty_form
from redemption.web.pages import render
from redemption.web.session import db

blueprint = Blueprint("dispatch-letters", __name__)
MOST_LETTERS = 200


@blueprint.get("/workbench/letters")
@allow("officer", "administrator")
def letters() -> Response:
    """Dead letters and technical refusals, with what to do."""
    who: Actor = actor()
    form = empty_form(request.args.to_dict())
    wanted = _filter(form.values)
    if wanted is None:
        form.add("since", "请填写日期，例如 2026-11-20。")
    query = dead.find(db(), who, wanted or LetterFilter())
    return render(
        "dispatch/letters.html",
        rows=list(db().execute(query.limit(MOST_LETTERS))),
        total=db().scalar(select(func.count()).select_from(query.order_by(None).subquery())),
        form=form,
        departments=[(row.code, row.name) for row in departments(db())] if who.department_id is None else [],
        kinds=PARCEL_KIND_NAMES,
    )


@blueprint.post("/workbench/letters")
@allow("officer", "administrator")
def redrive() -> Response:
    """Send again: those ticked, those of the filter, or all."""
    who: Actor = actor()
    note, wanted = request.form.get("note", "").strip()[:500], _filter(request.form)
    if request.form.get("scope") == "picked":
        picked = request.form.getlist("parcel")
        ids = [int(value) for value in picked if value.isascii() and value.isdigit() and len(value) < 18]
        count, nothing = service.redrive(db(), who, ids, note), "请先勾选要重新投递的案件。"
    elif wanted is None:  # the list says what is wrong with the day
        said = {name: request.form.get(name, "") for name in ("reason", "department", "since")}
        return redirect(f"/workbench/letters?{urlencode(said)}", 303)
    else:
        count, nothing = dead.redrive(db(), who, wanted, note), "没有符合条件的案件，没有重新投递。"
    if count:
        flash(f"{count} 件已重新投递，几秒后可在案件的投递记录中看到结果。", "success")
    else:
        flash(nothing, "warning")
    return redirect("/workbench/letters", 303)


def _filter(given: Mapping[str, Any]) -> LetterFilter | None:
    """None where the day is none."""
    day = str(given.get("since", "")).strip()
    try:
        since = dt.date.fromisoformat(day) if day else None
    except ValueError:
        return None
    return LetterFilter(
        str(given.get("reason", "")).strip()[:100], str(given.get("department", "")).strip()[:100], since
    )
