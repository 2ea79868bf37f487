"""The draft of a policy: made from a document that was read, revised until it is published."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from redemption.identity.models import Department
from redemption.identity.rules import Actor
from redemption.kernel import audit, clock
from redemption.kernel.db import Json
from redemption.kernel.errors import Conflict, Fields, Invalid, NotAllowed
from redemption.policies import queries
from redemption.policies.models import NUMBERS, Policy, PolicyDepartment, PolicyVersion
from redemption.policies.reading import ReadDocument
from redemption.policies.rules import PolicyState
from redemption.policies.service import interpreting
from redemption.policies.service.owning import may_make, mine, touch

VERSION_FIELDS = (
    "title",
    "document_number",
    "issuer",
    "publication_date",
    "issue_date",
    "valid_from",
    "valid_until",
    "change_note",
)
DEPARTMENT_FIELDS = ("lead_department", "drafting_department", "joint_departments", "in_government_name")
MOST_TITLE = 200


def create(
    session: Session,
    actor: Actor,
    document: ReadDocument,
    details: Mapping[str, Any],
    *,
    source: str = "typed",
    source_id: str | None = None,
    source_name: str = "",
    source_sha256: str = "",
    findings: Iterable[Json] = (),
) -> Policy:
    """Make a draft.

    Args:
        details: any of `VERSION_FIELDS`, and `DEPARTMENT_FIELDS` as codes. The lead department is the actor's own
            unless it says otherwise; the jurisdiction is the lead department's.
        source_id: names the request; the same one again gives the policy that it made the first time.

    Raises:
        NotAllowed: the actor makes no policy. Invalid: with `fields`.
    """
    if not may_make(actor):
        raise NotAllowed("只有政策制定部门的人员可以新建政策文件。")
    if source_id and (already := _already(session, actor, source_id)):
        return already
    now = clock.now()
    policy = Policy(
        number=_number(session),
        state=PolicyState.DRAFT,
        jurisdiction_id=actor.jurisdiction_id,
        lead_department_id=actor.department_id,
        source=source,
        source_id=source_id,
        created_at=now,
        created_by=actor.ref,
        updated_at=now,
    )
    try:
        with session.begin_nested():
            session.add(policy)
    except IntegrityError:  # the same request at the same moment
        if source_id and (already := _already(session, actor, source_id)):
            return already
        raise
    version = PolicyVersion(
        policy_id=policy.id,
        no=1,
        title="",
        text=document.text,
        blocks=[block.as_dict() for block in document.blocks],
        findings=[*(finding.as_dict() for finding in document.findings), *findings],
        source_name=source_name,
        source_sha256=source_sha256,
        created_at=now,
        created_by=actor.ref,
    )
    session.add(version)
    _fill(session, actor, policy, version, details)
    session.flush()
    facts = {"number": policy.number, "title": version.title, "file": source_name, "sha256": source_sha256}
    audit.record(session, f"policy:{policy.id}", actor.ref, "create_policy", facts)
    return policy


def revise(
    session: Session, actor: Actor, number: str, details: Mapping[str, Any], *, version: int | None = None
) -> Policy:
    """Change what the draft says of itself. The text of a document is not edited here: it is what was issued.

    Raises:
        Stale: somebody saved since `version`. Conflict: published; amend it. Invalid: with `fields`.
    """
    policy = mine(session, actor, number, version=version)
    draft = queries.working_version(session, policy)
    if draft.published_at is not None:
        raise Conflict("政策文件已经发布，不能直接修改。如有变化，请发起修订。", code="already_published")
    before = {name: getattr(draft, name) for name in VERSION_FIELDS}
    _fill(session, actor, policy, draft, details)
    touch(policy)
    session.flush()
    changed = {name: [before[name], getattr(draft, name)] for name in VERSION_FIELDS}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    audit.record(session, f"policy:{policy.id}", actor.ref, "revise_policy", {"changed": changed})
    return policy


def replace_text(
    session: Session,
    actor: Actor,
    number: str,
    document: ReadDocument,
    *,
    source_name: str = "",
    source_sha256: str = "",
    findings: Iterable[Json] = (),
) -> PolicyVersion:
    """Put another text under a draft: the wrong file was taken, or an imported catalogue came without one.

    Raises:
        Conflict: published; amend it.
    """
    policy = mine(session, actor, number)
    draft = queries.working_version(session, policy)
    if draft.published_at is not None:
        raise Conflict("政策文件已经发布，不能替换原文。如有变化，请发起修订。", code="already_published")
    draft.text = document.text
    draft.blocks = [block.as_dict() for block in document.blocks]
    draft.findings = [*(finding.as_dict() for finding in document.findings), *findings]
    draft.source_name, draft.source_sha256 = source_name, source_sha256
    touch(policy)
    session.flush()
    facts = {"no": draft.no, "file": source_name, "sha256": source_sha256}
    audit.record(session, f"policy:{policy.id}", actor.ref, "replace_text", facts)
    return draft


def amend(
    session: Session,
    actor: Actor,
    number: str,
    document: ReadDocument,
    note: str,
    details: Mapping[str, Any],
    *,
    source_name: str = "",
    source_sha256: str = "",
) -> PolicyVersion:
    """Begin the next version of a published policy; it is a draft until it is published in its turn.

    Raises:
        Conflict: not published, or an amendment is under way already. Invalid: no note.
    """
    policy = mine(session, actor, number)
    current = queries.working_version(session, policy)
    if policy.state != PolicyState.PUBLISHED:
        raise Conflict("只有已发布的政策文件可以修订。", code="not_published")
    if current.published_at is None:
        raise Conflict("这份文件已有一个尚未发布的修订稿，请在修订稿上继续。", code="amendment_under_way")
    if not note.strip():
        raise Invalid.field("change_note", "请说明修订了什么、为什么修订，发布后会公开显示。")
    draft = PolicyVersion(
        policy_id=policy.id,
        no=current.no + 1,
        text=document.text,
        blocks=[block.as_dict() for block in document.blocks],
        findings=[finding.as_dict() for finding in document.findings],
        source_name=source_name,
        source_sha256=source_sha256,
        created_at=clock.now(),
        created_by=actor.ref,
        **{name: getattr(current, name) for name in VERSION_FIELDS},
    )
    session.add(draft)
    _fill(session, actor, policy, draft, {"publication_date": None, **details, "change_note": note.strip()})
    touch(policy)
    session.flush()
    audit.record(session, f"policy:{policy.id}", actor.ref, "amend_policy", {"no": draft.no, "note": note})
    return draft


def discard(session: Session, actor: Actor, number: str) -> None:
    """Throw a draft away; an amendment under way goes, the published version stays.

    The draft's items must have gone before (`catalogue.service.discard_policy`).
    """
    policy = mine(session, actor, number)
    draft = queries.working_version(session, policy)
    if draft.published_at is not None:
        raise Conflict("已发布的政策文件不能删除，可以废止。", code="already_published")
    dropped = interpreting.drop_waiting(session, policy)
    facts = {"no": draft.no, "interpretations": dropped}
    audit.record(session, f"policy:{policy.id}", actor.ref, "discard_draft", facts)
    session.execute(delete(PolicyVersion).where(PolicyVersion.id == draft.id))
    if policy.state == PolicyState.DRAFT:
        session.execute(delete(PolicyDepartment).where(PolicyDepartment.policy_id == policy.id))
        session.delete(policy)
    else:
        touch(policy)
    session.flush()


def _already(session: Session, actor: Actor, source_id: str) -> Policy | None:
    """The policy that the same request made before; somebody else's is a conflict."""
    found = session.scalar(select(Policy).where(Policy.source_id == source_id))
    if found is not None and not queries.may_change(found, actor):
        raise Conflict("这个来源编号已被其他部门使用。", code="source_id_taken")
    return found


def _number(session: Session) -> str:
    return f"ZC{clock.today():%Y}-{session.scalar(select(NUMBERS.next_value())):05d}"


def _fill(
    session: Session, actor: Actor, policy: Policy, draft: PolicyVersion, details: Mapping[str, Any]
) -> None:
    unknown = set(details) - {*VERSION_FIELDS, *DEPARTMENT_FIELDS}
    if unknown:
        raise ValueError(f"not details of a policy: {sorted(unknown)}")
    wrong: Fields = {}
    for name in VERSION_FIELDS:
        if name in details:
            value = details[name]
            setattr(draft, name, re.sub(r"\s+", " ", value).strip() if isinstance(value, str) else value)
    draft.document_number = written_number(draft.document_number or "")
    for name in ("document_number", "issuer", "change_note", "title"):
        if getattr(draft, name) is None:
            setattr(draft, name, "")
    if len(draft.title) > MOST_TITLE:
        wrong["title"] = [f"标题不能超过{MOST_TITLE}个字，请核对是否粘贴了正文。"]
    if draft.valid_from and draft.valid_until and draft.valid_until < draft.valid_from:
        wrong["valid_until"] = ["有效期截止日期早于起始日期，请核对。"]
    _fill_departments(session, actor, policy, details, wrong)
    if wrong:
        raise Invalid(fields=wrong)


def _fill_departments(
    session: Session, actor: Actor, policy: Policy, details: Mapping[str, Any], wrong: Fields
) -> None:
    if "in_government_name" in details:
        policy.in_government_name = bool(details["in_government_name"])
    if details.get("lead_department"):
        lead = _department(session, details["lead_department"], "lead_department", wrong)
        if lead:
            policy.lead_department_id, policy.jurisdiction_id = lead.id, lead.jurisdiction_id
    if "drafting_department" in details:
        code = details["drafting_department"]
        drafting = _department(session, code, "drafting_department", wrong) if code else None
        policy.drafting_department_id = drafting.id if drafting else None
    if policy.in_government_name and policy.drafting_department_id is None:
        # 第三条: the department that drafted it owes the duties
        policy.drafting_department_id = actor.department_id
    if not policy.in_government_name:
        policy.drafting_department_id = None
    if not wrong and not queries.may_change(policy, actor):
        wrong["lead_department"] = [
            "牵头部门应是您的部门；以政府名义印发的，起草部门应是您的部门。由其他部门牵头的，请由该部门新建。"
        ]
    if "joint_departments" in details and not wrong:
        _fill_joint(session, policy, list(details["joint_departments"] or ()), wrong)


def _fill_joint(session: Session, policy: Policy, codes: list[str], wrong: Fields) -> None:
    found = queries.departments_by_code(session, codes)
    unknown = [code for code in codes if code not in found]
    if unknown:
        wrong["joint_departments"] = [f"没有找到部门：{'、'.join(unknown)}。"]
        return
    session.flush()
    session.execute(delete(PolicyDepartment).where(PolicyDepartment.policy_id == policy.id))
    for department in found.values():
        if department.id != policy.lead_department_id:
            session.add(PolicyDepartment(policy_id=policy.id, department_id=department.id))


def _department(session: Session, code: str, field: str, wrong: Fields) -> Department | None:
    found = queries.department_by_code(session, code)
    if found is None:
        wrong[field] = [f"没有找到部门“{code}”，请从列表中选择。"]
    return found


def written_number(text: str) -> str:
    """A 文号 with the year in 〔〕, as 党政机关公文格式 (GB/T 9704) writes it."""
    return re.sub(r"[\[［【(（﹝]\s*((?:19|20)\d{2})\s*[\]］】)）﹞]", r"〔\1〕", text.strip())
