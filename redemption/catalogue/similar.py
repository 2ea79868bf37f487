"""What somebody may have meant: for questions that nothing answers as typed.

Same sound first, because most typing in Chinese goes wrong among homophones; then names that share most pairs of
characters with what was typed, or, for latin letters, most of their letters.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Text, cast, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from redemption.catalogue import terms
from redemption.catalogue.models import ItemSearch
from redemption.catalogue.terms import Question

AT_MOST = 60
"""Similar items offered."""
CANDIDATES = 1000
"""Names looked at for it."""
CLOSE = 0.4
"""How much of the letters typed must agree (pg_trgm word similarity); one wrong letter in ten leaves about half."""

S = ItemSearch


def items(
    session: Session, asked: Question, within: ColumnElement[bool], shown: Sequence[Any]
) -> list[Row[Any]]:
    """At most AT_MOST rows of `shown`, best first."""
    if asked.latin:
        return _same_letters(session, asked.whole, within, shown)
    return _same_sound(session, asked, within, shown) or _same_pairs(session, asked, within, shown)


def _same_sound(
    session: Session, asked: Question, within: ColumnElement[bool], shown: Sequence[Any]
) -> list[Row[Any]]:
    if not terms.sounds(asked.whole):
        return []
    heard = S.name_grams.contains(literal(terms.sounds(asked.whole), ARRAY(Text)))
    whole = S.pinyin.contains(terms.pinyin(asked.whole), autoescape=True)
    found = select(*shown).where(within, heard, whole).limit(CANDIDATES).subquery()
    columns = [found.c[column.key] for column in shown]
    newest = select(*columns).order_by(found.c.published_at.desc(), found.c.item_id.desc())
    return list(session.execute(newest.limit(AT_MOST)))


def _same_pairs(
    session: Session, asked: Question, within: ColumnElement[bool], shown: Sequence[Any]
) -> list[Row[Any]]:
    """Names that have at least half of the pairs."""
    pairs = list(dict.fromkeys(gram for term in asked.terms for gram in terms.grams(term)))
    if not pairs:
        return []
    rare = literal(_rarest(session, pairs), ARRAY(Text))
    # the columns are asked for by position in the folded name: cheaper than taking the arrays of pairs apart
    shared = sum(
        (cast(func.strpos(S.name_folded, pair) > 0, Integer) for pair in pairs[1:]),
        start=cast(func.strpos(S.name_folded, pairs[0]) > 0, Integer),
    )
    near = (
        select(*shown, shared.label("shared"))
        .where(within, S.name_grams.overlap(rare))
        .limit(CANDIDATES)
        .subquery()
    )
    enough = max(1, (len(pairs) + 1) // 2)
    return list(
        session.execute(
            select(*(near.c[column.key] for column in shown))
            .where(near.c.shared >= enough)
            .order_by(near.c.shared.desc(), func.length(near.c.name), near.c.item_id.desc())
            .limit(AT_MOST)
        )
    )


def _same_letters(
    session: Session, latin: str, within: ColumnElement[bool], shown: Sequence[Any]
) -> list[Row[Any]]:
    if len(latin) < 4:
        return []
    session.execute(select(func.set_config("pg_trgm.word_similarity_threshold", str(CLOSE), True)))
    near = (
        select(*shown, S.pinyin).where(within, literal(latin).op("<%")(S.pinyin)).limit(CANDIDATES).subquery()
    )
    closeness = func.word_similarity(latin, near.c.pinyin)
    return list(
        session.execute(
            select(*(near.c[column.key] for column in shown))
            .order_by(closeness.desc(), near.c.item_id.desc())
            .limit(AT_MOST)
        )
    )


def _rarest(session: Session, pairs: Sequence[str], wanted: int = 4) -> list[str]:
    """The pairs that fewest names have, by the planner's own statistics: a pair it does not list is rare."""
    found = session.execute(_FREQUENCIES, {"table": S.__tablename__, "pairs": list(pairs)})
    common = {row.gram: row.frequency for row in found}
    return sorted(pairs, key=lambda pair: common.get(pair, 0.0))[:wanted]


_FREQUENCIES = text(
    "SELECT e.gram, e.frequency FROM pg_stats s, "
    "unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) AS e(gram, frequency) "
    "WHERE s.schemaname = current_schema() AND s.tablename = :table AND s.attname = 'name_grams' "
    "AND e.gram = ANY(:pairs)"
)
