"""评审排名: the competing cases of an item sorted by points, with the line; points are entered in the list."""

from flask import Blueprint, flash, redirect, request
from werkzeug.wrappers import Response

from redemption.decisions import competing, ranking
from redemption.decisions.competing import SIDE_NAMES
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form
from redemption.web.pages import render
from redemption.web.session import db

blueprint = Blueprint("workbench-rankings", __name__)


@blueprint.get("/workbench/rankings")
@allow("officer")
def rankings() -> Response:
    """The department's items whose money goes by ranking."""
    return render("workbench/rankings.html", items=competing.ranked_items(db(), actor()))


@blueprint.get("/workbench/rankings/<code>")
@allow("officer")
def ranking_of(code: str) -> Response:
    """One of them, its cases from the most points to the fewest."""
    return _page(code, empty_form())


@blueprint.post("/workbench/rankings/<code>")
@allow("officer")
def score(code: str) -> Response:
    """Keep the points that were typed into the list, all or none."""
    form, changed = empty_form(request.form.to_dict()), 0
    item = competing.competition(db(), actor(), code).item
    numbers = [name.removeprefix("points.") for name in request.form if name.startswith("points.")]
    typed = {
        number: ranking.Typed(request.form[f"points.{number}"], request.form.get(f"before.{number}", ""))
        for number in numbers
    }
    with form.catching(), db().begin_nested():
        changed = ranking.score_all(db(), actor(), item, typed)
    if not form.ok:
        return _page(code, form, status=422)
    flash(f"已保存 {changed} 件的得分。" if changed else "没有改动。", "success")
    return redirect(f"/workbench/rankings/{code}", 303)


def _page(code: str, form: Form, status: int = 200) -> Response:
    return render(
        "workbench/ranking.html",
        status=status,
        found=competing.competition(db(), actor(), code),
        sides=SIDE_NAMES,
        text=ranking.points_text,
        form=form,
        most=ranking.MOST,
    )
