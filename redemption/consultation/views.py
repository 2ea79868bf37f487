"""政策问答: search and ask; the office passes on; the department answers."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask.blueprints import BlueprintSetupState
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from redemption.consultation import queries, service
from redemption.consultation.models import Question
from redemption.consultation.rules import ANSWER_WORKDAYS, State
from redemption.consultation.schemas import AnswerSchema, AskSchema, CloseSchema, PassOnSchema, WriteSchema
from redemption.identity.rules import Role
from redemption.kernel import clock
from redemption.kernel.calendar import load_calendar
from redemption.web.access import actor, actor_or_none, allow, public
from redemption.web.forms import Form, empty_form, submitted
from redemption.web.pages import render
from redemption.web.paging import cursor_argument, page
from redemption.web.session import db

blueprint = Blueprint("consultation", __name__)

ASKERS = {Role.ENTERPRISE, Role.CLERK}


def _item_panel(session: Any, item: Any, version: Any, who: Any) -> Markup | str:
    """The answers on an item's public page, and the way to ask."""
    questions = queries.of_item(session, item.id, item.policy_id)
    return Markup(render_template("consultation/item_panel.html", questions=questions, item=item))  # noqa: S704 - our own template


def _policy_panel(session: Any, policy: Any) -> Markup:
    """简明问答 beside the policy's text, and the way to ask."""
    questions = queries.of_policy(session, policy.id)
    return Markup(render_template("consultation/policy_panel.html", questions=questions, policy=policy))  # noqa: S704 - our own template


@blueprint.record_once
def _register_panels(state: BlueprintSetupState) -> None:
    state.app.extensions.setdefault("item_panels", []).append(_item_panel)
    state.app.extensions.setdefault("policy_panels", []).append(_policy_panel)


# --- everybody ---------------------------------------------------------------------------------------------


@blueprint.get("/questions")
@public
def questions() -> Response:
    """Search the knowledge base; without a question, the newest answers."""
    typed = request.args.get("q", "").strip()[:200]
    found = queries.search(db(), typed)
    return render(
        "consultation/questions.html",
        q=typed,
        questions=found,
        labels=queries.labels(db(), found),
        may_ask=_may_ask(),
    )


@blueprint.get("/questions/ask")
@allow("enterprise", "clerk")
def ask_form() -> Response:
    form = empty_form({name: request.args.get(name, "") for name in ("text", "item", "policy")})
    return _ask_page(form)


@blueprint.post("/questions/ask")
@allow("enterprise", "clerk")
def ask() -> Answer:
    """First what is known already; a second click asks all the same."""
    form = submitted(AskSchema(unknown="exclude"))
    similar: list[Question] = []
    if form.ok and request.form.get("known") != "no":
        similar = queries.search(db(), form.data["text"], limit=3)
        if similar:
            return _ask_page(form, similar=similar)
    if form.ok:
        with form.catching():
            service.ask(
                db(),
                actor(),
                form.data["text"],
                item_code=form.data["item"],
                policy_number=form.data["policy"],
            )
    if not form.ok:
        return _ask_page(form, status=422)
    flash("已收到您的问题。答复后会通知您，也可以在这里查看进度。", "success")
    return redirect("/questions/mine", 303)


@blueprint.get("/questions/mine")
@allow("enterprise", "clerk")
def mine() -> Response:
    rows, following = page(db(), queries.visible_to(actor()), Question.id, cursor=cursor_argument())
    return render(
        "consultation/mine.html", questions=rows, labels=queries.labels(db(), rows), next_cursor=following
    )


@blueprint.get("/questions/<number>")
@public
def question(number: str) -> Response:
    found = queries.public(db(), number)
    return render("consultation/question.html", question=found, label=queries.labels(db(), [found])[found.id])


# --- the department ----------------------------------------------------------------------------------------


@blueprint.get("/questions/<number>/answer")
@allow("officer", "policy_maker")
def answer_form(number: str) -> Response:
    found = queries.mine(db(), actor(), number)
    typed = {"answer": found.answer, "source": found.source, "public_text": found.public_text or found.text}
    return _answer_page(found, empty_form(typed))


@blueprint.post("/questions/<number>/answer")
@allow("officer", "policy_maker", "office")
def answer(number: str) -> Answer:
    found = queries.mine(db(), actor(), number)
    form = submitted(AnswerSchema())
    if form.ok:
        with form.catching():
            service.answer(
                db(), actor(), found, form.data["answer"], form.data["source"], form.data["public_text"]
            )
    if not form.ok:
        if actor().role is Role.OFFICE:
            return _office_page(found, form, status=422)
        return _answer_page(found, form, status=422)
    waits = found.state == State.DRAFT
    flash("已保存，随政策同日公开。" if waits else "答复已公开，并已通知提问人。", "success")
    if waits:
        return redirect("/editor/questions", 303)
    return redirect("/office/questions" if actor().role is Role.OFFICE else f"/questions/{number}", 303)


@blueprint.get("/editor/questions")
@allow("policy_maker")
def own() -> Response:
    """The department's 简明问答, and which of its policies have none yet (第二十九条)."""
    return _editor_page(empty_form({"policy": request.args.get("policy", "")}))


@blueprint.post("/editor/questions")
@allow("policy_maker")
def write() -> Answer:
    form = submitted(WriteSchema())
    if form.ok:
        with form.catching():
            service.write(
                db(),
                actor(),
                text=form.data["text"],
                answer=form.data["answer"],
                source=form.data["source"],
                policy_number=form.data["policy"],
                item_code=form.data["item"],
            )
    if not form.ok:
        return _editor_page(form, status=422)
    flash("已保存。政策已发布的立即公开，未发布的随政策同日公开。", "success")
    return redirect(f"/editor/questions?{urlencode({'policy': form.data['policy']})}", 303)


# --- the office --------------------------------------------------------------------------------------------


@blueprint.get("/office/questions")
@allow("office")
def office_questions() -> Response:
    state = request.args.get("state", State.ASKED.value)
    query = queries.visible_to(actor())
    if state in set(State):
        query = query.where(Question.state == state)
    rows, following = page(
        db(), query, Question.id, cursor=cursor_argument(), newest_first=state != State.ASKED.value
    )
    return render(
        "office/questions.html",
        questions=rows,
        labels=queries.labels(db(), rows),
        dues={row.id: _due(row) for row in rows},
        counts=queries.counts(db(), actor()),
        state=state,
        next_cursor=following,
    )


@blueprint.get("/office/questions/<number>")
@allow("office")
def office_question(number: str) -> Response:
    found = queries.mine(db(), actor(), number)
    return _office_page(found, empty_form({"public_text": found.public_text or found.text}))


@blueprint.post("/office/questions/<number>/pass-on")
@allow("office")
def pass_on(number: str) -> Answer:
    found = queries.mine(db(), actor(), number)
    form = submitted(PassOnSchema())
    if form.ok:
        with form.catching():
            service.pass_on(db(), actor(), found, form.data["department"])
    if not form.ok:
        return _office_page(found, form, status=422)
    flash(f"已转办，部门应在{ANSWER_WORKDAYS}个工作日内答复。", "success")
    return redirect("/office/questions", 303)


@blueprint.post("/office/questions/<number>/close")
@allow("office")
def close(number: str) -> Answer:
    found = queries.mine(db(), actor(), number)
    form = submitted(CloseSchema())
    if form.ok:
        with form.catching():
            service.close(db(), actor(), found, form.data["reason"])
    if not form.ok:
        return _office_page(found, form, status=422)
    flash("已关闭，并已告知提问人。", "success")
    return redirect("/office/questions", 303)


# --- parts -------------------------------------------------------------------------------------------------


def _may_ask() -> bool:
    who = actor_or_none()
    return who is not None and who.role in ASKERS


def _ask_page(form: Form, similar: list[Question] | None = None, status: int = 200) -> Response:
    item = queries.public_item(db(), form.values.get("item") or "")
    about = item[0].current.name if item and item[0].current else ""
    return render("consultation/ask.html", status=status, form=form, similar=similar or [], about=about)


def _answer_page(found: Question, form: Form, status: int = 200) -> Response:
    return render(
        "consultation/answer.html",
        status=status,
        question=found,
        label=queries.labels(db(), [found])[found.id],
        due=_due(found),
        form=form,
    )


def _editor_page(form: Form, status: int = 200) -> Response:
    rows = list(
        db().scalars(
            queries.visible_to(actor()).where(Question.answer != "").order_by(Question.id.desc()).limit(100)
        )
    )
    return render(
        "consultation/editor.html",
        status=status,
        questions=rows,
        labels=queries.labels(db(), rows),
        policies=queries.own_policies(db(), actor()),
        items=queries.own_items(db(), actor(), form.values.get("policy") or ""),
        form=form,
    )


def _office_page(found: Question, form: Form, status: int = 200) -> Response:
    return render(
        "office/question.html",
        status=status,
        question=found,
        label=queries.labels(db(), [found])[found.id],
        due=_due(found),
        similar=[other for other in queries.search(db(), found.text, limit=4) if other.id != found.id],
        departments=[(d.code, d.name) for d in queries.departments_of(db(), actor().office_id)],
        form=form,
    )


def _due(question: Question) -> dict[str, Any] | None:
    """The 3 workdays from the hand-over, for the due macro."""
    if question.passed_on_at is None:
        return None
    calendar, today = load_calendar(db()), clock.today()
    deadline = calendar.add_workdays(clock.day_of(question.passed_on_at), ANSWER_WORKDAYS)
    return {
        "date": deadline.date,
        "workdays_left": calendar.workdays_left(today, deadline.date),
        "overdue": today > deadline.date and question.answered_at is None,
        "provisional": deadline.provisional,
    }
