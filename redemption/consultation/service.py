"""Questions: asked by somebody, passed on by the office, answered by who made the policy, kept for everybody.

    question = ask(session, actor, text, item_code="…")        the office sees it
    pass_on(session, office_actor, question, department)         3 workdays begin (第三十一条)
    answer(session, officer, question, answer, source)            public, and sent to who asked

`write` and `publish_with_policy` are the other way in: what the department answers before anybody asks (第二十九条),
public on the day of the policy (第三十条).
"""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.consultation import queries
from redemption.consultation.models import Question
from redemption.consultation.rules import ANSWER_WORKDAYS, LONGEST, MACHINE, Action, State
from redemption.identity.models import Department
from redemption.identity.rules import Actor, Role
from redemption.kernel import audit, clock, outbox
from redemption.kernel.calendar import load_calendar
from redemption.kernel.errors import Invalid, NotFound
from redemption.kernel.numbering import CODE_ALPHABET
from redemption.messages import service as messages
from redemption.policies import service as policies
from redemption.policies.models import Policy


def ask(
    session: Session, actor: Actor, text: str, *, item_code: str = "", policy_number: str = ""
) -> Question:
    """A question the knowledge base had no answer to. The same person asking the same again gets the first one.

    Raises:
        Invalid: nothing or too much was typed, or there is no such item or policy.
    """
    text = _text(text, "text", "请写下您的问题，说清是哪项政策、哪个环节，便于准确答复。")
    item = queries.public_item(session, item_code) if item_code else None
    policy = item[1] if item else (queries.public_policy(session, policy_number) if policy_number else None)
    if (item_code and item is None) or (policy_number and policy is None):
        raise Invalid("没有找到您所说的事项或政策，请从事项页面重新提问。", code="subject_unknown")
    same = session.scalar(
        queries.visible_to(actor).where(
            Question.text == text,
            Question.asker_person_id == actor.person_id,
            Question.state.in_([State.ASKED.value, State.PASSED_ON.value]),
        )
    )
    if same is not None:
        return same
    office = queries.office_for(session, policy.jurisdiction_id if policy else None)
    question = Question(
        number=_number(),
        policy_id=policy.id if policy else None,
        item_id=item[0].id if item else None,
        department_id=policy.owner_department_id if policy else None,
        asker_person_id=actor.person_id,
        asker_enterprise_id=actor.enterprise_id,
        office_id=office.id if office else None,
        text=text,
        state=MACHINE.next(State.DRAFT, Action.ASK).value,
        asked_at=clock.now(),
    )
    session.add(question)
    session.flush()
    _audit(session, actor, question, "ask_question", {})
    if office is not None:
        messages.tell(
            session,
            template="office_question_asked",
            once=f"question:{question.id}:asked",
            office_id=office.id,
            link=f"/office/questions/{question.number}",
            data={"number": question.number, "question": _short(text)},
        )
    return question


def pass_on(session: Session, actor: Actor, question: Question, department_code: str) -> None:
    """The office hands it to the department that made the policy; its 3 workdays begin. To another one: anew.

    Raises:
        NotFound: another office's question. Invalid: no such department at this office's level or below.
    """
    _offices(actor, question)
    known = {department.code: department for department in queries.departments_of(session, actor.office_id)}
    department = known.get(department_code)
    if department is None:
        raise Invalid.field("department", "请选择负责解答的政策制定部门。")
    question.state = MACHINE.next(State(question.state), Action.PASS_ON).value
    question.department_id, question.passed_on_at = department.id, clock.now()
    _audit(session, actor, question, "pass_on_question", {"department": department.code})
    outbox.publish(session, "question.passed_on", question.number, question_id=question.id)
    due = clock.due_text(load_calendar(session).add_workdays(clock.today(), ANSWER_WORKDAYS).date)
    messages.tell(
        session,
        template="question_passed_on",
        once=f"question:{question.id}:passed_on:{department.id}",
        department_id=department.id,
        link=f"/questions/{question.number}/answer",
        data={
            "office_name": actor.place or "政务公开办",
            "number": question.number,
            "question": _short(question.text),
            "due": due,
        },
    )
    if question.asker_person_id:
        messages.tell(
            session,
            template="question_received",
            once=f"question:{question.id}:received",
            person_id=question.asker_person_id,
            link="/questions/mine",
            data={"number": question.number, "question": _short(question.text), "due": due},
        )


def answer(
    session: Session, actor: Actor, question: Question, text: str, source: str, public_text: str = ""
) -> None:
    """Answer, and let it join the knowledge base. An answer may be given anew: the newest one stands.

    Args:
        source: where it stands in the policy (第三条第二款); public_text: the question without who asked.

    Raises:
        NotFound: not theirs to answer. Invalid: no answer, or no source.
    """
    if not _may_answer(actor, question):
        raise NotFound("没有找到这个问题，请核对编号。")
    text = _text(text, "answer", "请填写答复，语言简明、结论明确，并说明下一步怎么办。", limit=4000)
    if not source.strip():
        raise Invalid.field("source", "请写明依据，例如：《若干措施》第三条。")
    first = question.answered_at is None
    # what was written with a policy waits for its day (第三十条), also when it is written anew
    public = question.state != State.DRAFT or _policy_is_public(session, question)
    if public:
        question.state = MACHINE.next(State(question.state), Action.ANSWER).value
    question.answer, question.source = text, source.strip()[:200]
    question.public_text = public_text.strip()[:LONGEST]
    now = clock.now()
    question.answered_at = question.answered_at or now
    question.published_at, question.answered_by = now if public else None, actor.ref
    _count(session, question.policy_id)
    _audit(session, actor, question, "answer_question", {"answer": text, "source": question.source})
    if question.passed_on_at is not None and first:
        outbox.publish(session, "question.answered", question.number, question_id=question.id)
    if question.asker_person_id and question.asked_at:
        department = session.get(Department, question.department_id) if question.department_id else None
        messages.tell(
            session,
            template="question_answered",
            once=f"question:{question.id}:answered:{'first' if first else now.isoformat()}",
            person_id=question.asker_person_id,
            link=f"/questions/{question.number}",
            data={
                "number": question.number,
                "asked_on": clock.day_text(question.asked_at),
                "question": _short(question.text),
                "answer": text,
                "department_name": department.name if department else actor.place,
            },
        )


def close(session: Session, actor: Actor, question: Question, reason: str) -> None:
    """The office ends a question that is none of the policies', or that the knowledge base answers; who asked is told."""
    _offices(actor, question)
    if not reason.strip():
        raise Invalid.field("reason", "请写明原因，并告诉提问人可以到哪里咨询。")
    question.state = MACHINE.next(State(question.state), Action.CLOSE).value
    question.close_reason = reason.strip()[:500]
    _audit(session, actor, question, "close_question", {"reason": question.close_reason})
    if question.asker_person_id and question.asked_at:
        messages.tell(
            session,
            template="question_answered",
            once=f"question:{question.id}:closed",
            person_id=question.asker_person_id,
            link="/questions/mine",
            data={
                "number": question.number,
                "asked_on": clock.day_text(question.asked_at),
                "question": _short(question.text),
                "answer": question.close_reason,
                "department_name": actor.place or "政务公开办",
            },
        )


def write(
    session: Session,
    actor: Actor,
    *,
    text: str,
    answer: str,
    source: str,
    policy_number: str,
    item_code: str = "",
) -> Question:
    """简明问答 written by who made the policy; public at once when the policy is, else on the day it is published.

    Raises:
        NotFound: not their policy. Invalid: something is missing.
    """
    if actor.role is not Role.POLICY_MAKER or actor.department_id is None:
        raise NotFound("没有找到这份政策文件。")
    policy = queries.own_policy(session, actor, policy_number)
    item = queries.own_item(session, policy.id, item_code) if item_code else None
    if item_code and item is None:
        raise Invalid.field("item", "这个事项不属于所选的政策文件，请重新选择。")
    question = Question(
        number=_number(),
        policy_id=policy.id,
        item_id=item.id if item else None,
        department_id=actor.department_id,
        text=_text(text, "text", "请填写问题，从企业的角度问，一次只问一件事。"),
        answer=_text(answer, "answer", "请填写答复。", limit=4000),
        source=source.strip()[:200],
        state=State.DRAFT.value,
        answered_at=clock.now(),
        answered_by=actor.ref,
        asked_at=clock.now(),
    )
    if not question.source:
        raise Invalid.field("source", "请写明依据，例如：《若干措施》第三条。")
    session.add(question)
    session.flush()
    _audit(session, actor, question, "write_question", {"answer": question.answer, "source": question.source})
    if policy.published_at is not None:
        _publish(question)
    _count(session, policy.id)
    return question


def publish_with_policy(session: Session, policy_id: int) -> int:
    """The day the policy becomes public its 简明问答 do too (第三十条). Returns how many."""
    drafts = session.scalars(
        select(Question).where(Question.policy_id == policy_id, Question.state == State.DRAFT.value)
    ).all()
    for question in drafts:
        _publish(question)
    return len(drafts)


def _publish(question: Question) -> None:
    question.state = MACHINE.next(State(question.state), Action.ANSWER).value
    question.published_at = clock.now()


def _policy_is_public(session: Session, question: Question) -> bool:
    policy = session.get(Policy, question.policy_id) if question.policy_id else None
    return policy is not None and policy.published_at is not None


def _count(session: Session, policy_id: int | None) -> None:
    """Publishing a policy asks why when it has no 简明问答, so it is told how many there are."""
    if policy_id is not None:
        session.flush()
        policies.count_answers(session, policy_id, queries.answers_of(session, policy_id))


def _may_answer(actor: Actor, question: Question) -> bool:
    if actor.role is Role.OFFICE:
        return question.office_id == actor.office_id
    mine = actor.role in {Role.OFFICER, Role.POLICY_MAKER} and actor.department_id is not None
    return mine and question.department_id == actor.department_id and question.state != State.ASKED.value


def _offices(actor: Actor, question: Question) -> None:
    if actor.role is not Role.OFFICE or actor.office_id is None or question.office_id != actor.office_id:
        raise NotFound("没有找到这个问题，请核对编号。")


def _text(text: str, field: str, empty: str, limit: int = LONGEST) -> str:
    text = text.strip()
    if not text:
        raise Invalid.field(field, empty)
    if len(text) > limit:
        raise Invalid.field(field, f"请不要超过{limit}个字。")
    return text


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def _number() -> str:
    return f"WD-{clock.today():%y%m}-{''.join(secrets.choice(CODE_ALPHABET) for _ in range(6))}"


def _audit(session: Session, actor: Actor, question: Question, action: str, data: dict[str, str]) -> None:
    audit.record(session, f"question:{question.id}", actor.ref, action, data)
