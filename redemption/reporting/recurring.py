"""Duties that come back: the monthly filing list (第九条), the yearly evaluation (第三十六条); and what a published
document brings beside its report: the copy for the gazette (第十条).

Run as often as one likes: (kind, subject, round) is one duty for ever.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from redemption.identity.models import Department
from redemption.identity.rules import Actor
from redemption.kernel import clock
from redemption.kernel.calendar import load_calendar
from redemption.kernel.errors import Invalid
from redemption.policies.models import Policy, PolicyVersion
from redemption.reporting import service
from redemption.reporting.models import Duty
from redemption.reporting.rules import Kind


@dataclass(frozen=True)
class Filed:
    """One line of the filing list (第八条): 文号、标题、成文日期、公开属性、发布日期、发布形式."""

    document_number: str
    title: str
    issue_date: dt.date | None
    publication_date: dt.date | None
    policy_number: str
    openness: str = "主动公开"
    form: str = "政府网站"


def open_monthly(session: Session, today: dt.date) -> int:
    """The filing list of last month, for every department; returns how many duties were opened.

    A department that is new here in the middle of a month begins with the next list; one that had lists before owes
    this one too, however late the machine comes to it.
    """
    first = today.replace(day=1)
    month = (first - dt.timedelta(days=1)).replace(day=1)
    in_time = today <= load_calendar(session).nth_workday_of_month(first.year, first.month, 5).date
    known = set(
        session.scalars(select(Duty.department_id).where(Duty.kind == Kind.MONTHLY_FILING.value).distinct())
    )
    return sum(
        _opened(
            session,
            Kind.MONTHLY_FILING,
            department,
            first.year * 100 + first.month,
            f"报送{month.year}年{month.month}月政策性文件公开属性报备目录",
            first,
            {"month": month.isoformat()},
        )
        for department in _departments(session)
        if in_time or department.id in known
    )


def open_yearly(session: Session, today: dt.date) -> int:
    """This year's evaluation, for every department that has a policy in force."""
    makers = set(
        session.scalars(
            select(Policy.lead_department_id).where(
                Policy.published_at.is_not(None), Policy.repealed_at.is_(None)
            )
        )
    )
    return sum(
        _opened(
            session,
            Kind.YEARLY_EVALUATION,
            department,
            today.year,
            f"开展{today.year}年度政策评价",
            today.replace(month=1, day=1),
            {"year": today.year},
            link=f"/editor/evaluations?year={today.year}",
        )
        for department in _departments(session)
        if department.id in makers
    )


def open_gazette_duty(session: Session, policy_id: int, version_id: int) -> Duty:
    """10 workdays from 印发, else from publication (第十条)."""
    policy = session.get_one(Policy, policy_id)
    version = session.get_one(PolicyVersion, version_id)
    published = clock.day_of(version.published_at or clock.now())
    event = version.issue_date or version.publication_date or published
    return service.open_duty(
        session,
        Kind.GAZETTE,
        subject=f"policy:{policy.id}",
        round_=version.no,
        title=f"将《{version.title}》报送政府公报编辑部门",
        department_id=policy.owner_department_id,
        event=event,
        entered_late=(version.publication_date or event) < published,
        data={"policy_number": policy.number},
        quiet=True,
    )


def consultation_ended(session: Session, actor: Actor, title: str, ended_on: dt.date) -> Duty:
    """公开征集意见 of a draft has ended: within 30 days the department publishes what came of it (第六条).

    Raises:
        Invalid: no title, or a day that has not come yet.
    """
    title = title.strip()
    if not title:
        raise Invalid.field("title", "请填写征集意见的文件名称。")
    if ended_on > clock.today():
        raise Invalid.field("ended_on", "征集尚未结束，请在结束后登记。")
    if actor.department_id is None:
        raise ValueError("a consultation belongs to a department")
    return service.open_duty(
        session,
        Kind.CONSULTATION_SUMMARY,
        subject=f"consultation:{actor.department_id}:{title[:100]}",
        round_=ended_on.toordinal(),
        title=f"公开《{title[:100]}》征集意见情况说明",
        department_id=actor.department_id,
        event=ended_on,
        entered_late=(clock.today() - ended_on).days > 3,
        quiet=True,
    )


def filing_list(session: Session, duty: Duty) -> list[Filed]:
    """What the department published in the month of a filing duty."""
    month = dt.date.fromisoformat(duty.data["month"])
    following = (month + dt.timedelta(days=32)).replace(day=1)
    rows = session.execute(
        select(PolicyVersion, Policy.number)
        .join(Policy, Policy.id == PolicyVersion.policy_id)
        .where(
            PolicyVersion.published_at.is_not(None),
            func.coalesce(PolicyVersion.issue_date, PolicyVersion.publication_date) >= month,
            func.coalesce(PolicyVersion.issue_date, PolicyVersion.publication_date) < following,
            func.coalesce(Policy.drafting_department_id, Policy.lead_department_id) == duty.department_id,
        )
        .order_by(PolicyVersion.publication_date, PolicyVersion.id)
    )
    return [
        Filed(version.document_number, version.title, version.issue_date, version.publication_date, number)
        for version, number in rows
    ]


def _departments(session: Session) -> list[Department]:
    return list(
        session.scalars(select(Department).where(Department.dissolved_at.is_(None)).order_by(Department.id))
    )


def _opened(
    session: Session,
    kind: Kind,
    department: Department,
    round_: int,
    title: str,
    event: dt.date,
    data: dict[str, object],
    link: str = "",
) -> int:
    subject = f"department:{department.id}"
    known = select(Duty.id).where(Duty.kind == kind.value, Duty.subject == subject, Duty.round == round_)
    if session.scalar(known) is not None:
        return 0
    service.open_duty(
        session,
        kind,
        subject=subject,
        round_=round_,
        title=title,
        department_id=department.id,
        event=event,
        data=data,
        link=link,
        quiet=True,
    )
    return 1
