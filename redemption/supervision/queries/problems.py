"""What goes wrong most often, by item (第三十四条)."""

from typing import Any

from sqlalchemy import (
    DateTime,
    Integer,
    String,
    column,
    func,
    or_,
    select,
    table,
    true,
)
from sqlalchemy.orm import Session

from redemption.applications.models import Application, Correction
from redemption.applications.rules import UNSERVED_REASONS
from redemption.catalogue.extraction import Synonyms
from redemption.catalogue.models import Item, ItemVersion
from redemption.catalogue.rules import ItemState
from redemption.consultation.models import Question
from redemption.evaluation.models import Rating
from redemption.identity.models import ServiceCentre
from redemption.kernel import clock
from redemption.supervision.rules import Period, Problem


def problems(session: Session, period: Period, jurisdiction_id: int | None, limit: int = 10) -> list[Problem]:
    """What goes wrong most often, by item (第三十四条): corrections, catch-alls, 办不成事, bad ratings, questions."""
    since, until = clock.start_of_day(period.first), clock.end_of_day(period.last)
    place = Item.jurisdiction_id == jurisdiction_id if jurisdiction_id is not None else Item.id.is_not(None)
    return [
        *_corrections(session, since, until, place, limit),
        *_catch_alls(session, place, limit),
        *_matters(session, since, until, jurisdiction_id, limit),
        *_bad_ratings(session, since, until, place, limit),
        *_asked(session, since, until, place, limit),
    ]


def _corrections(session: Session, since: Any, until: Any, place: Any, limit: int) -> list[Problem]:
    entry = func.jsonb_array_elements(Correction.entries).table_valued("value", name="entry")
    what = func.coalesce(
        func.nullif(entry.c.value.op("->>")("label"), ""), entry.c.value.op("->>")("message"), ""
    )
    rows = session.execute(
        select(ItemVersion.name, Item.code, what, func.count())
        .select_from(Correction)
        .join(entry, true())
        .join(Application, Application.id == Correction.application_id)
        .join(Item, Item.id == Application.item_id)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .where(Correction.asked_at >= since, Correction.asked_at < until, place)
        .group_by(ItemVersion.name, Item.code, what)
        .order_by(func.count().desc())
        .limit(limit)
    )
    return [Problem("correction", name, code, str(said)[:80], count) for name, code, said, count in rows]


def _catch_alls(session: Session, place: Any, limit: int) -> list[Problem]:
    entry = func.jsonb_array_elements(ItemVersion.fields["materials"]["entries"]).table_valued(
        "value", name="entry"
    )
    text = entry.c.value.op("->>")("text")
    # the same words, on the same text without white space, as the check of a guide before it is published
    bare, words = func.regexp_replace(text, r"\s", "", "g"), Synonyms.default().words("catch_all")
    rows = session.execute(
        select(ItemVersion.name, Item.code, text)
        .select_from(Item)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .join(entry, true())
        .where(
            place,
            Item.state == ItemState.IN_FORCE.value,
            func.jsonb_typeof(ItemVersion.fields["materials"]["entries"]) == "array",
            or_(*(bare.contains(word) for word in words)),
        )
        .order_by(Item.id)
        .limit(limit)
    )
    return [Problem("catch_all", name, code, str(said)[:80], 1) for name, code, said in rows]


def _matters(
    session: Session, since: Any, until: Any, jurisdiction_id: int | None, limit: int
) -> list[Problem]:
    """The window's own table, read by name: the desk is a sibling of this slice."""
    matter = table(
        "desk_matter",
        column("item_name", String),
        column("item_code", String),
        column("reason", String),
        column("registered_at", DateTime(timezone=True)),
        column("centre_id", Integer),
    )
    centres = select(ServiceCentre.id)
    if jurisdiction_id is not None:
        centres = centres.where(ServiceCentre.jurisdiction_id == jurisdiction_id)
    rows = session.execute(
        select(matter.c.item_name, matter.c.item_code, matter.c.reason, func.count())
        .where(
            matter.c.registered_at >= since, matter.c.registered_at < until, matter.c.centre_id.in_(centres)
        )
        .group_by(matter.c.item_name, matter.c.item_code, matter.c.reason)
        .order_by(func.count().desc())
        .limit(limit)
    )
    return [
        Problem("matter", name or "未指明事项", code, UNSERVED_REASONS.get(reason, reason), count)
        for name, code, reason, count in rows
    ]


def _bad_ratings(session: Session, since: Any, until: Any, place: Any, limit: int) -> list[Problem]:
    rows = session.execute(
        select(ItemVersion.name, Item.code, func.count())
        .select_from(Rating)
        .join(Application, Application.id == Rating.application_id)
        .join(Item, Item.id == Application.item_id)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .where(Rating.stars <= 2, Rating.rated_at >= since, Rating.rated_at < until, place)
        .group_by(ItemVersion.name, Item.code)
        .order_by(func.count().desc())
        .limit(limit)
    )
    return [Problem("bad_rating", name, code, "不满意或非常不满意", count) for name, code, count in rows]


def _asked(session: Session, since: Any, until: Any, place: Any, limit: int) -> list[Problem]:
    rows = session.execute(
        select(ItemVersion.name, Item.code, func.count())
        .select_from(Question)
        .join(Item, Item.id == Question.item_id)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .where(
            Question.asker_person_id.is_not(None),
            Question.asked_at >= since,
            Question.asked_at < until,
            place,
        )
        .group_by(ItemVersion.name, Item.code)
        .order_by(func.count().desc())
        .limit(limit)
    )
    return [Problem("question", name, code, "知识库没有答案的提问", count) for name, code, count in rows]
