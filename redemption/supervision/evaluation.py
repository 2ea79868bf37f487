"""年度政策评价 (第三十六条至第三十八条): figures of a year, a questionnaire, the department's words, publication.

evaluation = begin(session, maker, policy_number, 2026)
answer(session, enterprise_actor, evaluation, {...})      who applied, and who fitted and did not
publish(session, maker, evaluation, findings, measures)   the figures stand still from here
report_outcome(session, maker, evaluation, text)          what was done with it
"""

import datetime as dt
import secrets
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from redemption.applications.models import Application
from redemption.catalogue.models import Item, ItemVersion
from redemption.identity.rules import Actor, Role
from redemption.kernel import audit, clock, outbox
from redemption.kernel.db import Json
from redemption.kernel.errors import Conflict, Invalid, NotFound
from redemption.kernel.numbering import CODE_ALPHABET
from redemption.matching import service as matching
from redemption.matching.queries import fitting as fitting_enterprises
from redemption.messages import service as messages
from redemption.messages.service import Notice
from redemption.policies.models import Policy, PolicyVersion
from redemption.reporting import service as reporting
from redemption.reporting.rules import Kind
from redemption.supervision import queries
from redemption.supervision.asking import questions_for
from redemption.supervision.models import Answer, Evaluation

MOST_INVITED = 2000
"""Enterprises that fit one item and are asked: enough to count, few enough to bear."""


def begin(session: Session, actor: Actor, policy_number: str, year: int) -> Evaluation:
    """The evaluation of one of the department's policies in one year; the one that is there if there is one."""
    policy = own_policy(session, actor, policy_number)
    if not 2020 <= year <= clock.today().year:
        raise Invalid.field("year", "请选择已经开始的年度。")
    made = session.scalar(
        insert(Evaluation)
        .values(
            number=f"PJ-{year}-{''.join(secrets.choice(CODE_ALPHABET) for _ in range(6))}",
            policy_id=policy.id,
            department_id=actor.department_id,
            year=year,
            figures={},
            findings="",
            measures="",
            outcome="",
            created_at=clock.now(),
            created_by=actor.ref,
        )
        .on_conflict_do_nothing(index_elements=["policy_id", "year"])
        .returning(Evaluation.id)
    )
    found = select(Evaluation).where(Evaluation.policy_id == policy.id, Evaluation.year == year)
    evaluation = session.scalars(found).one()
    if made is not None:
        _audit(session, actor, evaluation, "begin_evaluation", {"year": year})
    return evaluation


def invite(session: Session, actor: Actor, evaluation: Evaluation) -> None:
    """Ask those who applied, and those who fitted and did not; a job tells them, each once.

    Raises:
        NotFound: another department's. Conflict: published already.
    """
    _own(actor, evaluation)
    if evaluation.published_at is not None:
        raise Conflict("评价结果已经公布，问卷已结束。", code="evaluation_published")
    _audit(session, actor, evaluation, "invite_to_evaluation", {})
    outbox.publish(session, "evaluation.invited", evaluation.number, evaluation_id=evaluation.id)


def tell_invited(session: Session, evaluation_id: int) -> int:
    """Tell everybody who is asked; returns how many that are."""
    evaluation = session.get_one(Evaluation, evaluation_id)
    _, title = by_number(session, evaluation.number)
    since = clock.start_of_day(dt.date(evaluation.year, 1, 1))
    until = clock.end_of_day(dt.date(evaluation.year, 12, 31))
    items = list(session.scalars(select(Item).where(Item.policy_id == evaluation.policy_id)))
    applied = set(
        session.scalars(
            select(Application.enterprise_id).where(
                Application.item_id.in_([item.id for item in items]),
                Application.received_at >= since,
                Application.received_at < until,
            )
        )
    )
    fitting: set[int] = set()
    for item in items:
        version = session.get(ItemVersion, item.current_version_id) if item.current_version_id else None
        rule = matching.rule_of(session, item, version) if version else None
        if rule is not None and not rule.empty:
            fitting |= set(session.scalars(fitting_enterprises(rule, manual=True).limit(MOST_INVITED)))
    told = [(one, "申报过") for one in sorted(applied)] + [
        (one, "可能符合") for one in sorted(fitting - applied)
    ]
    messages.tell_many(
        session,
        [
            Notice(
                "evaluation_invited",
                f"evaluation:{evaluation.id}:{enterprise_id}",
                {"policy": title, "year": evaluation.year, "why": why},
                f"/evaluations/{evaluation.number}/questionnaire",
                enterprise_id=enterprise_id,
            )
            for enterprise_id, why in told
        ],
    )
    return len(told)


def publish(session: Session, actor: Actor, evaluation: Evaluation, findings: str, measures: str) -> None:
    """Publish the result; fulfils the year's duty (第三十六条). The figures stand as they are now.

    Raises:
        NotFound: another department's. Invalid: nothing written. Conflict: published already.
    """
    _own(actor, evaluation)
    if evaluation.published_at is not None:
        raise Conflict(
            "这份评价已经公布。如有新的运用情况，请在“运用情况”中补充。", code="evaluation_published"
        )
    faults = {}
    if not findings.strip():
        faults["findings"] = "请填写取得的成效和存在的问题。"
    if not measures.strip():
        faults["measures"] = "请填写打算怎样改进政策或办理。"
    if faults:
        raise Invalid(fields=faults)
    evaluation.figures = queries.figures_of(session, evaluation.policy_id, evaluation.year, evaluation.id)
    evaluation.findings, evaluation.measures = findings.strip()[:4000], measures.strip()[:4000]
    evaluation.published_at = clock.now()
    _audit(session, actor, evaluation, "publish_evaluation", {"figures": evaluation.figures})
    reporting.fulfil_subject(
        session,
        Kind.YEARLY_EVALUATION,
        f"department:{evaluation.department_id}",
        evidence={"evidence": evaluation.number},
        actor=actor,
        round_=evaluation.year,
    )


def keep_words(session: Session, actor: Actor, evaluation: Evaluation, findings: str, measures: str) -> None:
    """What is written so far, to go on with later; nobody else sees it.

    Raises:
        NotFound: another department's. Conflict: published already.
    """
    _own(actor, evaluation)
    if evaluation.published_at is not None:
        raise Conflict("这份评价已经公布，不能再改。", code="evaluation_published")
    evaluation.findings, evaluation.measures = findings.strip()[:4000], measures.strip()[:4000]


def report_outcome(session: Session, actor: Actor, evaluation: Evaluation, text: str) -> None:
    """运用情况 (第三十八条): what was done with a published result."""
    _own(actor, evaluation)
    if evaluation.published_at is None:
        raise Conflict("请先公布评价结果，再填写运用情况。", code="evaluation_not_published")
    if not text.strip():
        raise Invalid.field("outcome", "请填写评价结果的运用情况，例如修改了哪些条款、简化了哪些材料。")
    evaluation.outcome, evaluation.outcome_at = text.strip()[:4000], clock.now()
    _audit(session, actor, evaluation, "report_outcome", {"outcome": evaluation.outcome})


def answer(
    session: Session, actor: Actor, evaluation: Evaluation, answers: Json, comment: str = ""
) -> Answer:
    """One enterprise's answers; the last ones count until the result is published.

    Raises:
        NotFound: not an enterprise. Conflict: published already. Invalid: a question without an answer.
    """
    if actor.role is not Role.ENTERPRISE or actor.enterprise_id is None:
        raise NotFound("没有找到这份问卷。")
    if evaluation.published_at is not None:
        raise Conflict("评价结果已经公布，问卷已结束。感谢您的关注。", code="evaluation_published")
    applied = has_applied(session, actor, evaluation)
    asked = questions_for(applied)
    wrong = {key: "请选择一项。" for key, one in asked.items() if str(answers.get(key)) not in one.choices}
    if wrong:
        raise Invalid(fields=wrong)
    values = {
        "answers": {key: str(answers[key]) for key in asked},
        "comment": comment.strip()[:500],
        "applied": applied,
        "answered_at": clock.now(),
    }
    row = insert(Answer).values(evaluation_id=evaluation.id, enterprise_id=actor.enterprise_id, **values)
    made = session.scalar(
        row.on_conflict_do_update(index_elements=["evaluation_id", "enterprise_id"], set_=values).returning(
            Answer.id
        )
    )
    return session.get_one(Answer, made, populate_existing=True)


def has_applied(session: Session, actor: Actor, evaluation: Evaluation) -> bool:
    """Whether the acting enterprise applied for an item of the policy in that year: it decides what is asked."""
    items = select(Item.id).where(Item.policy_id == evaluation.policy_id)
    mine = select(Application.id).where(
        Application.enterprise_id == actor.enterprise_id,
        Application.item_id.in_(items),
        Application.status.is_not(None),
        Application.received_at >= clock.start_of_day(dt.date(evaluation.year, 1, 1)),
        Application.received_at < clock.end_of_day(dt.date(evaluation.year, 12, 31)),
    )
    return session.scalar(mine.limit(1)) is not None


# --- finding -----------------------------------------------------------------------------------------------


def own_policy(session: Session, actor: Actor, number: str) -> Policy:
    """A published policy the acting policy maker's department owes the evaluation of."""
    policy = session.scalar(select(Policy).where(Policy.number == number, Policy.published_at.is_not(None)))
    mine = actor.role is Role.POLICY_MAKER and actor.department_id is not None
    if policy is None or not mine or policy.owner_department_id != actor.department_id:
        raise NotFound("没有找到这份政策文件。")
    return policy


def by_number(session: Session, number: str) -> tuple[Evaluation, str]:
    """An evaluation with its policy's title."""
    row = session.execute(
        select(Evaluation, PolicyVersion.title)
        .join(Policy, Policy.id == Evaluation.policy_id)
        .join(PolicyVersion, PolicyVersion.id == Policy.current_version_id)
        .where(Evaluation.number == number)
    ).one_or_none()
    if row is None:
        raise NotFound("没有找到这份评价。")
    return row[0], row[1]


def listed(session: Session, *conditions: Any, limit: int = 200) -> list[tuple[Evaluation, str]]:
    """Evaluations with their policies' titles, newest first."""
    rows = session.execute(
        select(Evaluation, PolicyVersion.title)
        .join(Policy, Policy.id == Evaluation.policy_id)
        .join(PolicyVersion, PolicyVersion.id == Policy.current_version_id)
        .where(*conditions)
        .order_by(Evaluation.year.desc(), Evaluation.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def policies_to_choose(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """(number, title) of the department's published policies."""
    rows = session.execute(
        select(Policy, PolicyVersion.title)
        .join(PolicyVersion, PolicyVersion.id == Policy.current_version_id)
        .where(
            Policy.published_at.is_not(None),
            func.coalesce(Policy.drafting_department_id, Policy.lead_department_id) == actor.department_id,
        )
        .order_by(Policy.id.desc())
        .limit(300)
    )
    return [(policy.number, title) for policy, title in rows]


def _own(actor: Actor, evaluation: Evaluation) -> None:
    if actor.role is not Role.POLICY_MAKER or actor.department_id != evaluation.department_id:
        raise NotFound("没有找到这份评价。")


def _audit(session: Session, actor: Actor, evaluation: Evaluation, action: str, data: Json) -> None:
    audit.record(session, f"evaluation:{evaluation.id}", actor.ref, action, data)
