"""From the board down to the case: policy, item, application, to read. Nothing can be changed here."""

from flask import Blueprint, Response, request

from redemption.applications import clocks
from redemption.applications import queries as applications
from redemption.applications.models import Application
from redemption.applications.rules import CHANNEL_NAMES, STATUS_NAMES, Channel, Status
from redemption.kernel import clock
from redemption.kernel.calendar import load_calendar
from redemption.kernel.secrets import mask_name, mask_phone
from redemption.reporting import showing
from redemption.reporting.models import Duty
from redemption.supervision import evaluation, queries, rules
from redemption.supervision.rules import Period
from redemption.web.access import actor, allow
from redemption.web.pages import render
from redemption.web.paging import cursor_argument, page
from redemption.web.session import db

blueprint = Blueprint("drill", __name__)


@blueprint.get("/office/policies/<number>")
@allow("office")
def policy(number: str) -> Response:
    """One policy: items, report, applications, payments."""
    found = queries.policy_facts(db(), actor(), number)
    return render(
        "office/policy.html",
        found=found,
        total=rules.summed(found.items),
        duties=showing.views(db(), list(found.duties)),
        evaluations=evaluation.listed(
            db(),
            evaluation.Evaluation.policy_id == found.policy.id,
            evaluation.Evaluation.published_at.is_not(None),
        ),
    )


@blueprint.get("/office/items/<code>")
@allow("office")
def item(code: str) -> Response:
    """One item: how its applications stand, what goes wrong with it, and the applications."""
    found = queries.item_facts(db(), actor(), code)
    state = request.args.get("state", "")
    query = queries.applications_of(db(), actor(), found.item.id)
    if state in found.counts:
        query = query.where(Application.status == state)
    rows, following = page(db(), query, Application.id, cursor=cursor_argument())
    year = Period.year_of(clock.today())
    wrong = queries.problems(db(), year, queries.jurisdiction_of(db(), actor()), limit=1000)
    return render(
        "office/item.html",
        found=found,
        rows=[(row, clocks.info(row, load_calendar(db()))) for row in rows],
        state=state,
        states=[(name, STATUS_NAMES[Status(name)], count) for name, count in sorted(found.counts.items())],
        total=sum(found.counts.values()),
        next_cursor=following,
        problems=[one for one in wrong if one.item_code == code],
        problem_names=rules.PROBLEM_NAMES,
    )


@blueprint.get("/office/applications/<number>")
@allow("office")
def application(number: str) -> Response:
    """One application to read: what happened when, and the duties about it; people are masked."""
    found = queries.case(db(), actor(), number)
    case, calendar = found.application, load_calendar(db())
    events = applications.events(db(), case.id)
    due = clocks.due_now(events, clocks.Terms.of(found.version), calendar)
    owed = db().scalars(queries.duties_about(actor(), f"application:{case.id}").order_by(Duty.id.desc()))
    common = found.submission.common
    return render(
        "office/case.html",
        found=found,
        case=case,
        due=clocks.info(due, calendar),
        contact=mask_name(str(common.get("contact_name") or "")),
        phone=mask_phone(str(common.get("contact_phone") or "")),
        channel=CHANNEL_NAMES[Channel(found.submission.channel)],
        timeline=queries.story(events),
        corrections=[
            (
                row,
                [
                    (entry.get("label") or "", queries.masked(entry.get("message") or ""))
                    for entry in row.entries
                ],
            )
            for row in applications.corrections(db(), case.id)
        ],
        duties=showing.views(db(), owed),
    )
