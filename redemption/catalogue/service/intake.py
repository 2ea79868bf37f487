"""From a document to a draft policy with draft items."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.iso7064 import mod_97_10

from redemption.catalogue import extraction, queries, review
from redemption.catalogue.models import CODES, Item, ItemVersion
from redemption.catalogue.rules import CODE_PREFIX, FIELDS, ItemState, Mode
from redemption.catalogue.service import synonyms
from redemption.catalogue.service import values as read_values
from redemption.identity.rules import Actor
from redemption.kernel import clock
from redemption.kernel.errors import Invalid, TooLarge
from redemption.policies import queries as policies
from redemption.policies import service as policy_service
from redemption.policies.models import Policy, PolicyVersion
from redemption.policies.reading import MAX_BYTES, ReadDocument, ReadingError, read, read_text

if TYPE_CHECKING:
    from redemption.catalogue.extraction.model import Extraction

NO_ITEMS = (
    "没有识别出可以单独申报的事项：正文中没有找到适用对象、兑现标准、申报材料等栏目或可申领的奖补条款。"
    "文件可以照常发布；如确有事项，请手工添加。"
)


def read_file(data: bytes, name: str, *, field: str = "file") -> ReadDocument:
    """Read an uploaded file. Invalid at `field` with a sentence that names the file and the reason."""
    try:
        return read(data, name)
    except ReadingError as error:
        message = f"《{name}》不能读取：{error.message}"
        kind = TooLarge if error.code == "too_big" else Invalid
        raise kind(message, code=f"file_{error.code}", fields={field: [message]}) from None


def read_pasted(text: str, *, field: str = "text") -> ReadDocument:
    """Read pasted text. Invalid at `field` when there is none, or too much."""
    if len(text.encode()) > MAX_BYTES:
        message = "粘贴的文字超过 20 MB，请只粘贴政策正文。"
        raise TooLarge(message, fields={field: [message]})
    try:
        return read_text(text)
    except ReadingError as error:
        if error.code == "empty":
            raise Invalid.field(field, "请粘贴政策原文，或上传文件。", code="text_empty") from None
        raise Invalid.field(field, error.message, code=f"text_{error.code}") from None


def take_in(
    session: Session,
    actor: Actor,
    document: ReadDocument,
    *,
    details: Mapping[str, Any] | None = None,
    source: str = "typed",
    source_id: str | None = None,
    source_name: str = "",
    source_sha256: str = "",
) -> Policy:
    """Make a draft policy and a draft of every item in it.

    Title, 文号, issuer, dates come from the text unless `details` gives them. A text without a recognisable item
    gives a policy with none, and a finding that says why. The same `source_id` again gives the first policy.

    Raises:
        NotAllowed, Invalid: see `policies.service.create`.
    """
    found = extraction.extract(document, synonyms.table(session))
    general = [finding.as_json() for finding in found.findings if finding.item is None]
    if not found.items and not any(finding["code"] == "no_item" for finding in general):
        general.append({"code": "no_item", "message": NO_ITEMS, "item": None, "field": None, "span": None})
    said = {**_said_of_itself(found.policy, document), **_given(details)}
    policy = policy_service.create(
        session,
        actor,
        document,
        said,
        source=source,
        source_id=source_id,
        source_name=source_name,
        source_sha256=source_sha256,
        findings=general,
    )
    if queries.items_of_policy(session, policy.id):
        return policy
    draft = policies.working_version(session, policy)
    add_extracted(session, actor, policy, draft, found)
    return policy


def add_extracted(
    session: Session, actor: Actor, policy: Policy, draft: PolicyVersion, found: Extraction
) -> list[Item]:
    """Draft items of what the extractor found, with their findings."""
    made = []
    for at, proposal in enumerate(found.items):
        findings = [finding.as_json() for finding in found.findings if finding.item == at]
        made.append(add_proposed(session, actor, policy, draft, proposal.as_json(), findings))
    return made


def add_proposed(
    session: Session,
    actor: Actor,
    policy: Policy,
    draft: PolicyVersion,
    proposed: Mapping[str, Any],
    findings: list[dict[str, Any]],
    *,
    source_id: str | None = None,
) -> Item:
    """One draft item from `{"name", "name_span", "fields", "values"}`, the shape the extractor gives."""
    return draft_item(session, actor, policy, draft, proposed, findings, source_id=source_id)[0]


def draft_item(
    session: Session,
    actor: Actor,
    policy: Policy,
    draft: PolicyVersion,
    proposed: Mapping[str, Any],
    findings: list[dict[str, Any]],
    *,
    source_id: str | None = None,
) -> tuple[Item, ItemVersion]:
    """The same, with its first version."""
    now = clock.now()
    item = Item(
        code=_code(session),
        policy_id=policy.id,
        department_id=policy.owner_department_id,
        jurisdiction_id=policy.jurisdiction_id,
        state=ItemState.DRAFT,
        source_id=source_id,
        created_at=now,
        updated_at=now,
    )
    session.add(item)
    session.flush()
    fields = {name: dict(proposed.get("fields", {}).get(name) or {"state": "missing"}) for name in FIELDS}
    values = dict(proposed.get("values") or {})
    version = ItemVersion(
        item_id=item.id,
        no=1,
        policy_version_id=draft.id,
        name=str(proposed.get("name") or "")[:200],
        fields=review.with_keys(fields),
        extracted={**proposed, "findings": findings},
        values=values,
        conditions={},
        object_classes=[],
        form={},
        money_rules={},
        lacking={},
        created_at=now,
        created_by=actor.ref,
        **read_values.columns(fields, values, draft),
    )
    version.mode = version.mode or Mode.WITHIN_LIMIT
    session.add(version)
    session.flush()
    return item, version


def _code(session: Session) -> str:
    """SX, eight digits, two check digits: at most 12 characters, as a 基本编码 is."""
    stem = f"{CODE_PREFIX}{session.scalar(select(CODES.next_value())):08d}"
    return stem + mod_97_10.calc_check_digits(stem)


def _given(details: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a person filled in; an empty box does not wipe out what the text says."""
    return {name: value for name, value in (details or {}).items() if value not in (None, "", [])}


def _said_of_itself(said: Any, document: ReadDocument) -> dict[str, Any]:
    title = said.title or document.properties.get("title") or _first_line(document)
    return {
        "title": title[:200],
        "document_number": said.document_number or "",
        "issuer": said.issuer or "",
        "publication_date": _date(said.publish_date),
        "valid_from": _date(said.valid_from),
        "valid_until": _date(said.valid_to),
    }


def _first_line(document: ReadDocument) -> str:
    return next((line.strip() for line in document.text.splitlines() if line.strip()), "")[:80]


def _date(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None
