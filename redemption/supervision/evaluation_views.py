"""Pages of yearly evaluations: the department's, the questionnaire, the published result."""

import io
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as Answer

from redemption.documents import rendering
from redemption.identity.models import Department
from redemption.kernel import clock
from redemption.kernel.errors import NotFound
from redemption.supervision import evaluation as service
from redemption.supervision import queries
from redemption.supervision.asking import QUESTIONS, UNAPPLIED, questions_for
from redemption.supervision.models import Evaluation
from redemption.supervision.schemas import BeginSchema, FindingsSchema, OutcomeSchema, QuestionnaireSchema
from redemption.web.access import actor, allow, public
from redemption.web.files import send_stream
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.pages import render
from redemption.web.session import db

blueprint = Blueprint("evaluations", __name__)


@blueprint.get("/editor/evaluations")
@allow("policy_maker")
def own() -> Response:
    return _list_page(empty_form({"year": request.args.get("year", clock.today().year)}))


@blueprint.post("/editor/evaluations")
@allow("policy_maker")
def begin() -> Answer:
    form = submitted(BeginSchema())
    number = ""
    if form.ok:
        with form.catching():
            number = service.begin(db(), actor(), form.data["policy"], form.data["year"]).number
    if not form.ok:
        return _list_page(form, status=422)
    return redirect(f"/editor/evaluations/{number}", 303)


@blueprint.get("/editor/evaluations/<number>")
@allow("policy_maker")
def one(number: str) -> Response:
    found, _ = _mine(number)
    typed = {"findings": found.findings, "measures": found.measures, "outcome": found.outcome}
    return _page(number, empty_form(typed))


@blueprint.post("/editor/evaluations/<number>/publish")
@allow("policy_maker")
def publish(number: str) -> Answer:
    """Kept for later, or, after one more look, published."""
    found, title = _mine(number)
    if request.form.get("action") == "save":
        form = submitted(FindingsSchema(partial=True))
        if form.ok:
            with form.catching():
                words = (form.data.get(name, "") for name in ("findings", "measures"))
                service.keep_words(db(), actor(), found, *words)
        if not form.ok:
            return _page(number, form, status=422)
        flash("已保存，还没有公布。", "success")
        return redirect(f"/editor/evaluations/{number}", 303)
    form = submitted(FindingsSchema())
    if form.ok and request.form.get("confirmed") != "yes":
        return render("supervision/evaluation_confirm.html", form=form, evaluation=found, title=title)
    if form.ok:
        with form.catching():
            service.publish(db(), actor(), found, form.data["findings"], form.data["measures"])
    if not form.ok:
        return _page(number, form, status=422)
    flash("评价结果已公布，年度评价职责已履行。", "success")
    return redirect(f"/evaluations/{number}", 303)


@blueprint.post("/editor/evaluations/<number>/invite")
@allow("policy_maker")
def invite(number: str) -> Answer:
    found, _ = _mine(number)
    form = empty_form()
    with form.catching():
        service.invite(db(), actor(), found)
    if not form.ok:
        return _page(number, form, status=409)
    flash("已邀请申报过的、以及可能符合而没有申报的企业作答，每家只通知一次。", "success")
    return redirect(f"/editor/evaluations/{number}", 303)


@blueprint.post("/editor/evaluations/<number>/outcome")
@allow("policy_maker")
def outcome(number: str) -> Answer:
    found, _ = _mine(number)
    form = submitted(OutcomeSchema())
    if form.ok:
        with form.catching():
            service.report_outcome(db(), actor(), found, form.data["outcome"])
    if not form.ok:
        return _page(number, form, status=422)
    flash("运用情况已公布。", "success")
    return redirect(f"/evaluations/{number}", 303)


@blueprint.get("/office/evaluations")
@allow("office")
def office() -> Response:
    return render("office/evaluations.html", evaluations=service.listed(db()))


@blueprint.get("/evaluations/<number>")
@public
def result(number: str) -> Response:
    """A published result, with what was done with it (第三十八条)."""
    found, title = _published(number)
    return render("supervision/evaluation.html", **_facts(found, title))


@blueprint.get("/evaluations/<number>.pdf")
@public
def result_pdf(number: str) -> Response:
    found, title = _published(number)
    made = rendering.render(
        "pdf/evaluation.html", identifier=f"{found.number}{found.outcome_at}", **_facts(found, title)
    )
    return send_stream(
        io.BytesIO(made.content), f"{found.year}年度政策评价-{title}.pdf", "application/pdf", inline=True
    )


@blueprint.get("/evaluations/<number>/questionnaire")
@allow("enterprise")
def questionnaire(number: str) -> Response:
    return _questionnaire_page(number, empty_form())


@blueprint.post("/evaluations/<number>/questionnaire")
@allow("enterprise")
def answer(number: str) -> Answer:
    found, _ = service.by_number(db(), number)
    form = submitted(QuestionnaireSchema())
    if form.ok:
        with form.catching():
            service.answer(db(), actor(), found, form.data, form.data["comment"])
    if not form.ok:
        return _questionnaire_page(number, form, status=422)
    flash("谢谢您的意见。结果公布前您可以随时修改；公布时只显示合计。", "success")
    return redirect("/space", 303)


def _mine(number: str) -> tuple[Evaluation, str]:
    found, title = service.by_number(db(), number)
    if found.department_id != actor().department_id:
        raise NotFound("没有找到这份评价。")
    return found, title


def _published(number: str) -> tuple[Evaluation, str]:
    found, title = service.by_number(db(), number)
    if found.published_at is None:
        raise NotFound("没有找到这份评价，它可能还没有公布。")
    return found, title


def _facts(found: Evaluation, title: str) -> dict[str, Any]:
    figures = found.figures or queries.figures_of(db(), found.policy_id, found.year, found.id)
    stars = {int(star): count for star, count in figures["stars"].items()}
    return {
        "evaluation": found,
        "title": title,
        "department": db().get_one(Department, found.department_id).name,
        "figures": figures,
        "promised": Decimal(figures["amount_approved"]),
        "paid": Decimal(figures["amount_paid"]),
        "stars": [(name, stars.get(star, 0)) for star, name in _STARS],
        "asked": asked(figures["questionnaire"]),
        "months": figures.get("months", []),
        "funnel": [
            (name, figures[key])
            for name, key in (
                ("申报", "applications"),
                ("受理", "accepted"),
                ("予以兑现", "approved"),
                ("已拨付", "paid"),
            )
            if key in figures
        ],
        "least": queries.LEAST,
    }


def asked(sums: dict[str, Any]) -> list[dict[str, Any]]:
    """Each question whose answers may be shown: who was asked, its words, and the answers with their numbers."""
    found = []
    for who, name, questions in (
        ("申报过的企业", "questions", QUESTIONS),
        ("没有申报的企业", "unapplied_questions", UNAPPLIED),
    ):
        for key, question in questions.items():
            counts = sums.get(name, {}).get(key)
            if counts is not None:
                rows = [(word, counts.get(code, 0)) for code, word in question.choices.items()]
                found.append({"who": who, "words": question.words, "rows": rows})
    return found


_STARS = ((5, "非常满意"), (4, "满意"), (3, "基本满意"), (2, "不满意"), (1, "非常不满意"))


def _page(number: str, form: Form, status: int = 200) -> Response:
    found, title = _mine(number)
    return render(
        "supervision/evaluation_edit.html",
        status=status,
        form=form,
        comments=queries.comments(db(), found.id),
        **_facts(found, title),
    )


def _list_page(form: Form, status: int = 200) -> Response:
    mine = Evaluation.department_id == actor().department_id
    return render(
        "supervision/evaluations.html",
        status=status,
        evaluations=service.listed(db(), mine),
        policies=service.policies_to_choose(db(), actor()),
        form=form,
    )


def _questionnaire_page(number: str, form: Form, status: int = 200) -> Response:
    found, title = service.by_number(db(), number)
    if found.published_at is not None:
        raise NotFound("评价结果已经公布，问卷已结束。")
    applied = service.has_applied(db(), actor(), found)
    return render(
        "supervision/questionnaire.html",
        status=status,
        evaluation=found,
        title=title,
        applied=applied,
        questions=questions_for(applied),
        form=form,
    )
