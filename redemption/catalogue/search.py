"""Finding items: by Chinese words and parts of words, pinyin and its initials, 文号; mistyped words are forgiven.

`find` answers one page. Relevance is a row of stages, each an index read that stops when the page is full: the name
itself, names that begin with it, names that contain it, names by pinyin, then everything else that an item is found
by. When nothing matches, names that sound the same, then those that share most pairs of characters, are offered and
the answer says so. Keeping the table true is `index` (`catalogue.indexing`).
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    literal,
    not_,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from redemption.catalogue import plans, similar, terms
from redemption.catalogue.indexing import index, index_many
from redemption.catalogue.models import ItemSearch
from redemption.catalogue.rules import ItemState
from redemption.catalogue.terms import Question, question
from redemption.kernel import clock
from redemption.kernel.errors import Invalid

__all__ = ["SORTS", "Filters", "Found", "filtered", "find", "index", "index_many", "matching_text"]

PAGE = 20
MOST = 100
FEW = 400
"""Matches that are sorted rather than met by walking along the order."""
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

    rows: list[Any] = field(default_factory=list)
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
    with plans.by_index(session):
        found = _page(_parts(session, asked, within, sort), cursor, limit)
        if asked and not found.rows and (cursor is None or _is_forgiven(cursor)):
            found = _forgive(session, asked, within, cursor, limit)
    return found


def _forgive(
    session: Session, asked: Question, within: ColumnElement[bool], cursor: Any, limit: int
) -> Found:
    rows = similar.items(session, asked, within, SHOWN)
    start = cursor[1] if cursor else 0
    page = rows[start : start + limit]
    more = start + limit < len(rows)
    return Found(page, ["similar", start + limit] if more else None, forgiven=bool(page))


def filtered(filters: Filters) -> ColumnElement[bool]:
    """Items of policies in force today (第二十六条: also those that take no applications now) by every facet."""
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


def matching_text(asked: Question, by_index: bool = True) -> ColumnElement[bool]:
    """Everything that answers a question as typed, in any stage."""
    if not asked:
        return true()
    parts = [_in_body(asked, by_index) if _pairs(asked) else _in_name(asked, by_index)]
    if asked.latin:
        parts.append(_by_pinyin(asked.whole, by_index))
    return or_(*parts)


# --- stages ----------------------------------------------------------------------------------------------


Place = tuple[str, int]
"""The last row of a page: the value it was ordered by, and its id."""
Stage = Callable[[bool], ColumnElement[bool]]
"""A condition in two forms: True, for reading an index of pairs; False, for looking at row after row."""


def _stages(asked: Question) -> list[Stage]:
    stages: list[Stage] = [
        lambda by_index: S.name_folded == asked.whole,
        lambda by_index: S.name_folded.like(f"{asked.whole}%"),
        lambda by_index: _in_name(asked, by_index),
    ]
    if asked.latin:
        stages.append(lambda by_index: _by_pinyin(asked.whole, by_index))
    if _pairs(asked):
        stages.append(lambda by_index: _in_body(asked, by_index))
    return stages


def _pairs(asked: Question) -> bool:
    """Whether each term is long enough to be looked for outside names."""
    return all(len(term) > 1 for term in asked.terms)


def _in_name(asked: Question, by_index: bool = True) -> ColumnElement[bool]:
    if not by_index:
        return and_(*(S.name_folded.contains(term, autoescape=True) for term in asked.terms))
    wanted = [gram for term in asked.terms for gram in (terms.grams(term) or [term])]
    return and_(S.name_grams.contains(_array(dict.fromkeys(wanted))), *_whole(S.name_folded, asked))


def _in_body(asked: Question, by_index: bool = True) -> ColumnElement[bool]:
    if not by_index:
        return and_(*(S.body.contains(term, autoescape=True) for term in asked.terms))
    wanted = dict.fromkeys(gram for term in asked.terms for gram in terms.grams(term))
    return and_(S.grams.contains(_array(wanted)), *_whole(S.body, asked))


def _whole(column: Any, asked: Question) -> list[ColumnElement[bool]]:
    """Pairs decide terms of up to two characters; a longer one must stand there as a whole."""
    return [column.contains(term, autoescape=True) for term in asked.terms if len(term) > 2]


def _by_pinyin(latin: str, by_index: bool = True) -> ColumnElement[bool]:
    if len(latin) == 1:
        return S.pinyin.contains(f"{terms.BREAK}{latin}", autoescape=True)
    if len(latin) == 2 and by_index:
        # two letters make no trigram, so the pairs of initials find them
        return and_(S.name_grams.contains(_array([f"~{latin}"])), S.pinyin.contains(latin, autoescape=True))
    return S.pinyin.contains(latin, autoescape=True)


@dataclass(frozen=True)
class Part:
    """A part of the answer: reads its first rows beyond a place; `key` is the column that they are ordered by."""

    read: Callable[[Place | None, int], list[Any]]
    key: str = "published_at"


def _parts(session: Session, asked: Question, within: ColumnElement[bool], sort: str) -> list[Part]:
    """What follows on what: of relevance the stages; of deadlines what closes, then what does not."""
    if sort == "relevance" and asked:
        return list(_by_relevance(session, asked, within))

    def where(by_index: bool, *more: ColumnElement[bool]) -> ColumnElement[bool]:
        return and_(within, *more, matching_text(asked, by_index))

    if sort != "closing":
        return [Part(lambda after, limit: _newest(session, where, after, limit))]
    # what was closed early or is suspended does not close soon
    soon = and_(S.closes_on >= clock.today(), S.state == ItemState.IN_FORCE)
    others = or_(S.closes_on.is_(None), S.closes_on < clock.today(), S.state != ItemState.IN_FORCE)
    return [
        Part(lambda after, limit: _closing(session, lambda way: where(way, soon), after, limit), "closes_on"),
        Part(lambda after, limit: _newest(session, lambda way: where(way, others), after, limit)),
    ]


def _by_relevance(session: Session, asked: Question, within: ColumnElement[bool]) -> Iterator[Part]:
    stages = _stages(asked)
    for number, stage in enumerate(stages):
        earlier = tuple(not_(before(False)) for before in stages[:number])

        def where(by_index: bool, stage: Stage = stage, not_yet: Any = earlier) -> ColumnElement[bool]:
            return and_(within, stage(by_index), *not_yet)

        def read(after: Place | None, limit: int, where: Stage = where, look: bool = number > 0) -> Any:
            return _newest(session, where, after, limit, look_first=look)

        yield Part(read)


def _page(parts: Sequence[Part], cursor: Any, limit: int) -> Found:
    """One page of the parts, one after the other, from where the cursor says."""
    first, after = _place(cursor)
    rows: list[Any] = []
    ends: list[int] = []
    for number in range(first, len(parts)):
        more = parts[number].read(after, limit + 1 - len(rows))
        rows += more
        ends += [number] * len(more)
        after = None
        if len(rows) > limit:
            break
    if len(rows) <= limit:
        return Found(rows)
    last, end = rows[limit - 1], ends[limit - 1]
    return Found(rows[:limit], [end, getattr(last, parts[end].key).isoformat(), last.item_id])


def _newest(
    session: Session, where: Stage, after: Place | None, limit: int, *, look_first: bool = True
) -> list[Any]:
    order = (S.published_at.desc(), S.item_id.desc())
    beyond: list[ColumnElement[bool]] = []
    if after:
        beyond.append(tuple_(S.published_at, S.item_id) < tuple_(_moment(after[0]), after[1]))
    if not look_first:
        exact = select(*SHOWN).where(where(False), *beyond).order_by(*order)
        return list(session.execute(exact.limit(limit)))
    return _read(session, lambda by_index: and_(where(by_index), *beyond), order, limit)


def _closing(session: Session, where: Stage, after: Place | None, limit: int) -> list[Any]:
    beyond: list[ColumnElement[bool]] = []
    if after:
        beyond.append(tuple_(S.closes_on, S.item_id) > tuple_(_day(after[0]), after[1]))
    return _read(session, lambda by_index: and_(where(by_index), *beyond), (S.closes_on, S.item_id), limit)


def _read(session: Session, where: Stage, order: Any, limit: int) -> list[Any]:
    """The first rows in an order, whether few match or half of the catalogue does.

    A look at no more than FEW matches tells which: few are sorted; of many the first are soon met on a walk along
    the order.
    """
    ids = session.scalars(select(S.item_id).where(where(True)).limit(FEW + 1)).all()
    if not ids:
        return []
    if len(ids) <= FEW:
        found = select(*SHOWN).where(S.item_id.in_(ids)).order_by(*order)
        return list(session.execute(found.limit(limit)))
    with plans.along_order(session):
        return list(session.execute(select(*SHOWN).where(where(False)).order_by(*order).limit(limit)))


# --- cursors ---------------------------------------------------------------------------------------------


def _place(cursor: Any) -> tuple[int, Place | None]:
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
