"""Telling people: one message in their space, and its deliveries by e-mail and SMS, once for each occasion.

    tell(session, template="correction_requested", once=f"correction:{correction.id}", enterprise_id=…,
         data={"item_name": …, …}, link=f"/space/applications/{number}")

`once` names the occasion: the same occasion never tells twice, whoever repeats the call. The message and its
deliveries are written in one statement in the caller's transaction; a job sends them after the commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from redemption.identity.rules import Actor
from redemption.kernel import audit, clock, editions
from redemption.kernel.db import Json
from redemption.kernel.errors import Invalid, NotFound
from redemption.messages.models import Message, MessageTemplate
from redemption.messages.queries import mine
from redemption.messages.rules import Template, built_in, fill, placeholders

_SUBJECT = "wordings"

_TELL = text(
    """
WITH given AS (
  SELECT * FROM jsonb_to_recordset(:rows) AS r(
    once text, template text, enterprise_id bigint, person_id bigint, department_id bigint, office_id bigint,
    subject text, body text, link text, data jsonb, by_email boolean, by_sms boolean)
), told AS (
  INSERT INTO message (once, template, enterprise_id, person_id, department_id, office_id,
                       subject, body, link, data, created_at)
  SELECT once, template, enterprise_id, person_id, department_id, office_id, subject, body, link, data, :now
  FROM given
  ON CONFLICT (once) DO NOTHING
  RETURNING id, once, enterprise_id, person_id, department_id, office_id
), reach AS (
  SELECT told.id, once, e.contact_email AS email, e.contact_phone AS phone, e.id AS enterprise, NULL::bigint AS person
    FROM told JOIN enterprise e ON e.id = told.enterprise_id
  UNION SELECT told.id, once, p.email, p.phone, NULL, p.id FROM told JOIN person p ON p.id = told.person_id
  UNION SELECT told.id, once, d.contact_email, '', NULL, NULL
    FROM told JOIN department d ON d.id = told.department_id
  UNION SELECT told.id, once, p.email, p.phone, NULL, p.id
    FROM told JOIN post ON post.office_id = told.office_id AND post.ended_at IS NULL
              JOIN person p ON p.id = post.person_id AND p.closed_at IS NULL
), wanted AS (
  SELECT reach.*,
         ARRAY(SELECT o.channel FROM message_opt_out o
                WHERE o.enterprise_id = reach.enterprise OR o.person_id = reach.person) AS off
    FROM reach
), way AS (
  SELECT wanted.id, 'email' AS channel, email AS address
    FROM wanted JOIN given USING (once) WHERE email <> '' AND by_email AND 'email' <> ALL(off)
  UNION
  SELECT wanted.id, 'sms', phone FROM wanted JOIN given USING (once) WHERE phone <> '' AND by_sms AND 'sms' <> ALL(off)
), gone AS (
  INSERT INTO message_delivery (message_id, channel, address, state, attempts, next_at, error)
  SELECT id, channel, address, 'waiting', 0, CAST(:now AS timestamptz), '' FROM way
  ON CONFLICT DO NOTHING
), rung AS (
  -- as outbox.publish does, in the same round trip: handing in has a budget of statements
  INSERT INTO outbox (topic, key, payload, created_at, not_before, attempts)
  SELECT DISTINCT 'message.ready', told.once, jsonb_build_object('message_id', told.id),
         CAST(:now AS timestamptz), CAST(:now AS timestamptz), 0
    FROM way JOIN told USING (id)
)
SELECT count(*) FROM told
"""
).bindparams(bindparam("rows", type_=JSONB))


# of the table, not of the class: no object is wanted, and most transactions that tell ask this
_EDITED = select(*(MessageTemplate.__table__.c[name] for name in ("code", "subject", "body")))


@dataclass(frozen=True)
class Notice:
    """One thing to tell: see `tell`."""

    template: str
    once: str
    data: Json
    link: str = ""
    enterprise_id: int | None = None
    person_id: int | None = None
    department_id: int | None = None
    office_id: int | None = None


def tell(
    session: Session,
    *,
    template: str,
    once: str,
    data: Json,
    link: str = "",
    enterprise_id: int | None = None,
    person_id: int | None = None,
    department_id: int | None = None,
    office_id: int | None = None,
) -> None:
    """Tell an enterprise, a person, a department or an office (any of them, at least one).

    Raises:
        ValueError: no such template, a value that its words need is missing, or nobody to tell.
    """
    tell_many(
        session, [Notice(template, once, data, link, enterprise_id, person_id, department_id, office_id)]
    )


def tell_many(session: Session, notices: Sequence[Notice]) -> None:
    """Tell many at once, in one statement. The same `once` twice in one call tells once."""
    if not notices:
        return
    rows = [_row(session, notice) for notice in {notice.once: notice for notice in notices}.values()]
    session.flush()
    session.execute(_TELL, {"rows": rows, "now": clock.now()})


def _row(session: Session, notice: Notice) -> Json:
    if not any((notice.enterprise_id, notice.person_id, notice.department_id, notice.office_id)):
        raise ValueError(f"nobody to tell: {notice.once}")
    words = wording(session, notice.template)
    return vars(notice) | {
        "subject": fill(words.subject, notice.data),
        "body": fill(words.body, notice.data),
        "by_email": "email" in words.channels,
        "by_sms": "sms" in words.channels,
    }


def wording(session: Session, code: str) -> Template:
    """The administrator's wording if there is one, else the built-in. ValueError for an unknown code."""
    if code not in built_in():
        raise ValueError(f"no message template {code}")
    edited = editions.kept(session, _SUBJECT, lambda: _edited(session))
    own = built_in()[code]
    if code not in edited:
        return own
    subject, body = edited[code]
    return Template(code, subject, body, own.channels)


def _edited(session: Session) -> dict[str, tuple[str, str]]:
    return {row.code: (row.subject, row.body) for row in session.execute(_EDITED)}


def save_template(session: Session, actor: Actor, code: str, subject: str, body: str) -> None:
    """Put an administrator's wording in the place of the built-in one; empty texts bring the built-in one back.

    Raises:
        NotFound: no such template. Invalid: it names a value that this message does not have.
    """
    own = built_in().get(code)
    if own is None:
        raise NotFound("没有这个消息模板。")
    subject, body = subject.strip(), body.strip()
    if not subject and not body:
        session.execute(delete(MessageTemplate).where(MessageTemplate.code == code))
    else:
        _check(own, subject, body)
        now = clock.now()
        values = {"subject": subject, "body": body, "edited_at": now, "edited_by": actor.ref}
        row = insert(MessageTemplate).values(code=code, **values)
        session.execute(row.on_conflict_do_update(index_elements=["code"], set_=values))
    editions.forget(session, _SUBJECT)
    audit.record(
        session, f"message_template:{code}", actor.ref, "save_template", {"subject": subject, "body": body}
    )


def mark_read(session: Session, actor: Actor, message_ids: list[int]) -> int:
    """Mark messages of the acting person's place as read; others' are left alone. Returns how many."""
    ids = mine(actor).with_only_columns(Message.id).scalar_subquery()
    read = update(Message).where(Message.id.in_(message_ids), Message.id.in_(ids), Message.read_at.is_(None))
    done = session.scalars(
        read.values(read_at=func.now()).returning(Message.id).execution_options(synchronize_session=False)
    )
    return len(done.all())


def _check(own: Template, subject: str, body: str) -> None:
    faults: dict[str, str] = {}
    for name, words, limit in (("subject", subject, 60), ("body", body, 1000)):
        unknown = sorted(placeholders(words) - own.keys)
        if not words:
            faults[name] = "请填写内容。"
        elif len(words) > limit:
            faults[name] = f"请不要超过{limit}个字。"
        elif unknown:
            known = "、".join(f"{{{key}}}" for key in sorted(own.keys))
            faults[name] = f"没有可填入的内容 {{{unknown[0]}}}；可以使用：{known}。"
    if faults:
        raise Invalid(fields=faults)
