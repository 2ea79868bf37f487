"""The words by which policies name their parts: the table of the package, and what administrators added to it."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.catalogue.extraction import Synonyms
from redemption.catalogue.models import SynonymWord
from redemption.catalogue.rules import FIELD_NAMES
from redemption.identity.rules import Actor, Role
from redemption.kernel import audit, clock
from redemption.kernel.errors import Conflict, Invalid, NotAllowed, NotFound

CHAIN = "synonyms:table"
_WORD = re.compile(r"[\u4e00-\u9fffA-Za-z]{2,20}")


def added(session: Session) -> list[SynonymWord]:
    """The words that administrators added and did not take out again, by field."""
    in_use = select(SynonymWord).where(SynonymWord.removed_at.is_(None))
    return list(session.scalars(in_use.order_by(SynonymWord.field, SynonymWord.id)))


def table(session: Session) -> Synonyms:
    """The whole table as the extractor is to use it now."""
    extra: dict[str, list[str]] = {}
    for row in added(session):
        extra.setdefault(row.field, []).append(row.word)
    return Synonyms.default().merged(extra) if extra else Synonyms.default()


def add_word(session: Session, actor: Actor, field: str, word: str, *, move: bool = False) -> SynonymWord:
    """File a word under a field; drafts made from now on are read with it.

    Args:
        move: the word stands under another field of the built-in table, and that is wrong.

    Raises:
        NotAllowed: not an administrator. Invalid: no such field, or not a word. Conflict: filed elsewhere.
    """
    _administrator(actor)
    plain = re.sub(r"\s+", "", word)
    if field not in FIELD_NAMES:
        raise Invalid.field("field", "请选择栏目。")
    if _WORD.fullmatch(plain) is None:
        raise Invalid.field("word", "请填写 2 到 20 个汉字或字母的标题用语，不带序号和标点。")
    filed = table(session).roles.get(plain)
    if filed == field:
        raise Invalid.field("word", f"“{plain}”已经在“{FIELD_NAMES[field]}”中。")
    if filed is not None and not move:
        where = FIELD_NAMES.get(filed, filed)
        raise Conflict(
            f"“{plain}”现在归入“{where}”。确实要改归“{FIELD_NAMES[field]}”，请勾选“改归”。",
            code="word_filed_elsewhere",
            fields={"word": f"“{plain}”现在归入“{where}”。"},
        )
    for row in added(session):
        if row.word == plain:
            row.removed_at, row.removed_by = clock.now(), actor.ref
    session.flush()
    made = SynonymWord(field=field, word=plain, added_at=clock.now(), added_by=actor.ref)
    session.add(made)
    session.flush()
    audit.record(session, CHAIN, actor.ref, "add_word", {"field": field, "word": plain, "was": filed})
    return made


def remove_word(session: Session, actor: Actor, word: str) -> None:
    """Take an added word out again. NotFound if it was not added."""
    _administrator(actor)
    row = session.scalar(
        select(SynonymWord).where(SynonymWord.word == word, SynonymWord.removed_at.is_(None))
    )
    if row is None:
        raise NotFound("补充的用语中没有这个词。")
    row.removed_at, row.removed_by = clock.now(), actor.ref
    session.flush()
    audit.record(session, CHAIN, actor.ref, "remove_word", {"field": row.field, "word": word})


def _administrator(actor: Actor) -> None:
    if actor.role is not Role.ADMINISTRATOR:
        raise NotAllowed
