"""What the address of a list says: question, filters, order, page. Wrong values are left out, not refused."""

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from flask import request
from werkzeug.datastructures import MultiDict

from redemption.catalogue.rules import MODE_NAMES
from redemption.catalogue.search import DEADLINES, SORTS, Filters
from redemption.identity.rules import OBJECT_CLASS_NAMES, Level
from redemption.web import paging

LEVELS = {Level.CITY: "市级", Level.DISTRICT: "区级", Level.STREET: "街道（乡镇）"}
NAMES = {
    "theme": "主题",
    "object_class": "适用对象",
    "department": "部门",
    "level": "级别",
    "mode": "兑现方式",
    "deadline": "申报时间",
}


@dataclass(frozen=True)
class Asked:
    """A list request, able to write the addresses that differ from it by one thing."""

    path: str
    q: str = ""
    filters: Filters = field(default_factory=Filters)
    sort: str = ""
    cursor: Any = None

    def link(self, path: str = "", **over: Any) -> str:
        """The address of the same request with something else, always on its first page."""
        pairs = list(self._pairs(replace(self, cursor=None, **over)))
        return self.address(path or self.path, pairs)

    def next_link(self, cursor: Any) -> str | None:
        if cursor is None:
            return None
        pairs = [*self._pairs(self), ("cursor", paging.encode(cursor))]
        return self.address(self.path, pairs)

    @staticmethod
    def address(path: str, pairs: list[tuple[str, str]]) -> str:
        """A path with a query string, if there is anything to say."""
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def without(self, facet: str, value: Any) -> str:
        kept = tuple(one for one in getattr(self.filters, facet) if one != value)
        return self.link(filters=replace(self.filters, **{facet: kept}))

    @staticmethod
    def _pairs(asked: "Asked") -> list[tuple[str, str]]:
        pairs = [("q", asked.q)] if asked.q else []
        for facet in NAMES:
            pairs += [(facet, str(value)) for value in getattr(asked.filters, facet)]
        if asked.sort:
            pairs.append(("sort", asked.sort))
        return pairs


def asked_for(path: str) -> Asked:
    """Read this request's query string.

    Raises:
        Invalid: a cursor that nobody gave out.
    """
    args = request.args
    cursor = args.get("cursor")
    sort = args.get("sort", "")
    return Asked(
        path=path,
        q=args.get("q", "").replace("\x00", "").strip()[:200],
        filters=filters_from(args),
        sort=sort if sort in SORTS else "",
        cursor=paging.decode(cursor) if cursor else None,
    )


def filters_from(args: "MultiDict[str, str]") -> Filters:
    """Facets of a query string."""

    def known(name: str, allowed: Any) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for value in args.getlist(name) if value in allowed))

    departments = (value for value in args.getlist("department") if value.isascii() and value.isdigit())
    return Filters(
        theme=tuple(
            dict.fromkeys(value[:60] for value in args.getlist("theme") if value and "\x00" not in value)
        )[:20],
        object_class=known("object_class", set(OBJECT_CLASS_NAMES)),
        department=tuple(dict.fromkeys(int(value) for value in departments if len(value) < 18))[:20],
        level=known("level", set(LEVELS)),
        mode=known("mode", set(MODE_NAMES)),
        deadline=known("deadline", DEADLINES),
    )


def word(facet: str, value: Any, departments: dict[int, str]) -> str:
    """A choice of a facet as a person reads it."""
    if facet == "department":
        return departments.get(int(value), f"部门 {value}")
    tables: dict[str, Any] = {
        "object_class": OBJECT_CLASS_NAMES,
        "level": LEVELS,
        "mode": MODE_NAMES,
        "deadline": DEADLINES,
    }
    return str(tables[facet].get(value, value)) if facet in tables else str(value)
