"""What a clerk does beside entering papers: matters that could not be served, hand-over, the notice at once."""

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.applications import service as applications
from redemption.applications.models import Application, Submission
from redemption.desk import queries, rules
from redemption.desk.models import Handover, Matter
from redemption.desk.rules import OUTCOMES, MatterState
from redemption.identity.rules import Actor
from redemption.kernel import audit, clock
from redemption.kernel.calendar import load_calendar
from redemption.kernel.errors import Conflict, Invalid, NotFound
from redemption.kernel.numbering import CODE_ALPHABET


def enter(session: Session, actor: Actor, entry: applications.PaperEntry, **parts: Any) -> Submission:
    """Enter a paper submission; what is missing is told in one notice for each application at once (一次性告知).

    Raises:
        As `applications.enter_paper`.
    """
    submission = applications.enter_paper(session, actor, entry, **parts)
    if entry.allow_missing:
        missing = applications.missing_entries(session, actor, submission.number)
        for case in session.scalars(
            select(Application).where(Application.submission_id == submission.id).order_by(Application.id)
        ):
            # entered twice by a double click: the notice is already there
            if missing.get(case.number) and case.status == "received":
                applications.ask_correction(session, actor, case, missing[case.number])
    return submission


def register_matter(session: Session, actor: Actor, values: Mapping[str, Any]) -> Matter:
    """办不成事: note who came, for what, and why it could not be done."""
    due = rules.follow_up_due(clock.now(), load_calendar(session))
    matter = Matter(
        number="BBC-" + "".join(secrets.choice(CODE_ALPHABET) for _ in range(8)),
        centre_id=actor.centre_id,
        clerk_person_id=actor.person_id,
        registered_at=clock.now(),
        due_on=due.date,
        due_provisional=due.provisional,
        **values,
    )
    session.add(matter)
    session.flush()
    audit.record(
        session,
        f"matter:{matter.id}",
        actor.ref,
        "register_matter",
        {"number": matter.number, "reason": matter.reason},
    )
    return matter


def follow_up(session: Session, actor: Actor, number: str, text: str, outcome: str = "") -> Matter:
    """Note what was done; an outcome closes it.

    Raises:
        Conflict: it is closed. Invalid: no words.
    """
    matter = queries.matter(session, actor, number)
    if matter.state == MatterState.CLOSED:
        raise Conflict("这条登记已经办结，不能再补记。")
    if not text.strip():
        raise Invalid.field("text", "请写明做了什么、当事人怎么说。")
    step = {"at": clock.now().isoformat(), "by": actor.name, "text": text.strip()}
    matter.steps = [*matter.steps, step]
    matter.state = MatterState.CLOSED if outcome in OUTCOMES else MatterState.WORKING
    if outcome in OUTCOMES:
        matter.outcome, matter.closed_at = outcome, clock.now()
    session.flush()
    audit.record(
        session,
        f"matter:{matter.id}",
        actor.ref,
        "follow_up",
        {"outcome": outcome, "text": text.strip()[:500]},
    )
    return matter


def figures(session: Session, actor: Actor) -> dict[str, Any]:
    """What a shift leaves: counted now."""
    waiting = queries.waiting(session, actor)
    open_matters = queries.matters(session, actor)
    return {
        "entered": len(queries.entered(session, actor, clock.today(), mine=True)),
        "waiting": [one.number for one in waiting],
        "matters": [matter.number for matter, _ in open_matters],
    }


def hand_over(session: Session, actor: Actor, note: str) -> Handover:
    """Leave the shift to whoever comes, with what is open and a note."""
    row = Handover(
        centre_id=actor.centre_id,
        from_person_id=actor.person_id,
        note=note.strip(),
        figures=figures(session, actor),
        handed_at=clock.now(),
    )
    session.add(row)
    session.flush()
    audit.record(
        session, f"centre:{actor.centre_id}", actor.ref, "hand_over", {"handover": row.id, **row.figures}
    )
    return row


def take_over(session: Session, actor: Actor, number: int) -> Handover:
    """Take a shift over.

    Raises:
        Conflict: somebody did, or it is one's own.
    """
    row = queries.handover(session, actor, number)
    if row.to_person_id is not None:
        raise Conflict("这次交接已经有人接收，请刷新页面。")
    if row.from_person_id == actor.person_id:
        raise Conflict("不能接收自己交出的班次，请由接班人员登录后接收。")
    row.to_person_id, row.taken_at = actor.person_id, clock.now()
    session.flush()
    audit.record(session, f"centre:{actor.centre_id}", actor.ref, "take_over", {"handover": row.id})
    return row


def look_at_id_number(session: Session, actor: Actor, number: str, box: Any, purpose: str) -> str:
    """The id number of who stood at the counter, in clear; the look is logged.

    Raises:
        Invalid: no purpose. NotFound: another centre's case, or none was taken.
    """
    whole = queries.case(session, actor, number)
    submission = whole.sheet.submission
    if not submission.counter_id_number:
        raise NotFound("这件申报没有登记身份证号码。")
    if not purpose.strip():
        raise Invalid.field("purpose", "请写明查看完整证件号码的用途。")
    audit.record(
        session,
        f"submission:{submission.id}",
        actor.ref,
        "look_at_id_number",
        {"purpose": purpose.strip()[:200]},
    )
    clear: str = box.open(submission.counter_id_number, f"submission:{submission.id}:counter_id_number")
    return clear


def due_info(matter: Matter, session: Session) -> dict[str, Any]:
    """For `st.due`."""
    today = clock.today()
    over = matter.state == MatterState.CLOSED
    return {
        "date": matter.due_on,
        "workdays_left": None if over else load_calendar(session).workdays_left(today, matter.due_on),
        "overdue": not over and today > matter.due_on,
        "provisional": matter.due_provisional,
        "stopped_reason": "",
    }


def step_moment(step: Mapping[str, Any]) -> dt.datetime:
    """When a follow-up was noted."""
    return dt.datetime.fromisoformat(str(step["at"]))
