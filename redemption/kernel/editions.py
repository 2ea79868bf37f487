"""Editions: what is asked in nearly every transaction and changes a few times a year.

The workday calendar and the administrator's wordings are such subjects. Each has a mark in the table `edition`; a
trigger renews it in the transaction that changes one of the subject's tables (`migrations.ground`). The statement that
finds out who is asking reads all marks in passing (`MARKS`, handed to `seen`): a value that this process read under the
same mark is still right, and nothing is asked.

    edited = kept(session, "wordings", lambda: {row.code: row for row in session.execute(…)})

A mark is never used twice, so a change that is rolled back takes its mark along. Where no marks were read (jobs), and
after a change in the transaction itself (`forget`), the value is read from the tables and not kept for others.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from sqlalchemy import String, Uuid, event, func, select, text
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from redemption.kernel.db import Base

T = TypeVar("T")
_MARKS, _VALUES = "redemption.edition_marks", "redemption.edition_values"
_kept: dict[str, tuple[str, Any]] = {}
"""Of this process: the last value of each subject and the mark it was read under."""


class Edition(Base):
    """The mark of a subject's present state."""

    __tablename__ = "edition"

    subject: Mapped[str] = mapped_column(String(40), primary_key=True)
    mark: Mapped[Any] = mapped_column(Uuid, server_default=text("gen_random_uuid()"))


MARKS = select(func.jsonb_object_agg(Edition.subject, Edition.mark)).scalar_subquery()
"""All marks as one value, for a select that every request makes anyway."""


def seen(session: Session, marks: Mapping[str, str] | None) -> None:
    """Say what `MARKS` gave, for the rest of the transaction."""
    session.info.setdefault(_MARKS, dict(marks or {}))


def kept(session: Session, subject: str, read: Callable[[], T]) -> T:
    """The value of a subject as this transaction sees it; `read` asks the tables, at most once a transaction."""
    values: dict[str, Any] = session.info.setdefault(_VALUES, {})
    if subject in values:
        return cast(T, values[subject])
    mark = session.info.get(_MARKS, {}).get(subject)
    known = _kept.get(subject)
    if mark is not None and known is not None and known[0] == mark:
        values[subject] = known[1]
        return cast(T, known[1])
    value = values[subject] = read()
    if mark is not None:
        _kept[subject] = (mark, value)
    return value


def forget(session: Session, subject: str) -> None:
    """After a change in this transaction, and before one that must see what others committed."""
    session.info.get(_VALUES, {}).pop(subject, None)
    session.info.get(_MARKS, {}).pop(subject, None)


@event.listens_for(Session, "after_transaction_end")
def _end(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        _drop(session)


@event.listens_for(Session, "after_soft_rollback")
def _undone(session: Session, previous_transaction: SessionTransaction) -> None:
    _drop(session)


def _drop(session: Session) -> None:
    session.info.pop(_VALUES, None)
    session.info.pop(_MARKS, None)
