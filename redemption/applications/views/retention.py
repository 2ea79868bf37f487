"""/admin/retention: how long each kind is kept; the nightly job clears by it."""

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response as Answer

from redemption.applications import retention
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form
from redemption.web.pages import render
from redemption.web.session import db

blueprint = Blueprint("retention", __name__)


@blueprint.get("/admin/retention")
@allow("administrator")
def page() -> Answer:
    return _page(empty_form(dict(retention.periods(db()))))


@blueprint.post("/admin/retention")
@allow("administrator")
def save() -> Answer:
    form = Form(values={kind: request.form.get(kind, "").strip() for kind in retention.DEFAULTS})
    months: dict[str, int] = {}
    for kind, typed in form.values.items():
        if typed.isascii() and typed.isdigit() and len(typed) < 5:
            months[kind] = int(typed)
        else:
            form.add(kind, f"请填写 1 到 {retention.MOST_MONTHS} 之间的月数。")
    if form.ok:
        with form.catching():
            retention.set_periods(db(), actor(), months)
    if not form.ok:
        return _page(form, 422)
    flash("保存期限已更新，今晚起按新的期限清理。", "success")
    return redirect("/admin/retention", 303)


def _page(form: Form, status: int = 200) -> Answer:
    return render("applications/retention.html", status=status, kinds=retention.DEFAULTS, form=form)
