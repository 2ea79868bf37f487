"""Questions that were handed over, and answered: the 3 workdays of article 31."""

from sqlalchemy.orm import Session

from redemption.consultation.models import Question
from redemption.kernel import clock
from redemption.reporting import service as reporting
from redemption.reporting.rules import Kind
from workers.runtime import Payload, job


@job("question.passed_on")
def passed_on(session: Session, payload: Payload) -> None:
    """The department owes an answer; handed to another department, the first one's duty falls away."""
    question = session.get_one(Question, payload["question_id"])
    if question.department_id is None or question.passed_on_at is None:
        return
    reporting.close_others(
        session, Kind.ANSWER, f"question:{question.id}", question.department_id, "已转其他部门解答"
    )
    reporting.open_duty(
        session,
        Kind.ANSWER,
        subject=f"question:{question.id}",
        round_=question.department_id,
        title=f"答复政策咨询：{question.text[:40]}",
        department_id=question.department_id,
        event=clock.day_of(question.passed_on_at),
        link=f"/questions/{question.number}/answer",
        quiet=True,
    )


@job("question.answered")
def answered(session: Session, payload: Payload) -> None:
    question = session.get_one(Question, payload["question_id"])
    reporting.fulfil_subject(
        session,
        Kind.ANSWER,
        f"question:{question.id}",
        at=question.answered_at,
        evidence={"question": question.number},
    )
