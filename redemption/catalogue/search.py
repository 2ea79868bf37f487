"""Finding items: by Chinese words and parts of words, pinyin and its initials, 文号; mistyped words are forgiven.

`find` answers one page. Relevance is a row of stages, each an index read that stops when the page is full: the name
itself, names that begin with it, names that contain it, names by pinyin, then everything else that an item is found
by. When nothing matches, names that sound the same, then those that share most pairs of characters, are offered and
the answer says so. Keeping the table true is `index` (`catalogue.indexing`).
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    any_,
    func,
    literal,
    not_,
    or_,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from redemption.catalogue import terms
from redemption.catalogue.indexing import index, index_many
from redemption.catalogue.models import ItemSearch
from redemption.catalogue.rules import ItemState
from redemption.catalogue.terms import Question, question
from redemption.kernel import clock
from redemption.kernel.errors import Invalid

__all__ = ["SORTS", "Filters", "Found", "filtered", "find", "index", "index_many", "matching_text"]

PAGE = 20
MOST = 100
FORGIVEN = 60
"""Similar items offered at most when nothing matches."""
CANDIDATES = 3000
"""Names looked at for it."""
CLOSE = 0.4
"""How much of the letters typed must agree (pg_trgm word similarity); one wrong letter in ten leaves about half."""
SOON = dt.timedelta(days=30)
SORTS = {"relevance": "相关程度", "newest": "最新发布", "closing": "即将截止"}
DEADLINES = {
    "open": "现在可以申报",
    "soon": "30 天内截止",
    "always": "常年受理",
    "upcoming": "尚未开始",
    "closed": "本批次已截止",
}

S = ItemSearch
_TEXTS = ARRAY(Text)


def _array(values: Iterable[str]) -> ColumnElement[Any]:
    return literal(list(values), _TEXTS)


SHOWN = (
    S.item_id, S.code, S.name, S.summary, S.state, S.theme, S.object_classes, S.mode, S.level, S.department,
    S.document_number, S.policy_number, S.opens_on, S.closes_on, S.valid_until, S.published_at,
)  # fmt: skip


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; several values of one facet mean any of them."""

    theme: tuple[str, ...] = ()
    object_class: tuple[str, ...] = ()
    department: tuple[int, ...] = ()
    level: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    deadline: tuple[str, ...] = ()

    def without(self, facet: str) -> "Filters":
        """The same with one facet open."""
        return Filters(**{**self.__dict__, facet: ()})

    def __bool__(self) -> bool:
        return any(self.__dict__.values())


@dataclass
class Found:
    """One page. `forgiven`: nothing matched as typed, these are similar."""

    rows: list[Row[Any]] = field(default_factory=list)
    next_cursor: list[Any] | None = None
    forgiven: bool = False


def find(
    session: Session,
    raw: str = "",
    filters: Filters | None = None,
    *,
    sort: str = "",
    cursor: Any = None,
    limit: int = PAGE,
    only: int | None = None,
) -> Found:
    """Items in force that answer a question, a page at a time.

    Args:
        sort: a key of SORTS; by default relevance where something is asked, newest where not.
        cursor: `next_cursor` of the page before.
        only: the id of the one item that is asked about.

    Raises:
        Invalid: a cursor or sort that nobody gave out.
    """
    asked, filters = question(raw), filters or Filters()
    limit = max(1, min(limit, MOST))
    if sort and sort not in SORTS:
        raise Invalid.field("sort", f"排序方式应为：{'、'.join(SORTS)}。")
    sort = sort or ("relevance" if asked else "newest")
    within = filtered(filters) if only is None else and_(filtered(filters), S.item_id == only)
    if sort == "relevance" and asked:
        found = _by_relevance(session, asked, within, cursor, limit)
    else:
        found = _in_order(session, and_(within, matching_text(asked)), sort, cursor, limit)
    if asked and not found.rows and (cursor is None or _is_forgiven(cursor)):
        return _forgive(session, asked, within, cursor, limit)
    return found


def filtered(filters: Filters) -> ColumnElement[bool]:
    """Items of policies in force today (第二十六条: also those whose application period is over) by every facet."""
    today = clock.today()
    parts: list[ColumnElement[bool]] = [
        S.open.is_(True),
        or_(S.valid_until.is_(None), S.valid_until >= today),
    ]
    if filters.theme:
        parts.append(S.theme.in_(filters.theme))
    if filters.object_class:
        parts.append(S.object_classes.overlap(_array(filters.object_class)))
    if filters.department:
        parts.append(S.department_id.in_(filters.department))
    if filters.level:
        parts.append(S.level.in_(filters.level))
    if filters.mode:
        parts.append(S.mode.in_(filters.mode))
    if filters.deadline:
        parts.append(or_(*(deadline(name, today) for name in filters.deadline)))
    return and_(*parts)


def deadline(name: str, today: dt.date, table: Any = S) -> ColumnElement[bool]:
    """One choice of the deadline facet, on any selectable with `state`, `opens_on` and `closes_on`."""
    opens, closes = table.opens_on, table.closes_on
    begun = and_(table.state == ItemState.IN_FORCE, or_(opens.is_(None), opens <= today))
    choices: dict[str, ColumnElement[bool]] = {
        "open": and_(begun, or_(closes.is_(None), closes >= today)),
        "soon": and_(begun, closes >= today, closes <= today + SOON),
        "always": and_(begun, closes.is_(None)),
        "upcoming": opens > today,
        "closed": or_(closes < today, table.state == ItemState.CLOSED),
    }
    if name not in choices:
        raise Invalid.field("deadline", f"申报时间应为：{'、'.join(DEADLINES)}。")
    return choices[name]


def matching_text(asked: Question) -> ColumnElement[bool]:
    """Everything that answers a question as typed, in any stage."""
    if not asked:
        return true()
    parts = [_in_body(asked) if _pairs(asked) else _in_name(asked)]
    if asked.latin:
        parts.append(_by_pinyin(asked.whole))
    return or_(*parts)


# --- stages ----------------------------------------------------------------------------------------------


def _stages(asked: Question) -> list[ColumnElement[bool]]:
    stages = [
        S.name_folded == asked.whole,
        S.name_folded.like(f"{asked.whole}%"),
        _in_name(asked),
    ]
    if asked.latin:
        stages.append(_by_pinyin(asked.whole))
    if _pairs(asked):
        stages.append(_in_body(asked))
    return stages


def _pairs(asked: Question) -> bool:
    """Whether each term is long enough to be looked for outside names."""
    return all(len(term) > 1 for term in asked.terms)


def _in_name(asked: Question) -> ColumnElement[bool]:
    wanted = [gram for term in asked.terms for gram in (terms.grams(term) or [term])]
    contains = [S.name_folded.contains(term, autoescape=True) for term in asked.terms]
    return and_(S.name_grams.contains(_array(dict.fromkeys(wanted))), *contains)


def _in_body(asked: Question) -> ColumnElement[bool]:
    wanted = dict.fromkeys(gram for term in asked.terms for gram in terms.grams(term))
    contains = [S.body.contains(term, autoescape=True) for term in asked.terms]
    return and_(S.grams.contains(_array(wanted)), *contains)


def _by_pinyin(latin: str) -> ColumnElement[bool]:
    if len(latin) == 1:
        return S.pinyin.contains(f"{terms.BREAK}{latin}", autoescape=True)
    if len(latin) == 2:
        # two letters make no trigram, so the pairs of initials find them
        return and_(S.name_grams.contains(_array([f"~{latin}"])), S.pinyin.contains(latin, autoescape=True))
    return S.pinyin.contains(latin, autoescape=True)


def _by_relevance(
    session: Session, asked: Question, within: ColumnElement[bool], cursor: Any, limit: int
) -> Found:
    stages = _stages(asked)
    first, after = _place(cursor)
    rows: list[Row[Any]] = []
    ends: list[int] = []
    for number in range(first, len(stages)):
        earlier = [not_(stage) for stage in stages[:number]]
        query = _newest(select(*SHOWN).where(within, stages[number], *earlier), after)
        more = session.execute(query.limit(limit + 1 - len(rows))).all()
        rows += more
        ends += [number] * len(more)
        after = None
        if len(rows) > limit:
            break
    if len(rows) <= limit:
        return Found(rows)
    last = rows[limit - 1]
    return Found(rows[:limit], [ends[limit - 1], last.published_at.isoformat(), last.item_id])


def _in_order(session: Session, where: ColumnElement[bool], sort: str, cursor: Any, limit: int) -> Found:
    _, after = _place(cursor)
    query = select(*SHOWN).where(where)
    if sort == "closing":
        query = query.where(S.closes_on >= clock.today()).order_by(S.closes_on, S.item_id)
        if after:
            query = query.where(tuple_(S.closes_on, S.item_id) > tuple_(_day(after[0]), after[1]))
    else:
        query = _newest(query, after)
    rows = list(session.execute(query.limit(limit + 1)))
    if len(rows) <= limit:
        return Found(rows)
    last = rows[limit - 1]
    key = last.closes_on if sort == "closing" else last.published_at
    return Found(rows[:limit], [0, key.isoformat(), last.item_id])


def _newest(query: Select[*tuple[Any, ...]], after: tuple[str, int] | None) -> Select[*tuple[Any, ...]]:
    if after:
        query = query.where(tuple_(S.published_at, S.item_id) < tuple_(_moment(after[0]), after[1]))
    return query.order_by(S.published_at.desc(), S.item_id.desc())


# --- forgiving -------------------------------------------------------------------------------------------


def _forgive(
    session: Session, asked: Question, within: ColumnElement[bool], cursor: Any, limit: int
) -> Found:
    """Same sound first (most typing in Chinese goes wrong among homophones), then most pairs in common."""
    start = cursor[1] if cursor else 0
    rows: list[Row[Any]] = []
    if not asked.latin and len(asked.whole) > 1:
        sound = S.pinyin.contains(terms.pinyin(asked.whole), autoescape=True)
        rows = list(session.execute(_newest(select(*SHOWN).where(within, sound), None).limit(FORGIVEN)))
    if not rows:
        rows = _similar(session, asked, within)
    page = rows[start : start + limit]
    more = start + limit < len(rows)
    return Found(page, ["similar", start + limit] if more else None, forgiven=bool(page))


def _similar(session: Session, asked: Question, within: ColumnElement[bool]) -> list[Row[Any]]:
    """Names, or by pinyin syllables for latin, that share at least half of what was typed."""
    if asked.latin:
        return _similar_sound(session, asked.whole, within)
    pairs = list(dict.fromkeys(gram for term in asked.terms for gram in terms.grams(term)))
    if not pairs:
        return []
    rare = _rarest(session, pairs)
    near = (
        select(*SHOWN, S.name_grams.label("own"))
        .where(within, S.name_grams.overlap(_array(rare)))
        .limit(CANDIDATES)
        .subquery()
    )
    gram = func.unnest(_array(pairs)).table_valued("word").render_derived(name="gram")
    shared = select(func.count()).select_from(gram).where(gram.c.word == any_(near.c.own)).scalar_subquery()
    scored = select(near, shared.label("shared")).subquery()
    enough = max(1, (len(pairs) + 1) // 2)
    return list(
        session.execute(
            select(*(scored.c[column.key] for column in SHOWN))
            .where(scored.c.shared >= enough)
            .order_by(scored.c.shared.desc(), func.length(scored.c.name), scored.c.item_id.desc())
            .limit(FORGIVEN)
        )
    )


def _similar_sound(session: Session, latin: str, within: ColumnElement[bool]) -> list[Row[Any]]:
    if len(latin) < 4:
        return []
    session.execute(select(func.set_config("pg_trgm.word_similarity_threshold", str(CLOSE), True)))
    closeness = func.word_similarity(latin, S.pinyin)
    return list(
        session.execute(
            select(*SHOWN)
            .where(within, literal(latin).op("<%")(S.pinyin))
            .order_by(closeness.desc(), S.item_id.desc())
            .limit(FORGIVEN)
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


# --- cursors ---------------------------------------------------------------------------------------------


def _place(cursor: Any) -> tuple[int, tuple[str, int] | None]:
    """Stage and last row of a cursor that `find` gave out."""
    if cursor is None or _is_forgiven(cursor):
        return 0, None
    match cursor:
        case [int(stage), str(key), int(item_id)] if stage >= 0:
            return stage, (key, item_id)
    raise _made_up()


def _is_forgiven(cursor: Any) -> bool:
    match cursor:
        case ["similar", int(start)] if start >= 0:
            return True
    return False


def _day(key: str) -> dt.date:
    try:
        return dt.date.fromisoformat(key)
    except ValueError:
        raise _made_up() from None


def _moment(key: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(key)
    except ValueError:
        raise _made_up() from None
    if moment.tzinfo is None:
        raise _made_up()
    return moment


def _made_up() -> Invalid:
    return Invalid.field("cursor", "游标无效，请从第一页重新开始。")
