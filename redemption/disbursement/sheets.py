"""A batch of payments as a workbook for the bank or the finance office."""

import io

from openpyxl import Workbook
from openpyxl.styles import Font
from sqlalchemy.orm import Session

from redemption.disbursement import queries
from redemption.disbursement.models import PaymentBatch
from redemption.disbursement.rules import PAYMENT_STATE_NAMES, PaymentState
from redemption.identity.rules import Actor
from redemption.kernel import audit
from redemption.kernel.secrets import SecretBox

HEAD = (
    "序号",
    "拨付编号",
    "申报件",
    "收款单位",
    "统一社会信用代码",
    "开户银行",
    "账号",
    "金额（元）",
    "事项",
    "状态",
)


def workbook(session: Session, actor: Actor, batch: PaymentBatch, box: SecretBox) -> bytes:
    """The list with accounts in clear; every export is in the audit log. Text cells, so that no account is rounded."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "拨付清单"
    sheet.append(HEAD)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    rows = queries.batch_rows(session, batch.id)
    for at, (order, number, enterprise, uscc, item) in enumerate(rows, start=1):
        account = ""
        if order.bank_account:
            account = box.open(order.bank_account, order.account_context)
        values = (
            at,
            order.number,
            number,
            order.account_name or enterprise,
            uscc,
            order.bank_name,
            account,
            order.amount,
            item,
            PAYMENT_STATE_NAMES[PaymentState(order.state)],
        )
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(row=at + 1, column=column)
            cell.value = _harmless(value) if isinstance(value, str) else value
            if isinstance(value, str):
                cell.data_type = "s"
                cell.number_format = "@"
            elif column == 8:
                cell.number_format = "#,##0.00"
    sheet.append(["", "合计", "", "", "", "", "", batch.amount])
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHIJ", (6, 34, 30, 34, 22, 26, 24, 16, 30, 10), strict=True):
        sheet.column_dimensions[letter].width = width
    audit.record(
        session,
        f"department:{batch.department_id}",
        actor.ref,
        "export_batch",
        {"batch": batch.number, "orders": len(rows)},
    )
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _harmless(text: str) -> str:
    """A name that begins like a formula stays a name in every spreadsheet program."""
    return f"'{text}" if text[:1] in "=+-@" else text
