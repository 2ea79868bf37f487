"""A whole catalogue in and out: kept, compared, and taken over row by row when a person has seen the differences."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from redemption.catalogue import queries
from redemption.catalogue.exchange import plan as plans
from redemption.catalogue.exchange.columns import POLICY, SOURCE_ID
from redemption.catalogue.exchange.plan import RowPlan
from redemption.catalogue.exchange.sheet import Rows
from redemption.catalogue.models import CatalogueImport, Item, ItemVersion
from redemption.catalogue.rules import FIELD_NAMES, ItemState
from redemption.catalogue.service import taking
from redemption.identity.models import Department
from redemption.identity.rules import Actor
from redemption.kernel import audit, clock
from redemption.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from redemption.policies import queries as policies
from redemption.policies.models import Policy
from redemption.policies.service.owning import may_make

MOST_FAULTS = 50
Choice = tuple[str, str]
"""A source id and a column in which the file is to win over what stands here."""


def keep_import(session: Session, actor: Actor, rows: Rows, name: str) -> CatalogueImport:
    """Keep what was read until a person has decided. Nothing of the catalogue changes yet.

    Raises:
        NotAllowed: the actor makes no policy. Invalid: rows are wrong, each named with its place.
    """
    if not may_make(actor):
        raise NotAllowed("只有政策制定部门的人员可以导入事项目录。")
    if rows.faults:
        shown = dict(list(rows.faults.items())[:MOST_FAULTS])
        raise Invalid(
            f"文件里有 {len(rows.faults)} 处需要修改，没有导入任何内容。", fields=shown, code="import_faults"
        )
    if not rows.rows:
        raise Invalid.field("file", "文件里没有事项。")
    kept = CatalogueImport(
        key=secrets.token_urlsafe(12),
        department_id=actor.department_id,
        name=name[:200],
        rows=rows.rows,
        ignored=rows.ignored,
        created_at=clock.now(),
        created_by=actor.ref,
    )
    session.add(kept)
    session.flush()
    return kept


def find_import(session: Session, actor: Actor, key: str, *, lock: bool = False) -> CatalogueImport:
    """An import of the actor's own department. NotFound for everybody else's."""
    query = (
        select(CatalogueImport)
        .where(CatalogueImport.key == key, CatalogueImport.department_id == actor.department_id)
        .options(undefer(CatalogueImport.rows))
    )
    found = session.scalar(query.with_for_update() if lock else query) if may_make(actor) else None
    if found is None:
        raise NotFound("没有找到这次导入，请核对链接。")
    return found


def preview_import(session: Session, actor: Actor, kept: CatalogueImport) -> list[RowPlan]:
    """What applying would do, row by row."""
    here = _standing(session, actor, [row[SOURCE_ID] for row in kept.rows])
    own = _Policies(session, actor)
    return [_plan(row, here.get(row[SOURCE_ID]), own) for row in kept.rows]


def apply_import(
    session: Session,
    actor: Actor,
    key: str,
    *,
    fingerprint: str | None = None,
    take: Collection[Choice] = (),
) -> CatalogueImport:
    """Take the rows over: new ones as drafts, changes of published items as amendments that wait for a person.

    Args:
        fingerprint: of the preview a person saw; None from a program that does not look.
        take: where the file wins over what a person wrote here; elsewhere that stays.

    Raises:
        Conflict: what stands here changed since the preview. Applying once more changes nothing.
    """
    kept = find_import(session, actor, key, lock=True)
    if kept.applied_at is not None:
        return kept
    # locked first, so that nobody saves between the comparison and the writing
    here = _standing(session, actor, [row[SOURCE_ID] for row in kept.rows], lock=True)
    rows = preview_import(session, actor, kept)
    if fingerprint is not None and plans.fingerprint(rows) != fingerprint:
        raise Conflict(
            "在您核对期间，目录又有了变化。请重新核对下面的差异，再确认导入。", code="import_outdated"
        )
    chosen = set(take)
    own, taker = _Policies(session, actor), taking.Taker(session, actor)
    for row, plan in zip(kept.rows, rows, strict=True):
        if plan.kind == plans.NEW:
            taker.new(own.of(row, make=True), row, _scoped(session, actor, row[SOURCE_ID]))
        elif plan.kind in (plans.CHANGED, plans.SAME):
            item, version = here[row[SOURCE_ID]]
            wanted = [each.key for each in plan.updates]
            wanted += [each.key for each in plan.conflicts if (plan.source_id, each.key) in chosen]
            taker.changed(item, version, row, wanted)
    kept.applied_at = clock.now()
    kept.result = plans.counts(rows) | {"taken": sorted(map(list, chosen))}
    session.flush()
    facts = {"import": kept.key, "file": kept.name, **kept.result}
    audit.record(session, f"catalogue:{actor.department_id}", actor.ref, "apply_import", facts)
    return kept


def export_rows(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """Every item of the policies that the actor's department leads or drafted, as rows that can be imported again."""
    if not may_make(actor):
        raise NotAllowed("只有政策制定部门的人员可以导出本部门的事项目录。")
    found = session.execute(
        select(Item, Policy)
        .join(Policy, Policy.id == Item.policy_id)
        .where(policies.owned_by(actor.department_id))
        .order_by(Item.policy_id, Item.id)
    ).all()
    versions = queries.working_versions(session, [item.id for item, _ in found])
    texts = policies.working_versions(session, {policy.id for _, policy in found})
    prefix = _scoped(session, actor, "")
    rows = []
    for item, policy in found:
        text, version = texts[policy.id], versions[item.id]
        said = (
            (item.source_id or "").removeprefix(prefix) if (item.source_id or "").startswith(prefix) else ""
        )
        rows.append(
            {
                SOURCE_ID: said or item.code,
                POLICY: policy.number,
                "policy_title": text.title,
                "document_number": text.document_number,
                "issuer": text.issuer,
                "publication_date": text.publication_date.isoformat() if text.publication_date else None,
                **taking.standing(version),
                "code": item.code,
                "state": ItemState(item.state).label,
                "no": version.no,
                "lacking": {FIELD_NAMES[field]: reason for field, reason in version.lacking.items()},
            }
        )
    return rows


class _Policies:
    """The actor's own policies by number, 文号 and title; makes drafts for those that are not there."""

    def __init__(self, session: Session, actor: Actor) -> None:
        self.session, self.actor = session, actor
        found = session.scalars(
            select(Policy).where(policies.owned_by(actor.department_id)).order_by(Policy.id)
        )
        self.by_number = {policy.number: policy for policy in found}
        self.by_name: dict[str, Policy] = {}
        texts = policies.working_versions(session, [policy.id for policy in self.by_number.values()])
        for policy in self.by_number.values():
            text = texts[policy.id]
            for name in (text.document_number, text.title):
                if name:
                    self.by_name.setdefault(name, policy)

    def of(self, row: Mapping[str, Any], *, make: bool = False) -> Policy | None:
        """The policy a row belongs to. NotFound for a number that is not the department's own."""
        if row.get(POLICY):
            if row[POLICY] not in self.by_number:
                raise NotFound(f"没有编号为 {row[POLICY]} 的本部门政策文件。")
            return self.by_number[row[POLICY]]
        names = [name for name in (taking.number_of(row), row.get("policy_title")) if name]
        for name in names:
            if name in self.by_name:
                return self.by_name[name]
        if not make:
            return None
        made = taking.make_policy(self.session, self.actor, row)
        self.by_number[made.number] = made
        self.by_name |= dict.fromkeys(names, made)
        return made


def _plan(row: Mapping[str, Any], here: tuple[Item, ItemVersion] | None, own: _Policies) -> RowPlan:
    said, name = row[SOURCE_ID], row["name"]
    if here is None:
        try:
            policy = own.of(row)
        except NotFound as error:
            return RowPlan(said, name, plans.BLOCKED, message=error.message)
        if policy is None and not row.get("policy_title"):
            lacks = "请填写本部门已有文件的政策编号或文号；新文件请填写政策标题。"
            return RowPlan(said, name, plans.BLOCKED, message=lacks)
        if policy is not None and policy.repealed_at is not None:
            return RowPlan(said, name, plans.BLOCKED, policy=policy.number, message="政策文件已经废止。")
        return RowPlan(said, name, plans.NEW, policy=policy.number if policy else "")
    item, version = here
    base = (version.extracted or {}).get("imported")
    if base is None and version.edited_at is None and version.published_at is None:
        base = taking.standing(version)  # as it was extracted: no person has changed anything yet
    found = plans.compare(row, taking.standing(version), base)
    if item.state == ItemState.REPEALED and found:
        return RowPlan(said, name, plans.BLOCKED, item.code, message="事项已经废止，不再更新。")
    return RowPlan(said, name, plans.CHANGED if found else plans.SAME, item.code, differences=found)


def _standing(
    session: Session, actor: Actor, said: Sequence[str], *, lock: bool = False
) -> dict[str, tuple[Item, ItemVersion]]:
    """The department's own items that the rows speak of, by the row's source id."""
    scoped = {_scoped(session, actor, each): each for each in said}
    query = (
        select(Item)
        .join(Policy, Policy.id == Item.policy_id)
        .where(
            policies.owned_by(actor.department_id),
            Item.source_id.in_(list(scoped)) | Item.code.in_(list(said)),
        )
        .order_by(Item.source_id.is_(None), Item.id)
    )
    items = session.scalars(query.with_for_update(of=Item) if lock else query).all()
    versions = queries.working_versions(session, [item.id for item in items])
    found: dict[str, tuple[Item, ItemVersion]] = {}
    for item in items:
        name = scoped.get(item.source_id or "", item.code)
        found.setdefault(name, (item, versions[item.id]))
    return found


def _scoped(session: Session, actor: Actor, said: str) -> str:
    """A source id is unique within the department that gave it."""
    code = session.get_one(Department, actor.department_id).code
    return f"{code}:{said}"
