"""Selects over duties and reports, and what they need to know of policies, items and places."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, undefer

from redemption.catalogue.models import Item, ItemVersion
from redemption.identity.models import Department, Office, Person, Post
from redemption.identity.rules import Actor, Grade, Role
from redemption.kernel import clock
from redemption.kernel.errors import NotFound
from redemption.policies.models import Policy, PolicyVersion
from redemption.reporting.models import Duty, DutyEvent, DutySchedule, Report
from redemption.reporting.rules import CASE_KINDS, CASE_STEPS, REPORT_KINDS, STEPS, Kind, StepRule, steps_of

_STEPS = "redemption.duty_steps"


def visible_to(actor: Actor) -> Select[Duty]:
    """Duties the acting person's department owes, or their office is owed."""
    mine: ColumnElement[bool] = false()
    if actor.role in {Role.OFFICER, Role.POLICY_MAKER} and actor.department_id is not None:
        mine = Duty.department_id == actor.department_id
    elif actor.role is Role.OFFICE and actor.office_id is not None:
        mine = Duty.office_id == actor.office_id
    return select(Duty).where(mine)


def by_number(session: Session, actor: Actor, number: str) -> Duty:
    """NotFound for a duty of somebody else, as for none."""
    found = session.scalar(visible_to(actor).where(Duty.number == number))
    if found is None:
        raise NotFound("没有找到这项职责，请核对编号。")
    return found


def report(session: Session, actor: Actor, number: str, no: int) -> tuple[Report, Duty]:
    """A report of a duty the acting person may see; the office sees it once it was sent."""
    duty = by_number(session, actor, number)
    found = session.scalar(select(Report).where(Report.duty_id == duty.id, Report.no == no))
    if found is None or (actor.role is Role.OFFICE and found.sent_at is None):
        raise NotFound("没有找到这份报送材料。")
    return found, duty


def open_now() -> ColumnElement[bool]:
    """Neither fulfilled nor closed."""
    return and_(Duty.fulfilled_at.is_(None), Duty.closed_at.is_(None))


def scoped(query: Select[Duty], scope: str) -> Select[Duty]:
    """`cases`: the clocks of applications, which are many; anything else: all other duties."""
    cases = Duty.kind.in_([kind.value for kind in CASE_KINDS])
    return query.where(cases if scope == "cases" else ~cases)


def filtered(query: Select[Duty], *, state: str = "", kind: str = "") -> Select[Duty]:
    """By state (`open`, `overdue`, `done`, `late`, `exempted`, `closed`) and kind."""
    now = clock.now()
    if kind:
        query = query.where(Duty.kind == kind)
    wheres = {
        "open": open_now(),
        "overdue": and_(open_now(), Duty.due_at <= now),
        "done": Duty.fulfilled_at.is_not(None),
        "late": or_(Duty.late, and_(open_now(), Duty.due_at <= now)),
        "exempted": Duty.exempted,
        "closed": and_(Duty.closed_at.is_not(None), ~Duty.exempted),
    }
    return query.where(wheres[state]) if state in wheres else query


def counts(session: Session, actor: Actor, scope: str = "") -> dict[str, int]:
    """How many of the acting person's duties (of a scope) are open, overdue, done, late, exempted, closed."""
    now = clock.now()
    mine = (scoped(visible_to(actor), scope) if scope else visible_to(actor)).subquery()
    is_open = and_(mine.c.fulfilled_at.is_(None), mine.c.closed_at.is_(None))
    row = session.execute(
        select(
            func.count().filter(is_open).label("open"),
            func.count().filter(is_open, mine.c.due_at <= now).label("overdue"),
            func.count().filter(mine.c.fulfilled_at.is_not(None)).label("done"),
            func.count().filter(mine.c.late).label("late"),
            func.count().filter(mine.c.exempted).label("exempted"),
            func.count().filter(mine.c.closed_at.is_not(None), ~mine.c.exempted).label("closed"),
        ).select_from(mine)
    ).one()
    return dict(row._mapping)


def history(session: Session, duty_id: int) -> list[DutyEvent]:
    """Oldest first."""
    return list(session.scalars(select(DutyEvent).where(DutyEvent.duty_id == duty_id).order_by(DutyEvent.id)))


def reports(session: Session, duty_id: int) -> list[Report]:
    return list(session.scalars(select(Report).where(Report.duty_id == duty_id).order_by(Report.no)))


def latest_report(session: Session, duty_id: int) -> Report | None:
    return session.scalar(select(Report).where(Report.duty_id == duty_id).order_by(Report.no.desc()).limit(1))


def newest_reports(session: Session, duty_ids: list[int]) -> dict[int, Report]:
    """For each duty its newest report."""
    rows = session.scalars(
        select(Report)
        .where(Report.duty_id.in_(duty_ids))
        .ext(distinct_on(Report.duty_id))
        .order_by(Report.duty_id, Report.no.desc())
    )
    return {report.duty_id: report for report in rows}


def owing_departments(session: Session, actor: Actor) -> list[Department]:
    """Departments that owe, or ever owed, something to the acting person's office."""
    owing = select(Duty.department_id).where(Duty.office_id == actor.office_id).distinct()
    return list(session.scalars(select(Department).where(Department.id.in_(owing)).order_by(Department.code)))


def departments_with_code(code: str) -> Select[int]:
    return select(Department.id).where(Department.code == code)


def open_about(session: Session, kind: Kind, subject: str) -> list[Duty]:
    """Open duties of one kind about one subject, locked."""
    about = select(Duty).where(Duty.kind == kind.value, Duty.subject == subject, open_now())
    return list(session.scalars(about.order_by(Duty.id).with_for_update()))


def open_of_kind(session: Session, kind: Kind) -> list[Duty]:
    """Every open duty of one kind."""
    return list(session.scalars(select(Duty).where(Duty.kind == kind.value, open_now()).order_by(Duty.id)))


def latest_report_duty(session: Session, policy_id: int) -> Duty | None:
    """The newest duty to report a policy, whether it is the first report, an amendment's or one that came back."""
    return session.scalar(
        select(Duty)
        .where(Duty.kind.in_([kind.value for kind in REPORT_KINDS]), Duty.subject == f"policy:{policy_id}")
        .order_by(Duty.id.desc())
        .limit(1)
    )


def incoming(actor: Actor, state: str = "sent") -> Select[Report, Duty, Department]:
    """Reports to the acting person's office, in one state."""
    return (
        select(Report, Duty, Department)
        .join(Duty, Duty.id == Report.duty_id)
        .join(Department, Department.id == Duty.department_id)
        .where(Duty.office_id == actor.office_id, Report.sent_at.is_not(None), Report.state == state)
    )


def steps(session: Session, kind: Kind) -> Sequence[StepRule]:
    """Reminders and escalations of a kind: its own schedule, the one for all, or the built-in one."""
    stored = session.info.get(_STEPS)
    if stored is None:
        rows = session.execute(select(DutySchedule.kind, DutySchedule.steps))
        stored = session.info[_STEPS] = {row.kind: steps_of(row.steps) for row in rows}
    own = stored.get(kind.value)
    if own or kind in CASE_KINDS:
        return own or CASE_STEPS
    return stored.get("*") or STEPS


def forget_steps(session: Session) -> None:
    """After a schedule was changed in this transaction."""
    session.info.pop(_STEPS, None)


# --- places ------------------------------------------------------------------------------------------------


def acting_department(session: Session, department_id: int) -> Department:
    """The department, or who took over its duties when it was dissolved."""
    department = session.get_one(Department, department_id)
    seen = {department.id}
    while (
        department.dissolved_at is not None
        and department.successor_id
        and department.successor_id not in seen
    ):
        department = session.get_one(Department, department.successor_id)
        seen.add(department.id)
    return department


def office_of_level(session: Session, jurisdiction_id: int) -> Office | None:
    """同级: the office of the department's own jurisdiction."""
    return session.scalar(select(Office).where(Office.jurisdiction_id == jurisdiction_id))


def heads(session: Session, department_ids: set[int]) -> dict[int, list[tuple[int, str]]]:
    """部门负责人: the people an administrator named as heads of these departments, each once, by department."""
    rows = session.execute(
        select(Post.department_id, Person.id, Person.name)
        .join(Person, Person.id == Post.person_id)
        .where(
            Post.department_id.in_(department_ids),
            Post.grade == Grade.HEAD.value,
            Post.role.in_([Role.OFFICER.value, Role.POLICY_MAKER.value]),
            or_(Post.ended_at.is_(None), Post.ended_at > clock.now()),
            Person.closed_at.is_(None),
        )
        .distinct()
        .order_by(Post.department_id, Person.id)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for department_id, person_id, name in rows:
        if department_id is not None:
            found.setdefault(department_id, []).append((person_id, name))
    return found


def administrators(session: Session) -> list[int]:
    """People who run the system now."""
    return list(
        session.scalars(
            select(Post.person_id)
            .where(Post.role == Role.ADMINISTRATOR.value, Post.ended_at.is_(None))
            .distinct()
            .order_by(Post.person_id)
        )
    )


# --- policies and items ------------------------------------------------------------------------------------


def policy_of_item(session: Session, item_id: int) -> int | None:
    return session.scalar(select(Item.policy_id).where(Item.id == item_id))


def policy_version_of_item_version(session: Session, version_id: int) -> int | None:
    return session.scalar(select(ItemVersion.policy_version_id).where(ItemVersion.id == version_id))


def current_policy_version(session: Session, subject: str) -> int | None:
    """The version in force of `policy:17`."""
    kind, _, key = subject.partition(":")
    if kind != "policy":
        return None
    return session.scalar(select(Policy.current_version_id).where(Policy.id == int(key)))


def version_with_text(session: Session, version_id: int) -> PolicyVersion:
    return session.scalars(
        select(PolicyVersion).where(PolicyVersion.id == version_id).options(undefer(PolicyVersion.text))
    ).one()


def published_items(session: Session, policy_id: int) -> list[tuple[Item, ItemVersion]]:
    """The items of a policy that are public, each in its current version."""
    rows = session.execute(
        select(Item, ItemVersion)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .where(Item.policy_id == policy_id, ItemVersion.published_at.is_not(None))
        .order_by(Item.id)
    )
    return [(item, version) for item, version in rows]
