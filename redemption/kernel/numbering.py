"""Numbers that people write down, read over a phone and type again.

A submission is `<prefix>-<yymmdd>-<six digits>-<two check digits>`, e.g. 110108-261122-000457-38; an
application adds its place in the submission (`-01`). The check digits are ISO 7064 Mod 97-10: any one wrong
digit and any two neighbours swapped are caught, so that a mistyped number is called that and does not open
somebody else's case.

The counting parts come from PostgreSQL sequences, so that no commit waits for another; a rolled-back one
leaves a gap. Only document numbers (字号) are counted without gaps, in a row per department, kind and year,
which is locked until the commit.
"""

from __future__ import annotations

import re
import secrets
from datetime import date

from sqlalchemy import Integer, Sequence, String, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column
from stdnum.iso7064 import mod_97_10

from redemption.kernel.db import Base
from redemption.kernel.errors import Invalid

SUBMISSIONS = Sequence("submission_number_seq", start=1, metadata=Base.metadata)
REFERRALS = Sequence("referral_number_seq", start=1, metadata=Base.metadata)

REFERRAL_PREFIX = "ZB"
CODE_ALPHABET = "34679ACDEFHJKMNPRTVWXY"
"""Without 0 O, 1 I L, 2 Z, 5 S, 8 B, U: 22 characters, 16 of them are 71 random bits."""

_PREFIX = re.compile(r"[0-9A-Z]{1,12}")
_NUMBER = re.compile(r"([0-9A-Z]{1,12})([0-9]{6})([0-9]{6})([0-9]{2})")
_PLACE = re.compile(r"0[1-9]|[1-9][0-9]")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_GAP = re.compile(r"[\s\-‐-―−_·.]+")


class DocumentCounter(Base):
    """The last document number given out by a department, for one kind of document in one year."""

    __tablename__ = "document_counter"

    department: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(64), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int]


def submission_number(session: Session, prefix: str, day: date) -> str:
    """The next number of a submission (申报单号).

    Args:
        prefix: the jurisdiction's code, 1–12 characters of 0-9A-Z; day: the day on which the number is given.
    """
    return _numbered(prefix, day, session.scalar(SUBMISSIONS.next_value()) or 0)


def application_number(submission: str, place: int) -> str:
    """The number of an application (申报件号): its submission's and its place in it, from 1 to 99."""
    if not 1 <= place <= 99:
        raise ValueError(f"a submission has 1 to 99 applications, not {place}")
    return f"{submission}-{place:02d}"


def referral_number(session: Session, day: date) -> str:
    """The next number of a referral (转办单号): ZB-261122-000457-38."""
    return referral_numbers(session, day, 1)[0]


def referral_numbers(session: Session, day: date, count: int) -> list[str]:
    """The next so many numbers of referrals, in one round trip."""
    counts = session.scalars(select(REFERRALS.next_value()).select_from(func.generate_series(1, count)))
    return [_numbered(REFERRAL_PREFIX, day, drawn) for drawn in counts]


def read_number(text: str) -> str:
    """A typed, dictated or scanned number as it is stored: hyphens, spaces, width and case do not matter.

    Only the place of an application must be set apart (`… 38 01`): run together it could not be told from the
    check digits, and a mistyped number might pass. Invalid `number_mistyped` for what is no number.
    """
    groups = _GAP.sub(" ", text.translate(_WIDE)).upper().split()
    has_place = [len(group) for group in groups[-2:]] == [2, 2]
    place = groups.pop() if has_place else ""
    match = _NUMBER.fullmatch("".join(groups))
    if match is None or not mod_97_10.is_valid(match[0]) or (place and _PLACE.fullmatch(place) is None):
        raise Invalid("编号有误，可能有一位填错或两位颠倒，请对照回执核对。", code="number_mistyped")
    return "-".join([*match.groups(), *([place] if place else [])])


def verification_code() -> str:
    """A random code that proves a document genuine: four groups of four, no characters that look alike."""
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(16))
    return "-".join(code[at : at + 4] for at in range(0, 16, 4))


def read_verification_code(text: str) -> str:
    """A typed verification code as it is stored. Invalid `code_mistyped` if it is none."""
    plain = _GAP.sub("", text.translate(_WIDE)).upper()
    if len(plain) != 16 or set(plain) - set(CODE_ALPHABET):
        raise Invalid("核验码由16位字母和数字组成，请对照文书核对后重新输入。", code="code_mistyped")
    return "-".join(plain[at : at + 4] for at in range(0, 16, 4))


def document_number(session: Session, *, department: str, kind: str, mark: str, year: int) -> str:
    """The next 字号, e.g. 青发改受〔2026〕12号, counted from 1 for each department, kind and year.

    Other documents of the same department, kind and year wait until this transaction ends: ask for it last.
    A transaction that is rolled back gives its number back.

    Args:
        department: the department's code; kind: the kind of document; mark: the words before the year.
    """
    row = insert(DocumentCounter).values(department=department, kind=kind, year=year, last=1)
    upsert = row.on_conflict_do_update(
        index_elements=["department", "kind", "year"], set_={"last": DocumentCounter.last + 1}
    )
    number = session.scalar(upsert.returning(DocumentCounter.last))
    return f"{mark}〔{year}〕{number}号"


def _numbered(prefix: str, day: date, count: int) -> str:
    if _PREFIX.fullmatch(prefix) is None:
        raise ValueError(f"not a prefix of a number: {prefix!r}")
    # the day is part of the number, so the count may start again: no day has a million of them
    stem = f"{prefix}-{day:%y%m%d}-{count % 1_000_000:06d}"
    return f"{stem}-{mod_97_10.calc_check_digits(stem.replace('-', ''))}"
