"""What the system holds about one enterprise, whole, for itself (个人信息保护法 45): a ZIP of JSON it can read.

And the archive package of a finished case (电子文件归档): documents as PDF, materials, metadata, a digest of each.
"""

import datetime as dt
import hashlib
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import IO, Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from redemption.applications import handed_in
from redemption.applications import queries as applications
from redemption.applications.models import (
    Application,
    ApplicationEvent,
    Correction,
    Lookup,
    Material,
    Submission,
)
from redemption.applications.rules import STATUS_NAMES, Status
from redemption.catalogue.models import Item, ItemVersion
from redemption.documents.models import Document
from redemption.identity import profile
from redemption.identity.models import Department, Enterprise, Invitation, Person, Post
from redemption.identity.rules import Actor, Grade
from redemption.kernel import audit, clock
from redemption.kernel.errors import Conflict, NotAllowed
from redemption.kernel.secrets import SecretBox
from redemption.kernel.storage import Storage
from redemption.messages.models import Message

SEALED = frozenset(
    {"bank_account", "counter_id_number", "id_number", "password_hash", "code_digest", "oidc_subject"}
)
"""Never in a row of the export; the enterprise's own account stands there in clear, once, apart."""
FIXED = (2026, 1, 1, 0, 0, 0)
"""Time in every entry of a ZIP: the same content makes the same bytes."""

PdfOf = Callable[[Document], bytes]


def export(session: Session, actor: Actor, box: SecretBox) -> IO[bytes]:
    """Everything about the acting person's enterprise. The export itself is in the log.

    Raises:
        NotAllowed: not the enterprise's owner.
    """
    enterprise = profile.own_enterprise(session, actor)
    if actor.grade != Grade.OWNER:
        raise NotAllowed("导出需要本单位的账号管理员操作。", code="owner_only")
    account = ""
    if enterprise.bank_account:
        account = box.open(enterprise.bank_account, profile.account_context(enterprise.id))
    parts = _parts(session, enterprise)
    parts["enterprise"] = [{**_plain(enterprise), "bank_account": account}]
    audit.record(
        session,
        f"enterprise:{enterprise.id}",
        actor.ref,
        "export_held",
        {"rows": {name: len(rows) for name, rows in parts.items()}},
    )
    file = tempfile.SpooledTemporaryFile(max_size=8 * 1024 * 1024)  # noqa: SIM115 - handed to the answer
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, rows in parts.items():
            _write(package, f"{name}.json", _json(rows))
        _write(package, "说明.txt", _EXPLAINED.format(at=clock.moment_text(clock.now())).encode())
    file.seek(0)
    return file


def counts(session: Session, enterprise: Enterprise) -> list[tuple[str, int]]:
    """How much there is of each kind, for the page before the export."""
    parts = _parts(session, enterprise)
    return [(_NAMES[name], len(rows)) for name, rows in parts.items()]


_NAMES = {
    "people": "人员和岗位",
    "invitations": "邀请和开户登记",
    "submissions": "申报单",
    "applications": "申报件",
    "events": "办理记录",
    "corrections": "补正通知",
    "materials": "材料（名称、时间和摘要）",
    "documents": "文书",
    "messages": "消息",
    "lookups": "数据查询记录",
    "log": "对企业资料的修改和查看记录",
}


def _parts(session: Session, enterprise: Enterprise) -> dict[str, list[dict[str, Any]]]:
    own = Application.enterprise_id == enterprise.id
    cases = select(Application.id).where(own)
    submissions = select(Submission.id).where(Submission.enterprise_id == enterprise.id)

    def rows(query: Any) -> list[dict[str, Any]]:
        return [_plain(row) for row in session.scalars(query)]

    people = session.execute(
        select(Post, Person)
        .join(Person, Person.id == Post.person_id)
        .where(Post.enterprise_id == enterprise.id)
        .order_by(Post.id)
    )
    return {
        "people": [{**_plain(post), "person": _plain(person)} for post, person in people],
        "invitations": rows(select(Invitation).where(Invitation.enterprise_id == enterprise.id)),
        "submissions": rows(select(Submission).where(Submission.id.in_(submissions)).order_by(Submission.id)),
        "applications": rows(select(Application).where(own).order_by(Application.id)),
        "lookups": rows(select(Lookup).where(Lookup.enterprise_id == enterprise.id).order_by(Lookup.id)),
        "events": rows(
            select(ApplicationEvent)
            .where(ApplicationEvent.application_id.in_(cases))
            .order_by(ApplicationEvent.id)
        ),
        "corrections": rows(
            select(Correction).where(Correction.application_id.in_(cases)).order_by(Correction.id)
        ),
        "materials": rows(
            select(Material).where(Material.submission_id.in_(submissions)).order_by(Material.id)
        ),
        "documents": rows(
            select(Document).where(Document.enterprise_id == enterprise.id).order_by(Document.id)
        ),
        "messages": rows(select(Message).where(Message.enterprise_id == enterprise.id).order_by(Message.id)),
        "log": [
            {"at": row.at, "actor": row.actor, "action": row.action, "data": row.data}
            for row in audit.entries(session, f"enterprise:{enterprise.id}")
        ],
    }


# --- archive ---------------------------------------------------------------------------------------------


def archive(session: Session, actor: Actor, number: str, storage: Storage, pdf_of: PdfOf) -> IO[bytes]:
    """The archive package of one finished case, for its enterprise, its centre or its department.

    Raises:
        NotFound: somebody else's case. Conflict: it is not over.
    """
    case = applications.case(session, actor, number)
    if case.application.over_at is None:
        raise Conflict("这件申报还没有办结，办结后才能生成归档包。", code="not_over")
    documents = session.scalars(
        select(Document)
        .where(
            Document.subject.in_([f"application:{case.application.id}", f"submission:{case.submission.id}"])
        )
        .order_by(Document.id)
    ).all()
    materials = handed_in.materials_of(session, case.application)
    file = tempfile.SpooledTemporaryFile(max_size=8 * 1024 * 1024)  # noqa: SIM115
    digests: list[tuple[str, str, int]] = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        metadata = _metadata(
            case.application, case.submission, case.enterprise, case.version, case.item, case.department
        )
        digests.append(_write(package, "元数据.json", _json(metadata)))
        history = [_plain(row) for row in applications.events(session, case.application.id)]
        digests.append(_write(package, "办理过程.json", _json(history)))
        asked = [_plain(row) for row in applications.corrections(session, case.application.id)]
        digests.append(_write(package, "补正.json", _json(asked)))
        for document in documents:
            digests.append(_write(package, f"文书/{_name(document.number)}.pdf", pdf_of(document)))
        for place, material in enumerate(materials, 1):
            if material.sha256 and storage.exists(material.sha256):
                path = f"材料/{place:02d}-{_name(material.name)}"
                digests.append(_copy(package, path, storage, material.sha256))
        listed = "".join(f"{digest}  {path}\n" for path, digest, _ in digests)
        _write(package, "摘要清单.sha256", listed.encode())
    audit.record(
        session,
        f"application:{case.application.id}",
        actor.ref,
        "make_archive",
        {"files": len(digests), "manifest": hashlib.sha256(listed.encode()).hexdigest()},
    )
    file.seek(0)
    return file


def _metadata(
    application: Application,
    submission: Submission,
    enterprise: Enterprise,
    version: ItemVersion,
    item: Item,
    department: Department,
) -> dict[str, Any]:
    return {
        "题名": f"{enterprise.name}申报{version.name}",
        "申报件编号": application.number,
        "申报单号": submission.number,
        "责任者": department.name,
        "申报主体": enterprise.name,
        "统一社会信用代码": enterprise.uscc,
        "事项": {"编码": item.code, "名称": version.name, "版本": version.no},
        "渠道": submission.channel,
        "收件时间": submission.received_at,
        "录入时间": submission.entered_at,
        "办结时间": application.over_at,
        "结果": STATUS_NAMES[Status(str(application.status))],
        "批准金额": application.amount_approved,
        "申报内容": application.data,
        "企业信息": submission.common,
        "声明": submission.declarations,
        "差异": application.differences,
    }


def _copy(package: zipfile.ZipFile, path: str, storage: Storage, sha256: str) -> tuple[str, str, int]:
    with storage.open(sha256) as source, package.open(zipfile.ZipInfo(path, FIXED), "w") as target:
        shutil.copyfileobj(source, target, 1024 * 1024)
        return path, sha256, source.tell()


def _write(package: zipfile.ZipFile, path: str, content: bytes) -> tuple[str, str, int]:
    entry = zipfile.ZipInfo(path, FIXED)
    entry.compress_type = zipfile.ZIP_DEFLATED
    package.writestr(entry, content)
    return path, hashlib.sha256(content).hexdigest(), len(content)


def _name(text: str) -> str:
    """A file's name without anything that a file system minds."""
    return "".join("_" if char in '/\\:*?"<>|\x00' else char for char in text)[:120]


def _plain(row: Any) -> dict[str, Any]:
    names: Iterable[str] = (column.key for column in inspect(type(row)).column_attrs)
    return {name: getattr(row, name) for name in names if name not in SEALED}


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1, default=_text).encode()


def _text(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return clock.local(value).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"not fit for an export: {value!r}")


_EXPLAINED = """本文件包由“惠企政策兑现”系统于 {at} 导出，包含系统保存的贵单位全部信息。
每个 .json 文件是一类信息，UTF-8 编码。时间为北京时间。
enterprise.json 中的银行账号为完整账号，请妥善保管。办理人的身份证号码只以掩码形式提供。
材料原件可在申报详情中下载；已办结的申报可下载归档包。
"""
