"""Making the file of an export: rows are streamed from the database into the workbook, progress is written beside.

Texts are written as texts: a name that begins with "=" never becomes a formula in somebody's spreadsheet.
"""

import datetime as dt
import errno
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import structlog
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from redemption.applications.models import Application
from redemption.applications.rules import STATUS_NAMES, Status
from redemption.catalogue.models import Item, ItemVersion
from redemption.documents import rendering
from redemption.identity.models import Department, Office
from redemption.identity.rules import Actor, Role
from redemption.kernel import clock
from redemption.kernel.db import Database
from redemption.kernel.errors import DomainError
from redemption.kernel.storage import Storage
from redemption.kernel.uow import unit_of_work
from redemption.reporting import rules as duties
from redemption.reporting.models import Duty
from redemption.supervision import monthly, queries, service
from redemption.supervision.models import Export
from redemption.supervision.rules import (
    ADVICE,
    EXPORT_NAMES,
    PROBLEM_NAMES,
    REPORTED,
    ExportKind,
    ExportState,
    Period,
)

log = structlog.get_logger("redemption.supervision")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LIMIT = 500 * 1024 * 1024
STEP = 2000
MOST_ROWS = 1_000_000
_IN_MEMORY = 8 * 1024 * 1024


@dataclass(frozen=True)
class Sheet:
    """What a workbook holds: heads with the width of each column, how many rows, and the rows."""

    heads: Sequence[tuple[str, int]]
    total: int
    rows: Iterable[Sequence[Any]]


def make(database: Database, storage: Storage, export_id: int) -> None:
    """Make the file of one export; done twice it is done once.

    A failure is written down in words and raised, so that the job comes back; after the last try it is over, and a
    person starts it again.
    """
    with unit_of_work(database) as session:
        export = session.get(Export, export_id)
        if export is None or export.state not in {ExportState.QUEUED.value, ExportState.RUNNING.value}:
            return
        service.progress(session, export, 0, 0)
    try:
        _make(database, storage, export)
    except Exception as error:
        log.exception("export_failed", export=export.number)
        with unit_of_work(database) as session:
            again = service.fail(session, session.get_one(Export, export_id), why(error, export.number))
        if again:
            raise


def why(error: Exception, number: str) -> str:
    """What went wrong, for who asked: what they can do, and the number under which the log says more."""
    if isinstance(error, DomainError):
        return error.message
    if isinstance(error, OperationalError):
        return "数据库暂时连接不上，没有读完数据。稍后再试即可。"
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "服务器存储空间不足，文件没有写完。请联系系统管理员清理后再试。"
    if isinstance(error, OSError):
        return "文件存储暂时不可用，文件没有写完。稍后再试；仍然失败请联系系统管理员。"
    return f"生成文件时出错。请再试一次；仍然失败请把编号 {number} 告诉系统管理员，日志中有详细原因。"


def _make(database: Database, storage: Storage, export: Export) -> None:
    kind, period = ExportKind(export.kind), service.period_of(export.params)
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as target:
        if kind is ExportKind.MONTHLY:
            with unit_of_work(database) as session:
                facts = monthly.gather(session, export.office_id, period)
            target.write(rendering.render("pdf/monthly.html", identifier=export.number, **facts).content)
            name, media_type = f"{export.title}.pdf", "application/pdf"
        else:
            with unit_of_work(database) as session:
                sheet = _sheet(session, kind, export, period)
                _write(database, export, sheet, target)
            name, media_type = f"{export.title}.xlsx", XLSX
        target.seek(0)
        stored = storage.put(target, LIMIT)
    with unit_of_work(database) as session:
        row = session.get_one(Export, export.id)
        service.finish(session, row, name=name, media_type=media_type, sha256=stored.sha256, size=stored.size)


def _write(database: Database, export: Export, sheet: Sheet, target: Any) -> None:
    book, name = Workbook(write_only=True), EXPORT_NAMES[ExportKind(export.kind)]
    book.properties.title, book.properties.creator = export.title, "惠企政策兑现系统"
    with unit_of_work(database) as session:
        service.progress(session, session.get_one(Export, export.id), 0, sheet.total)
    page = None
    for count, row in enumerate(sheet.rows, 1):
        if page is None or count % MOST_ROWS == 1:
            page = _page(book, sheet, name, 1 + (count - 1) // MOST_ROWS)
        page.append([_cell(page, value) for value in row])
        if count % STEP == 0:
            with unit_of_work(database) as session:
                service.progress(session, session.get_one(Export, export.id), count, sheet.total)
    if page is None:
        _page(book, sheet, name, 1)
    book.save(target)


def _page(book: Workbook, sheet: Sheet, name: str, number: int) -> Any:
    """One page with its heads; a workbook's page ends at a million rows, so that long tables go on to the next."""
    page = book.create_sheet(name if number == 1 else f"{name}{number}")
    for place, (_, width) in enumerate(sheet.heads):
        page.column_dimensions[chr(65 + place)].width = width
    page.freeze_panes = "A2"
    page.auto_filter.ref = f"A1:{chr(64 + len(sheet.heads))}{1 + min(sheet.total, MOST_ROWS)}"
    page.append([_head(page, name) for name, _ in sheet.heads])
    return page


def _head(page: Any, text: str) -> Any:
    cell = WriteOnlyCell(page, value=text)
    cell.font = Font(bold=True)
    return cell


def _cell(page: Any, value: Any) -> Any:
    if isinstance(value, Decimal):
        cell = WriteOnlyCell(page, value=float(value))
        cell.number_format = "#,##0.00"
        return cell
    if isinstance(value, dt.datetime):
        cell = WriteOnlyCell(page, value=clock.local(value).replace(tzinfo=None))
        cell.number_format = "yyyy-mm-dd hh:mm"
        return cell
    cell = WriteOnlyCell(page, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
    elif isinstance(value, dt.date):
        cell.number_format = "yyyy-mm-dd"
    return cell


def _sheet(session: Session, kind: ExportKind, export: Export, period: Period) -> Sheet:
    office = session.get_one(Office, export.office_id)
    actor = Actor(
        export.person_id, "", Role.OFFICE, office_id=office.id, jurisdiction_id=office.jurisdiction_id
    )
    if kind is ExportKind.DUTIES:
        return _duties(session, actor, period)
    if kind is ExportKind.APPLICATIONS:
        return _applications(session, office.jurisdiction_id, period)
    if kind is ExportKind.FUNNEL:
        return _funnel(session, office.jurisdiction_id, period)
    return _problems(session, office.jurisdiction_id, period)


def _duties(session: Session, actor: Actor, period: Period) -> Sheet:
    now = clock.now()
    query = (
        select(Duty, Department.name)
        .join(Department, Department.id == Duty.department_id)
        .where(queries.owed_to(actor), Duty.event_date >= period.first, Duty.event_date <= period.last)
    )
    heads = [
        ("编号", 18), ("职责", 50), ("种类", 26), ("依据", 14), ("部门", 26), ("起算日", 12), ("到期日", 12),
        ("暂定", 8), ("状态", 12), ("履行时间", 18), ("是否逾期", 10), ("说明", 30),
    ]  # fmt: skip

    def rows() -> Iterator[Sequence[Any]]:
        for duty, department in session.execute(query.order_by(Duty.id).execution_options(yield_per=STEP)):
            rule = duties.KINDS[duties.Kind(duty.kind)]
            overdue = duty.fulfilled_at is None and duty.closed_at is None and now >= duty.due_at
            state = "已履行" if duty.fulfilled_at else ("已了结" if duty.closed_at else "待履行")
            yield (
                duty.number,
                duty.title,
                rule.name,
                rule.article,
                department,
                duty.event_date,
                clock.last_day(duty.due_at),
                "是" if duty.provisional else "",
                state,
                duty.fulfilled_at,
                "是" if duty.late or overdue else "否",
                duty.close_reason or ("录入晚于发布" if duty.entered_late else ""),
            )

    return Sheet(heads, _count(session, query), rows())


def _applications(session: Session, jurisdiction_id: int, period: Period) -> Sheet:
    """Cases without anything about the people behind them: no name, no USCC, no account."""
    since, until = clock.start_of_day(period.first), clock.end_of_day(period.last)
    query = (
        select(Application, ItemVersion.name, Department.name)
        .join(Item, Item.id == Application.item_id)
        .join(ItemVersion, ItemVersion.id == Application.item_version_id)
        .join(Department, Department.id == Application.department_id)
        .where(
            Application.status.is_not(None),
            Application.received_at >= since,
            Application.received_at < until,
            Item.jurisdiction_id == jurisdiction_id,
        )
    )
    heads = [
        ("申报件编号", 32), ("事项", 36), ("审批部门", 26), ("状态", 14), ("收件时间", 18), ("受理时间", 18),
        ("决定时间", 18), ("办结时间", 18), ("核定金额（元）", 16),
    ]  # fmt: skip

    def rows() -> Iterator[Sequence[Any]]:
        ordered = query.order_by(Application.id).execution_options(yield_per=STEP)
        for application, item, department in session.execute(ordered):
            yield (
                application.number,
                item,
                department,
                STATUS_NAMES[Status(str(application.status))],
                application.received_at,
                application.accepted_at,
                application.decided_at,
                application.over_at,
                application.amount_approved,
            )

    return Sheet(heads, _count(session, query), rows())


def _funnel(session: Session, jurisdiction_id: int, period: Period) -> Sheet:
    found = queries.funnel(session, period, jurisdiction_id=jurisdiction_id, limit=100_000)
    heads = [
        ("政策文件", 60), ("责任部门", 26), ("发布日期", 12), ("事项", 8), ("报送", 12), ("申报", 8), ("受理", 8),
        ("予以兑现", 10), ("已拨付", 8), ("核定金额（元）", 16), ("拨付金额（元）", 16),
    ]  # fmt: skip
    rows = [
        (
            one.title, one.department, one.publication_date, one.items, REPORTED.get(one.reported, ""), one.applications,
            one.accepted, one.approved, one.paid, one.amount_approved, one.amount_paid,
        )
        for one in found
    ]  # fmt: skip
    return Sheet(heads, len(rows), rows)


def _problems(session: Session, jurisdiction_id: int, period: Period) -> Sheet:
    found = queries.problems(session, period, jurisdiction_id, limit=1000)
    heads = [("种类", 18), ("事项", 40), ("问题", 60), ("次数", 8), ("工作建议", 70)]
    rows = [(PROBLEM_NAMES[one.kind], one.item, one.what, one.count, ADVICE[one.kind]) for one in found]
    return Sheet(heads, len(rows), rows)


def _count(session: Session, query: Any) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0
