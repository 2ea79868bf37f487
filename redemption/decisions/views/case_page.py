"""What the page of one case shows: everything declared, where it went, and what the officer can do with it now."""

from typing import Any

from werkzeug.wrappers import Response

from redemption.applications import clocks, handed_in
from redemption.applications import queries as applications
from redemption.applications.comparing import what_changed
from redemption.applications.enterprise_part import ACCOUNT
from redemption.applications.enterprise_part import LABELS as COMMON_LABELS
from redemption.applications.forms import differing, shown
from redemption.applications.models import Application
from redemption.applications.needs import entries_of
from redemption.applications.rules import ACTION_NAMES, CHANNEL_NAMES, Action, Channel, Status
from redemption.applications.sharing import queries as sharing
from redemption.applications.sharing.differing import label_of, text_of
from redemption.applications.sharing.rules import LOOKUP_STATE_NAMES, SUBJECT_NAMES
from redemption.decisions import examining, experts, queries, ranking, service
from redemption.decisions.money import standing
from redemption.dispatch import queries as dispatch
from redemption.dispatch.models import Connection
from redemption.dispatch.port import known_adapters
from redemption.dispatch.rules import OUTCOME_NAMES, PARCEL_KIND_NAMES
from redemption.documents.models import Document
from redemption.identity.rules import Actor
from redemption.kernel.calendar import load_calendar
from redemption.web.access import actor
from redemption.web.forms import Form
from redemption.web.pages import render
from redemption.web.session import db


def case_page(number: str, failed: str, form: Form, status: int = 200, **more: Any) -> Response:
    """The page of one case; `failed` is the form that is shown again with its mistakes."""
    who: Actor = actor()
    application = service.lock_case(db(), who, number, lock=False)
    found = applications.case_by_id(db(), application.id)
    events = applications.events(db(), application.id)
    referrals = dispatch.referrals_of(db(), application.id)
    parcels = dispatch.parcels_of(db(), application.id)
    corrections = applications.corrections(db(), application.id)
    own = own_referral(who, application)
    return render(
        "workbench/case.html",
        status=status,
        case=found,
        application=application,
        due=_due(found, events),
        form=form,
        failed=failed,
        possible=_possible(application, events, who),
        fields=shown(found.version.form, application.data),
        differences=differing(found.version.form, application.differences),
        common=[
            (COMMON_LABELS[name], found.submission.common[name])
            for name in COMMON_LABELS
            if found.submission.common.get(name)
        ],
        channel=CHANNEL_NAMES[Channel(found.submission.channel)],
        entries=entries_of(found.version.fields),
        materials=_by_entry(application),
        corrections=corrections,
        changes=what_changed(db(), found, corrections),
        common_entries=[
            (name, label)
            for name, label in COMMON_LABELS.items()
            if found.version.payment_days is not None or name not in ACCOUNT
        ],
        timeline=_timeline(events),
        documents=_documents(events),
        decision=queries.decision(db(), application.id),
        proposal=queries.open_proposal(db(), application.id),
        two=queries.needs_two(db(), application.department_id),
        money=standing(db(), application.item_id, found.version.money_rules or {}, application.id),
        item_code=found.item.code,
        place=ranking.place_of(db(), application) if ranking.is_ranked(found.version) else None,
        objections=service.objections_of(db(), application.id),
        hops=_hops(referrals, parcels),
        outcomes=OUTCOME_NAMES,
        opinions=[row for row in referrals if row.purpose == "opinion"],
        heard=own is not None and own.purpose == "opinion",
        own=own,
        phrases=examining.phrases_of(db(), who.department_id or 0),
        checks=examining.checks_of(db(), application.id),
        answered=examining.answered_rounds(db(), application.id),
        notes=examining.notes_of(db(), application.id, who.department_id or 0),
        colleague_options=[
            (login, name)
            for person_id, login, name in queries.colleagues(db(), who.department_id or 0)
            if person_id != who.person_id
        ],
        may_check=application.department_id == who.department_id
        and application.over_at is None
        and application.decided_at is None
        and bool(entries_of(found.version.fields)),
        **_registered(application, own is None or own.purpose != "opinion"),
        experts=experts.of_case(db(), application.id),
        expert_state=experts.state_of,
        may_invite=application.department_id == who.department_id
        and application.decided_at is None
        and application.over_at is None,
        colleagues=queries.colleagues(db(), application.department_id),
        **{"link": "", **more},
    )


def _registered(application: Application, decides: bool) -> dict[str, Any]:
    """What registries say of this case, for the section of its own."""
    return {
        "lookups": [
            (lookup, source, [(label_of(name), text_of(name, value)) for name, value in lookup.facts.items()])
            for lookup, source in sharing.of_application(db(), application.id)
        ],
        "lookup_subjects": SUBJECT_NAMES,
        "lookup_states": LOOKUP_STATE_NAMES,
        "may_verify": decides and application.over_at is None and bool(sharing.registries(db(), active=True)),
    }


def _due(found: Any, events: list[Any]) -> clocks.DueInfo | None:
    """From the events themselves: they also know why a clock stands still."""
    calendar = load_calendar(db())
    return clocks.info(clocks.due_now(events, clocks.Terms.of(found.version), calendar), calendar)


def _possible(application: Application, events: list[Any], who: Actor) -> set[str]:
    """What the page offers, by the state of the case; the service decides again."""
    if application.department_id != who.department_id:
        return {"opinion"}
    paused = clocks.is_paused(events)
    match Status(str(application.status)):
        case Status.RECEIVED:
            return {"accept", "correction", "refuse"}
        case Status.ACCEPTED:
            return {"decide", "correction", "step", "resume" if paused else "pause"}
        case Status.OBJECTION_REVIEW:
            return {"objection", "decide"}
        case Status.APPROVED | Status.DISBURSED:
            return {"revocation"}
    return set()


def own_referral(who: Actor, application: Application) -> Any:
    for referral in dispatch.referrals_of(db(), application.id):
        if referral.department_id == who.department_id:
            return referral
    return None


def _by_entry(application: Application) -> dict[str, list[Any]]:
    shared = handed_in.answers_of(db(), application)
    found: dict[str, list[Any]] = {}
    for one in handed_in.materials_of(db(), application):
        key = one.entry if one.application_id is not None else shared.get(one.entry, one.entry)
        found.setdefault(key, []).append(one)
    return found


def _timeline(events: list[Any]) -> list[dict[str, Any]]:
    made = []
    for event in events:
        detail = event.reason or event.data.get("title") or event.data.get("procedure") or ""
        title = (
            "收到申报" if event.from_status is None else ACTION_NAMES.get(Action(event.action), event.action)
        )
        made.append(
            {"at": event.at, "title": title, "who": event.actor_name, "detail": detail, "state": "done"}
        )
    return list(reversed(made))


def _documents(events: list[Any]) -> list[Document]:
    ids = [event.document_id for event in events if event.document_id]
    return [db().get_one(Document, document_id) for document_id in dict.fromkeys(ids)]


def _hops(referrals: list[Any], parcels: list[Any]) -> list[dict[str, Any]]:
    """Each referral with its parcels and tries: where the case went, and how that was."""
    made = []
    tries: dict[int, list[Any]] = {}
    for attempt in dispatch.attempts_of(db(), [parcel.id for parcel in parcels]):
        tries.setdefault(attempt.parcel_id, []).append(attempt)
    for referral in referrals:
        connection = db().get_one(Connection, referral.connection_id)
        adapter = known_adapters().get(connection.adapter)
        made.append(
            {
                "referral": referral,
                "department": service.department_name(db(), referral.department_id),
                "adapter": adapter.title if adapter else connection.adapter,
                "local": connection.adapter == "hosted",
                "parcels": [
                    (parcel, PARCEL_KIND_NAMES.get(parcel.kind, parcel.kind), tries.get(parcel.id, []))
                    for parcel in parcels
                    if parcel.referral_id == referral.id
                ],
            }
        )
    return made
