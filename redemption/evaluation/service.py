"""Rating (好差评) and what a bad rating opens: 核实 → 整改 → 回访, each step with its due date.

A rating is a record, not a transition: the case does not move. One on each occasion; it is never changed, and who did
not rate stays unrated. Handlers see words and stars, never who gave them.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from redemption.applications import queries as applications
from redemption.applications.queries import Case
from redemption.evaluation import queries
from redemption.evaluation.models import Rating, RatingFollowUp
from redemption.evaluation.rules import (
    BAD,
    COMMENT_LIMIT,
    FOLLOW_UP,
    REASONS,
    STEP_DAYS,
    STEP_TITLES,
    FollowUpAction,
    FollowUpState,
    Occasion,
    Stars,
)
from redemption.identity.models import Department
from redemption.identity.rules import Actor, Role
from redemption.kernel import audit, clock, numbering
from redemption.kernel.calendar import load_calendar
from redemption.kernel.errors import Conflict, Invalid, NotAllowed
from redemption.kernel.workdays import Deadline

NOTE_LIMIT = 1000
STEPS = (FollowUpState.OPEN, FollowUpState.MENDING, FollowUpState.CALLING_BACK)


@dataclass(frozen=True)
class RunningStep:
    """What is owed now for a bad rating. `place`: 1 核实, 2 整改, 3 回访."""

    follow_up_id: int
    number: str
    place: int
    title: str
    department_id: int
    began_at: dt.datetime
    due_at: dt.datetime
    provisional: bool


def rate(
    session: Session,
    actor: Actor,
    application_number: str,
    stars: int,
    reasons: Sequence[str] = (),
    comment: str = "",
    occasion: str = Occasion.END.value,
) -> Rating:
    """Give one rating. The same one again (double click) is the same; another one after it is refused.

    Raises:
        NotFound: not a case of this enterprise (or, at the window, of this centre).
        Conflict: `too_early` before the end (at the window: before acceptance), `already_rated`.
    """
    if actor.role not in (Role.ENTERPRISE, Role.CLERK):
        raise NotAllowed("只有申报主体可以评价。")
    case = applications.case(session, actor, application_number)
    _must_be_time(case, occasion)
    chosen, said = _checked(stars, reasons, comment)
    before = queries.rating_of(session, case.application.id, occasion)
    if before is not None:
        return _same_or_refused(before, chosen)
    rating = Rating(
        application_id=case.application.id,
        occasion=occasion,
        stars=int(chosen),
        reasons=list(dict.fromkeys(reasons)),
        comment=said,
        rated_at=clock.now(),
        rated_by=actor.ref,
    )
    try:
        with session.begin_nested():
            session.add(rating)
    except IntegrityError:
        known = queries.rating_of(session, case.application.id, occasion)
        assert known is not None
        return _same_or_refused(known, chosen)
    # the chain of the rating's own: a handler who reads the case's log does not find who rated
    audit.record(
        session, f"rating:{rating.id}", actor.ref, "rate", {"stars": int(chosen), "occasion": occasion}
    )
    if chosen in BAD:
        _open_follow_up(session, case, rating)
    session.flush()
    return rating


def verify(session: Session, actor: Actor, number: str, *, founded: bool, note: str) -> RatingFollowUp:
    """核实: was there something to it? If so it is mended; if not, who rated is told why."""
    action = FollowUpAction.FOUNDED if founded else FollowUpAction.UNFOUNDED
    found = _step(session, actor, number, action, note)
    found.founded, found.verified_at, found.verified_note = founded, clock.now(), note.strip()
    return _done(session, actor, found, action)


def mend(session: Session, actor: Actor, number: str, *, note: str) -> RatingFollowUp:
    """整改: what was done about it."""
    found = _step(session, actor, number, FollowUpAction.MEND, note)
    found.mended_at, found.mended_note = clock.now(), note.strip()
    return _done(session, actor, found, FollowUpAction.MEND)


def call_back(
    session: Session, actor: Actor, number: str, *, note: str, satisfied: bool | None
) -> RatingFollowUp:
    """回访: what who rated says now; None: not reached."""
    found = _step(session, actor, number, FollowUpAction.CALL_BACK, note)
    found.called_back_at, found.called_back_note, found.satisfied = clock.now(), note.strip(), satisfied
    return _done(session, actor, found, FollowUpAction.CALL_BACK)


def _must_be_time(case: Case, occasion: str) -> None:
    if occasion not in {one.value for one in Occasion}:
        raise Invalid.field("occasion", "评价环节不存在。")
    if occasion == Occasion.END.value and case.application.over_at is None:
        raise Conflict("这件申报还没有办结，办结后再请您评价。", code="too_early")
    if occasion == Occasion.WINDOW.value and case.submission.centre_id is None:
        raise Conflict("这件申报不是在窗口办理的。", code="too_early")


def _checked(stars: int, reasons: Sequence[str], comment: str) -> tuple[Stars, str]:
    faults: dict[str, str] = {}
    try:
        chosen = Stars(stars)
    except ValueError:
        chosen = Stars.FAIRLY_SATISFIED
        faults["stars"] = "请选择满意程度。"
    if any(reason not in REASONS for reason in reasons):
        faults["reasons"] = "请从列出的理由中选择。"
    said = comment.strip()
    if len(said) > COMMENT_LIMIT:
        faults["comment"] = f"请不要超过{COMMENT_LIMIT}个字，现在有{len(said)}个字。"
    if chosen in BAD and not faults and not said and not reasons:
        faults["comment"] = "请选择理由或写几句话，方便我们核实和改进。"
    if faults:
        raise Invalid(fields=faults)
    return chosen, said


def _same_or_refused(before: Rating, stars: Stars) -> Rating:
    if before.stars != int(stars):
        raise Conflict("您已经评价过了，评价提交后不能修改。", code="already_rated")
    return before


def _open_follow_up(session: Session, case: Case, rating: Rating) -> None:
    follow_up = RatingFollowUp(
        rating_id=rating.id,
        department_id=case.department.id,
        number=numbering.verification_code(),
        state=FollowUpState.OPEN.value,
        opened_at=clock.now(),
    )
    set_due(session, follow_up, case.department)
    session.add(follow_up)


def _step(session: Session, actor: Actor, number: str, action: FollowUpAction, note: str) -> RatingFollowUp:
    found, _ = queries.follow_up(session, actor, number)
    session.refresh(found, with_for_update=True)
    after = FOLLOW_UP.next(FollowUpState(found.state), action)
    if not note.strip():
        raise Invalid.field("note", "请写明情况。")
    if len(note) > NOTE_LIMIT:
        raise Invalid.field("note", f"请不要超过{NOTE_LIMIT}个字。")
    found.state = after.value
    return found


def _done(session: Session, actor: Actor, found: RatingFollowUp, action: FollowUpAction) -> RatingFollowUp:
    set_due(session, found, session.get_one(Department, found.department_id))
    session.flush()
    audit.record(session, f"rating:{found.rating_id}", actor.ref, action.value, {"number": found.number})
    return found


def set_due(session: Session, follow_up: RatingFollowUp, department: Department) -> None:
    """Store until when the step that runs is done."""
    last = deadline_of(session, follow_up, department)
    follow_up.due_at = clock.end_of_day(last.date) if last else None
    follow_up.due_provisional = bool(last and last.provisional)


def deadline_of(session: Session, follow_up: RatingFollowUp, department: Department) -> Deadline | None:
    """The last day of the step that runs, from its beginning and the calendar; None: it is closed."""
    began = _began_at(follow_up)
    if began is None:
        return None
    state = FollowUpState(follow_up.state)
    own = (department.settings or {}).get("rating_days") or {}
    days = int(own.get(state.value) or STEP_DAYS[state])
    return load_calendar(session).add_workdays(clock.day_of(began), days)


def recompute(session: Session, department_id: int) -> None:
    """Compute the running steps of a department again: an administrator gave it other days."""
    department = session.get_one(Department, department_id)
    for follow_up in queries.open_follow_ups(session, department_id):
        set_due(session, follow_up, department)
    session.flush()


def step_title(follow_up: RatingFollowUp) -> str:
    """核实不满意评价（记录号…）, of the step that runs."""
    return f"{STEP_TITLES[FollowUpState(follow_up.state)]}（记录号{follow_up.number}）"


def _began_at(follow_up: RatingFollowUp) -> dt.datetime | None:
    """When the step that runs began; None: it is closed."""
    match FollowUpState(follow_up.state):
        case FollowUpState.OPEN:
            return follow_up.opened_at
        case FollowUpState.MENDING:
            return follow_up.verified_at
        case FollowUpState.CALLING_BACK:
            return follow_up.mended_at or follow_up.verified_at
        case _:
            return None


def running_steps(session: Session) -> list[RunningStep]:
    """The step of every follow-up that is not closed. What is told of it names neither the case nor who rated."""
    found = []
    for follow_up in queries.open_follow_ups(session):
        began, state = _began_at(follow_up), FollowUpState(follow_up.state)
        assert began is not None
        assert follow_up.due_at is not None
        found.append(
            RunningStep(
                follow_up.id,
                follow_up.number,
                STEPS.index(state) + 1,
                step_title(follow_up),
                follow_up.department_id,
                began,
                follow_up.due_at,
                follow_up.due_provisional,
            )
        )
    return found


def step_done_at(session: Session, follow_up_id: int, place: int) -> dt.datetime | None:
    """When a step of a follow-up was done; None while it runs."""
    found = session.get_one(RatingFollowUp, follow_up_id)
    return (found.verified_at, found.mended_at, found.called_back_at)[place - 1]
