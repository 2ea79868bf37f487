"""Exports: asked for by a person, made by a job in streams, kept seven days.

    export = request_export(session, actor, ExportKind.DUTIES, {"first": "2026-01-01", "last": "2026-12-31"})

`supervision.exporting` makes the file; here stand the rows and their life.
"""

import datetime as dt
import secrets

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from redemption.identity.rules import Actor, Role
from redemption.kernel import audit, clock, outbox
from redemption.kernel.db import Json
from redemption.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from redemption.kernel.numbering import CODE_ALPHABET
from redemption.messages import service as messages
from redemption.supervision.models import Export
from redemption.supervision.rules import EXPORT_NAMES, KEPT_DAYS, ExportKind, ExportState, Period

MOST_RUNNING = 5
MOST_TRIES = 3
"""By itself, with growing pauses; then a person starts it again."""


def request_export(session: Session, actor: Actor, kind: ExportKind, params: Json) -> Export:
    """Ask for a file. The same one that is still being made is not made twice.

    Raises:
        NotAllowed: only the office exports. Invalid: a period that ends before it begins, or too many at once.
    """
    if actor.role is not Role.OFFICE or actor.office_id is None:
        raise NotAllowed("只有公开办可以导出。")
    period = period_of(params)
    waiting = [ExportState.QUEUED.value, ExportState.RUNNING.value]
    mine = select(Export).where(Export.person_id == actor.person_id, Export.state.in_(waiting))
    for other in session.scalars(mine):
        if other.kind == kind.value and other.params == params:
            return other
    running = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    if running >= MOST_RUNNING:
        raise Invalid(f"您有 {running} 个导出还在进行，请等其中一个完成后再导出。", code="too_many_exports")
    export = Export(
        number=f"DC-{clock.today():%y%m%d}-{''.join(secrets.choice(CODE_ALPHABET) for _ in range(6))}",
        kind=kind.value,
        title=f"{EXPORT_NAMES[kind]}（{period.text}）",
        params=params,
        person_id=actor.person_id,
        office_id=actor.office_id,
        state=ExportState.QUEUED.value,
        created_at=clock.now(),
    )
    session.add(export)
    session.flush()
    audit.record(session, f"export:{export.id}", actor.ref, "request_export", {"kind": kind.value, **params})
    outbox.publish(session, "export.requested", export.number, export_id=export.id)
    return export


def mine(session: Session, actor: Actor, limit: int = 50) -> list[Export]:
    """The acting person's exports, newest first."""
    rows = select(Export).where(Export.person_id == actor.person_id, Export.office_id == actor.office_id)
    return list(session.scalars(rows.order_by(Export.id.desc()).limit(limit)))


def by_number(session: Session, actor: Actor, number: str) -> Export:
    """NotFound for somebody else's."""
    found = session.scalar(
        select(Export).where(
            Export.number == number,
            Export.person_id == actor.person_id,
            Export.office_id == actor.office_id,
        )
    )
    if found is None:
        raise NotFound("没有找到这个导出文件。")
    return found


def progress(session: Session, export: Export, done: int, total: int) -> None:
    """How far the job is, for the bar."""
    export.state, export.done_rows, export.total_rows = ExportState.RUNNING.value, done, total


def finish(session: Session, export: Export, *, name: str, media_type: str, sha256: str, size: int) -> None:
    """The file is there; whoever asked is told."""
    now = clock.now()
    export.state, export.finished_at, export.error = ExportState.DONE.value, now, ""
    export.expires_at = now + dt.timedelta(days=KEPT_DAYS)
    export.name, export.media_type, export.sha256, export.size = name, media_type, sha256, size
    export.done_rows = export.total_rows = max(export.done_rows, export.total_rows)
    messages.tell(
        session,
        template="export_ready",
        once=f"export:{export.id}:ready",
        person_id=export.person_id,
        link="/office/exports",
        data={"title": export.title, "expires": clock.moment_text(export.expires_at)},
    )


def fail(session: Session, export: Export, error: str) -> bool:
    """A try went wrong, for a reason in words. Returns whether it is tried again by itself; else who asked is told."""
    export.attempts += 1
    export.error = error[:500]
    if export.attempts < MOST_TRIES:
        export.state = ExportState.QUEUED.value
        return True
    export.state, export.finished_at = ExportState.FAILED.value, clock.now()
    messages.tell(
        session,
        template="export_failed",
        once=f"export:{export.id}:failed:{clock.moment_text(export.finished_at)}",
        person_id=export.person_id,
        link="/office/exports",
        data={"title": export.title, "error": export.error},
    )
    return False


def start_again(session: Session, actor: Actor, number: str) -> Export:
    """One click: a failed or expired file is made again, with the same contents asked for.

    Raises:
        NotFound: somebody else's. Conflict: it is being made, or is there.
    """
    export = by_number(session, actor, number)
    if export.state not in {ExportState.FAILED.value, ExportState.EXPIRED.value}:
        raise Conflict("这个导出正在生成或已经完成，请刷新页面查看。", code="export_not_over")
    export.state, export.attempts, export.error = ExportState.QUEUED.value, 0, ""
    export.done_rows = export.total_rows = export.size = 0
    export.finished_at, export.expires_at = None, None
    audit.record(session, f"export:{export.id}", actor.ref, "start_export_again", {})
    outbox.publish(session, "export.requested", export.number, export_id=export.id)
    return export


def expire(session: Session, limit: int = 100) -> list[str]:
    """End what was kept long enough; returns digests that no other export keeps: their files may go."""
    now = clock.now()
    over = session.scalars(
        select(Export)
        .where(Export.state == ExportState.DONE.value, Export.expires_at <= now)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    digests = {export.sha256 for export in over}
    for export in over:
        export.state, export.sha256 = ExportState.EXPIRED.value, ""
    session.flush()
    kept = set(session.scalars(select(Export.sha256).where(Export.sha256.in_(digests)))) if digests else set()
    return sorted(digests - kept - {""})


def period_of(params: Json) -> Period:
    """`first` and `last` of an export's parameters. Invalid if they are no period."""
    try:
        period = Period(dt.date.fromisoformat(params["first"]), dt.date.fromisoformat(params["last"]))
    except (KeyError, TypeError, ValueError):
        raise Invalid.field("first", "请选择起止日期。") from None
    if period.last < period.first:
        raise Invalid.field("last", "结束日期早于开始日期，请核对。")
    if (period.last - period.first).days > 3660:
        raise Invalid.field("last", "一次最多导出十年，请分次导出。")
    return period
