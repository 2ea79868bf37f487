"""Feeds of what the list shows: Atom of new items (RFC 4287), iCalendar of deadlines (RFC 5545)."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from flask import Blueprint, Response

from redemption.catalogue import search
from redemption.catalogue.public import queries
from redemption.catalogue.public.asked import asked_for
from redemption.catalogue.rules import ItemState
from redemption.catalogue.search import Filters
from redemption.kernel import clock
from redemption.web.access import public
from redemption.web.session import db, settings

blueprint = Blueprint("feeds", __name__)
ENTRIES = 100
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@blueprint.get("/items.atom")
@public
def newest() -> Response:
    """New items, of the whole 专栏 or of one search, as Atom."""
    asked = asked_for("/items")
    rows = search.find(db(), asked.q, asked.filters, sort="newest", limit=ENTRIES).rows
    body = atom(rows, settings().base_url, asked.link(), asked.link("/items.atom"), asked.q)
    return Response(body, mimetype="application/atom+xml", headers={"Cache-Control": "public, max-age=300"})


@blueprint.get("/items.ics")
@public
def deadlines() -> Response:
    """Last days of application, of the whole 专栏 or of one search, as iCalendar."""
    asked = asked_for("/items")
    rows = search.find(db(), asked.q, asked.filters, sort="closing", limit=ENTRIES).rows
    return _calendar(rows, "deadlines")


@blueprint.get("/items/<code>/deadline.ics")
@public
def deadline(code: str) -> Response:
    """The last day of one item. An item without one gives a calendar without entries."""
    page = queries.item_page(db(), code)
    rows = search.find(db(), "", Filters(), sort="closing", only=page.item.id).rows
    return _calendar(rows, code)


def _calendar(rows: Iterable[Any], name: str) -> Response:
    response = Response(
        ical(rows, settings().base_url, clock.now()),
        mimetype="text/calendar",
        headers={"Cache-Control": "public, max-age=300"},
    )
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.ics")
    return response


def atom(rows: Iterable[Any], base_url: str, path: str, own_path: str, asked: str) -> str:
    """A feed document for the list at `path`; each entry is dated with its publication."""
    listed = list(rows)
    updated = max((row.published_at for row in listed), default=dt.datetime(2022, 1, 1, tzinfo=dt.UTC))
    title = f"惠企政策兑现专栏：{asked}" if asked else "惠企政策兑现专栏：新发布的事项"
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN">',
        f"<id>{_xml(base_url + path)}</id>",
        f"<title>{_xml(title)}</title>",
        f"<updated>{_stamp(updated)}</updated>",
        f'<link rel="alternate" type="text/html" href={quoteattr(base_url + path)}/>',
        f'<link rel="self" type="application/atom+xml" href={quoteattr(base_url + own_path)}/>',
        "<author><name>惠企政策兑现“一窗”综合服务系统</name></author>",
    ]
    for row in listed:
        lines += _entry(row, base_url)
    return "\n".join([*lines, "</feed>", ""])


def _entry(row: Any, base_url: str) -> Iterator[str]:
    address = f"{base_url}/items/{row.code}"
    told = "；".join(part for part in (row.summary, row.department, _closing(row)) if part)
    yield "<entry>"
    yield f"<id>{_xml(address)}</id>"
    yield f"<title>{_xml(row.name)}</title>"
    yield f"<published>{_stamp(row.published_at)}</published>"
    yield f"<updated>{_stamp(row.published_at)}</updated>"
    yield f"<link href={quoteattr(address)}/>"
    yield f"<summary>{_xml(told)}</summary>"
    yield "</entry>"


def _closing(row: Any) -> str:
    if row.state != ItemState.IN_FORCE:
        return ItemState(row.state).label
    return f"{clock.day_text(row.closes_on)}截止申报" if row.closes_on else "常年受理"


def _xml(text: str) -> str:
    return escape(_CONTROL.sub("", text))


def _stamp(moment: dt.datetime) -> str:
    return clock.local(moment).isoformat(timespec="seconds")


def ical(rows: Iterable[Any], base_url: str, now: dt.datetime) -> str:
    """A calendar with one all-day entry for each item that has a last day, reminding three days before."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//redemption//items//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:惠企政策申报截止日",
        "X-WR-TIMEZONE:Asia/Shanghai",
    ]
    host = base_url.split("//", 1)[-1]
    for row in rows:
        if row.closes_on is not None and row.state == ItemState.IN_FORCE:
            lines += _event(row, base_url, host, now)
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _event(row: Any, base_url: str, host: str, now: dt.datetime) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{row.code}@{host}",
        f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{row.closes_on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{row.closes_on + dt.timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped('申报截止：' + row.name)}",
        f"DESCRIPTION:{_escaped(row.summary or row.department)}",
        f"URL:{base_url}/items/{row.code}",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_escaped('三天后截止：' + row.name)}",
        "TRIGGER:-P3D",
        "END:VALARM",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    plain = _CONTROL.sub("", text).replace("\r", "")
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """No line above 75 octets; characters stay whole (RFC 5545, 3.1)."""
    pieces, piece, size = [], "", 0
    for char in line:
        width = len(char.encode())
        if size + width > 74:
            pieces.append(piece)
            piece, size = "", 0
        piece, size = piece + char, size + width
    return "\r\n ".join([*pieces, piece])
