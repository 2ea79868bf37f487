"""Pages of the rating, for who was served; and of what a department does about bad ones, without who gave them."""

from typing import Any

from flask import Blueprint, flash, redirect
from werkzeug.wrappers import Response as Answer

from redemption.applications import queries as applications
from redemption.evaluation import queries, service
from redemption.evaluation.rules import (
    FOLLOW_UP_NAMES,
    REASONS,
    STARS_NAMES,
    FollowUpState,
    Occasion,
    Stars,
)
from redemption.evaluation.schemas import FollowUpSchema, RatingSchema
from redemption.web.access import actor, allow
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.pages import render
from redemption.web.session import db

blueprint = Blueprint("evaluation", __name__)


@blueprint.get("/applications/<number>/rating")
@allow("enterprise")
def rating(number: str) -> Answer:
    case = applications.case(db(), actor(), number)
    given = queries.rating_of(db(), case.application.id, Occasion.END.value)
    if given is not None:
        return render("evaluation/rated.html", case=case, rating=given, stars=STARS_NAMES, reasons=REASONS)
    if case.application.over_at is None:
        flash("这件申报还没有办结，办结后再请您评价。", "info")
        return redirect(f"/applications/{number}", 303)
    return _rating_page(number, empty_form(), 200)


@blueprint.post("/applications/<number>/rating")
@allow("enterprise")
def rate(number: str) -> Answer:
    applications.case(db(), actor(), number)
    form = submitted(RatingSchema())
    if form.ok:
        with form.catching():
            service.rate(db(), actor(), number, **form.data)
    if not form.ok:
        return _rating_page(number, form, 422)
    flash("感谢您的评价。", "success")
    return redirect(f"/applications/{number}", 303)


@blueprint.get("/workbench/ratings")
@allow("officer")
def ratings() -> Answer:
    """Figures and words of the own department, without names; bad ones to deal with on top."""
    department_id = actor().department_id
    return render(
        "evaluation/department.html",
        figures=queries.figures(db(), department_id),
        follow_ups=queries.follow_ups(db(), actor()),
        closed=queries.follow_ups(db(), actor(), closed=True),
        items=queries.anonymous(db(), department_id),
        stars=STARS_NAMES,
        reasons=REASONS,
        states=FOLLOW_UP_NAMES,
    )


@blueprint.get("/workbench/ratings/<number>")
@allow("officer")
def follow_up(number: str) -> Answer:
    return _follow_up_page(number, empty_form(), 200)


@blueprint.post("/workbench/ratings/<number>")
@allow("officer")
def deal(number: str) -> Answer:
    found, _ = queries.follow_up(db(), actor(), number)
    state = FollowUpState(found.state)
    form = submitted(FollowUpSchema())
    if form.ok and state is FollowUpState.OPEN and "founded" not in form.data:
        form.add("founded", "请选择是否属实。")
    if form.ok and state is FollowUpState.CALLING_BACK and "satisfied" not in form.data:
        form.add("satisfied", "请选择回访结果。")
    if form.ok:
        with form.catching():
            _deal(number, state, form.data)
    if not form.ok:
        return _follow_up_page(number, form, 422)
    flash("已记录。", "success")
    return redirect("/workbench/ratings", 303)


def _deal(number: str, state: FollowUpState, data: dict[str, Any]) -> None:
    if state is FollowUpState.OPEN:
        service.verify(db(), actor(), number, founded=data["founded"] == "yes", note=data["note"])
    elif state is FollowUpState.MENDING:
        service.mend(db(), actor(), number, note=data["note"])
    else:
        answers = {"yes": True, "no": False, "unreached": None}
        service.call_back(db(), actor(), number, note=data["note"], satisfied=answers[data["satisfied"]])


def _rating_page(number: str, form: Form, status: int) -> Answer:
    return render(
        "evaluation/rate.html",
        status=status,
        case=applications.case(db(), actor(), number),
        form=form,
        stars=[(str(int(one)), STARS_NAMES[one]) for one in Stars],
        reasons=list(REASONS.items()),
    )


def _follow_up_page(number: str, form: Form, status: int) -> Answer:
    found, given = queries.follow_up(db(), actor(), number)
    return render(
        "evaluation/follow_up.html",
        status=status,
        follow_up=found,
        rating=given,
        form=form,
        stars=STARS_NAMES,
        reasons=REASONS,
        states=FOLLOW_UP_NAMES,
    )
