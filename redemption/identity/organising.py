"""The places of the system as an administrator keeps them: jurisdictions, offices, departments, service centres.

A place is never deleted: people, cases and documents speak of it. A department is dissolved, with its successor.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from redemption.identity.models import Department, Jurisdiction, Office, ServiceCentre
from redemption.identity.rules import Actor, Level, Role
from redemption.kernel import audit, clock, outbox
from redemption.kernel.errors import Conflict, Invalid, NotAllowed, NotFound

Place = Jurisdiction | Office | Department | ServiceCentre
KINDS: Mapping[str, type[Any]] = {
    "jurisdiction": Jurisdiction,
    "office": Office,
    "department": Department,
    "centre": ServiceCentre,
}
KIND_NAMES = {
    "jurisdiction": "辖区",
    "office": "公开办",
    "department": "部门",
    "centre": "政务服务中心",
}
LEVEL_NAMES = {Level.CITY: "市", Level.DISTRICT: "区", Level.STREET: "街道、乡镇"}


def must_administer(actor: Actor) -> None:
    """
    Raises:
        NotAllowed: not an administrator (nor the command line).
    """
    if actor.role not in {Role.ADMINISTRATOR, Role.SYSTEM}:
        raise NotAllowed


def place(session: Session, kind: str, place_id: int) -> Any:
    """One place. NotFound."""
    model = KINDS.get(kind)
    found = session.get(model, place_id) if model else None
    if found is None:
        raise NotFound("没有找到这个单位。")
    return found


RATING_STEPS = ("open", "mending", "calling_back")
"""核实, 整改, 回访 of a bad rating: workdays that the administrator sets for a department."""


def save_place(
    session: Session, actor: Actor, kind: str, values: Mapping[str, Any], place_id: int | None = None
) -> Any:
    """Make a place, or change what is said of it. Its code and jurisdiction stay what they were.

    Raises:
        Conflict: the code is taken, or the jurisdiction has an office already. Invalid: no such jurisdiction.
    """
    must_administer(actor)
    for name in ("jurisdiction_id", "parent_id"):
        if values.get(name) is not None and session.get(Jurisdiction, values[name]) is None:
            raise Invalid.field(name, "请选择所属辖区。")
    values = dict(values)
    two_person = values.pop("two_person", None)
    asked = {step: values.pop(f"rating_{step}") for step in RATING_STEPS if f"rating_{step}" in values}
    if kind == "department":
        _unique_short_name(session, values, place_id)
    if place_id is None:
        found = KINDS[kind](**values)
        try:
            with session.begin_nested():
                session.add(found)
        except IntegrityError:
            field = "jurisdiction_id" if kind == "office" else "code"
            said = "这个辖区已有公开办。" if kind == "office" else "这个代码已被使用，请核对或换一个。"
            raise Conflict(said, fields={field: said}) from None
        action = "create_place"
    else:
        found, action = place(session, kind, place_id), "change_place"
        for name, value in values.items():
            if name not in {"code", "jurisdiction_id", "parent_id", "level"}:
                setattr(found, name, value)
        session.flush()
    if two_person is not None:
        found.settings = {**found.settings, "two_person": two_person}
        values["two_person"] = two_person
    days = {step: count for step, count in asked.items() if count}
    if days != (found.settings or {}).get("rating_days", {}) and asked:
        found.settings = {**found.settings, "rating_days": days}
        values["rating_days"] = days
        outbox.publish(session, "department.rating_days", found.id, department_id=found.id)
    audit.record(
        session, f"{kind}:{found.id}", actor.ref, action, {"values": {k: str(v) for k, v in values.items()}}
    )
    return found


def allow_auto_report(session: Session, actor: Actor, allowed: bool) -> Department:
    """The department lets reports of its policies go to the office by themselves (第二十五条), or takes that back.

    Raises:
        NotAllowed: not a policy maker; nobody else says this for a department, an administrator neither.
    """
    if actor.role is not Role.POLICY_MAKER or actor.department_id is None:
        raise NotAllowed("是否自动报送由本部门的政策制定人员决定。")
    found = session.get_one(Department, actor.department_id, with_for_update=True)
    if found.auto_report is not allowed:
        found.auto_report = allowed
        audit.record(session, f"department:{found.id}", actor.ref, "allow_auto_report", {"allowed": allowed})
    return found


def _unique_short_name(session: Session, values: Mapping[str, Any], place_id: int | None) -> None:
    """Numbers of documents (字号) are made of it: two departments with one short name would share their numbers."""
    where = values.get("jurisdiction_id")
    if place_id is not None:
        where = place(session, "department", place_id).jurisdiction_id
    taken = session.scalar(
        select(Department.name).where(
            Department.jurisdiction_id == where,
            Department.short_name == values.get("short_name"),
            Department.id != (place_id or 0),
        )
    )
    if taken is not None:
        raise Invalid.field("short_name", f"同一辖区的“{taken}”已使用这个简称，文书字号会重复，请换一个。")


def dissolve(session: Session, actor: Actor, department_id: int, successor_code: str) -> Department:
    """撤并: the department takes no new work; its duties go to the successor (the duties' own slice reads that).

    Raises:
        Invalid: no such successor, or itself. Conflict: dissolved already.
    """
    must_administer(actor)
    found: Department = place(session, "department", department_id)
    if found.dissolved_at is not None:
        raise Conflict("这个部门已经撤并。")
    successor = session.scalar(
        select(Department).where(Department.code == successor_code.strip(), Department.dissolved_at.is_(None))
    )
    if successor is None or successor.id == found.id:
        raise Invalid.field("successor", "请填写承接部门的代码，承接部门应当仍在履职。")
    found.dissolved_at, found.successor_id = clock.now(), successor.id
    session.flush()
    audit.record(session, f"department:{found.id}", actor.ref, "dissolve", {"successor": successor.code})
    return found
