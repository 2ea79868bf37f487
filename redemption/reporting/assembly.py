"""The package of a report: letter, policy text, standards and JSON in one ZIP with their sha256 (第二十五条).

Built in three steps, because rendering takes seconds and no transaction waits for it: `gather` what there is and fix the
letter, `build` the files outside any transaction, `finish`. A report that is asked for again while it is built is
built again: what stands in `finish` is checked against what was gathered.
"""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.catalogue.rules import FIELD_NAMES, MODE_NAMES, REQUIRED_FIELDS, Mode
from redemption.documents import rendering
from redemption.documents import service as documents
from redemption.documents.models import Document
from redemption.identity.models import Department, Office
from redemption.identity.rules import system_actor
from redemption.kernel import clock
from redemption.kernel.db import Database, Json
from redemption.kernel.storage import Storage
from redemption.kernel.uow import unit_of_work
from redemption.policies.models import Policy
from redemption.reporting import queries, service
from redemption.reporting.models import Duty, Report
from redemption.reporting.rules import ReportState

PACKAGE_LIMIT = 300 * 1024 * 1024
LETTER, TEXT, STANDARDS, DATA, LIST = (
    "1-报送函.pdf",
    "2-政策原文.pdf",
    "3-兑现标准表.pdf",
    "报送数据.json",
    "SHA256.txt",
)
ATTACHMENTS = ["政策原文", "惠企政策事项兑现标准表", "报送数据（JSON）"]


@dataclass(frozen=True)
class Gathered:
    """What a package is built from, free of any session."""

    report_id: int
    content: Json
    text: str
    letter: Document


def assemble(database: Database, storage: Storage, base_url: str, report_id: int) -> None:
    """Build the package of a report and make it ready; done twice it is done once."""
    with unit_of_work(database) as session:
        gathered = gather(session, report_id)
        if gathered is None:
            return
        session.flush()
        session.expunge(gathered.letter)
    package = build(gathered, base_url)
    stored = storage.put(io.BytesIO(package), PACKAGE_LIMIT)
    with unit_of_work(database) as session:
        finish(session, gathered, stored.sha256, stored.size)


def gather(session: Session, report_id: int) -> Gathered | None:
    """Everything the report says, as of now; None when it needs no assembly."""
    report = session.scalar(select(Report).where(Report.id == report_id).with_for_update())
    if report is None or report.state != ReportState.ASSEMBLING.value:
        return None
    duty = session.get_one(Duty, report.duty_id)
    version = queries.version_with_text(session, report.policy_version_id)
    policy = session.get_one(Policy, version.policy_id)
    department = session.get_one(Department, duty.department_id)
    office = session.get(Office, duty.office_id) if duty.office_id else None
    items = [_item(item, v) for item, v in queries.published_items(session, policy.id)]
    content: Json = {
        "policy": {
            "number": policy.number,
            "title": version.title,
            "document_number": version.document_number,
            "issuer": version.issuer,
            "publication_date": _iso(version.publication_date),
            "issue_date": _iso(version.issue_date),
            "valid_from": _iso(version.valid_from),
            "valid_until": _iso(version.valid_until),
            "version": version.no,
            "answers": policy.answers,
            "without_answers": version.lacking.get("questions", ""),
            "text_sha256": hashlib.sha256(version.text.encode()).hexdigest(),
        },
        "report": {
            "duty": duty.number,
            "no": report.no,
            "supplement": report.no > 1,
            "department": department.name,
            "office": office.name if office else "",
            "due": clock.last_day(duty.due_at).isoformat(),
            "provisional": duty.provisional,
            "entered_late": duty.entered_late,
        },
        "items": items,
    }
    report.content = content
    letter = _letter(session, report, duty, content, department)
    report.document_id = letter.id
    return Gathered(report.id, content, version.text, letter)


def build(gathered: Gathered, base_url: str) -> bytes:
    """The ZIP; the same content gives the same bytes."""
    content = gathered.content
    mark = content["report"]["duty"] + str(content["report"]["no"])
    files = {
        LETTER: rendering.pdf(gathered.letter, base_url).content,
        TEXT: rendering.render(
            "pdf/policy_text.html",
            identifier=content["policy"]["text_sha256"],
            policy=content["policy"],
            text=gathered.text,
        ).content,
        STANDARDS: rendering.render(
            "pdf/standards.html",
            identifier=mark + "standards",
            policy=content["policy"],
            report=content["report"],
            items=content["items"],
        ).content,
        DATA: json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True).encode(),
    }
    files[LIST] = "".join(
        f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items()
    ).encode()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, data)
    return target.getvalue()


def finish(session: Session, gathered: Gathered, sha256: str, size: int) -> None:
    """The package is there: tell the department, or send at once where it allowed that."""
    report = session.scalars(select(Report).where(Report.id == gathered.report_id).with_for_update()).one()
    if report.state != ReportState.ASSEMBLING.value or report.document_id != gathered.letter.id:
        return
    report.state, report.package_sha256, report.package_size = ReportState.READY.value, sha256, size
    report.assembled_at = clock.now()
    duty = session.get_one(Duty, report.duty_id)
    department = session.get_one(Department, duty.department_id)
    service.note(
        session,
        duty,
        service.SYSTEM,
        "assembled",
        {"report": report.no, "items": len(gathered.content["items"])},
    )
    session.flush()
    if department.auto_report and duty.office_id is not None:
        service.send_report(session, system_actor("auto_report", department.id), report.id)
        return
    service.tell_department(session, duty, "report_ready", f"report:{report.id}:ready")


def _letter(session: Session, report: Report, duty: Duty, content: Json, department: Department) -> Document:
    """A letter of its own for each assembly: an earlier one that never went out is taken back."""
    if report.document_id is not None:
        documents.revoke(
            session, service.SYSTEM, session.get_one(Document, report.document_id), "重新生成报送材料"
        )
    policy = content["policy"]
    return documents.issue(
        session,
        system_actor("reports", department.id),
        kind="report",
        subject=f"duty:{duty.id}",
        title=f"关于{'补充' if report.no > 1 else ''}报送《{policy['title']}》的函",
        data={
            "policy_title": policy["title"],
            "policy_number": policy["number"],
            "document_number": policy["document_number"] or "无文号",
            "publication_date": policy["publication_date"] or duty.event_date.isoformat(),
            "issuer": policy["issuer"],
            "office_name": content["report"]["office"] or "同级政务公开领导小组办公室",
            "item_count": len(content["items"]),
            "items": [item["name"] for item in content["items"]],
            "attachments": ATTACHMENTS,
            "supplement": report.no > 1,
            "no": report.no,
            "due": content["report"]["due"],
            "entered_late": duty.entered_late,
            "without_answers": policy["without_answers"],
            "amended": bool(duty.data.get("amended")),
        },
        issuer_name=department.name,
        issuer_department_id=department.id,
    )


def _item(item: Any, version: Any) -> Json:
    """One row of the table: the ten fields of article 24, with what is missing named."""
    fields: Json = {}
    for name in REQUIRED_FIELDS:
        given = version.fields.get(name) or {"state": "missing"}
        entries = [entry["text"] for entry in given.get("entries", [])]
        fields[name] = {
            "label": FIELD_NAMES[name],
            "state": given.get("state", "missing"),
            "text": "\n".join(entries) or given.get("text", ""),
            "reason": (version.lacking or {}).get(name, ""),
        }
    return {
        "code": item.code,
        "name": version.name,
        "summary": version.summary,
        "mode": MODE_NAMES.get(Mode(version.mode), version.mode)
        if version.mode in set(Mode)
        else version.mode,
        "version": version.no,
        "opens_on": _iso(version.opens_on),
        "closes_on": _iso(version.closes_on),
        "fields": fields,
    }


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None
