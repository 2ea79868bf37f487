"""Rules compiled to SQL, for all enterprises at once; and the selects that matching needs.

`condition(rule)` is an expression over `enterprise` that is TRUE, FALSE or NULL exactly where `Rule.outcome` says
True, False or None (tests/matching compares them on the real database, row by row). A value of the wrong shape is
NULL on both sides, so nothing in a profile can break a query.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Numeric,
    Select,
    and_,
    case,
    cast,
    collate,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.orm import Session

from redemption.catalogue.models import Item, ItemVersion
from redemption.catalogue.rules import ItemState
from redemption.catalogue.vocabulary import Kind
from redemption.identity.models import Enterprise, Jurisdiction
from redemption.identity.rules import Actor, Role
from redemption.kernel import clock
from redemption.kernel.errors import NotFound
from redemption.matching.asking import Facts, Outcome, Test
from redemption.matching.models import Offer
from redemption.matching.places import Place, Places
from redemption.matching.rules import Context, Node, OfferState, Rule
from redemption.policies import queries as policies
from redemption.policies.models import Policy

PROFILE = Enterprise.profile


def condition(rule: Rule, manual: Outcome = None) -> ColumnElement[bool]:
    """The rule over all enterprises; `manual` is the answer taken for what only a person can judge."""
    return _node(rule.node, manual)


def fitting(rule: Rule, *, manual: Outcome = None) -> Select[*tuple[Any, ...]]:
    """Ids of the enterprises that fit, in the order of their ids."""
    return select(Enterprise.id).where(condition(rule, manual)).order_by(Enterprise.id)


def _node(node: Node, manual: Outcome) -> ColumnElement[bool]:
    if node.kind == "everyone":
        return true()
    if node.kind == "test":
        assert node.test is not None
        return _test(node.test, manual)
    parts = [_node(child, manual) for child in node.children]
    if node.kind == "not":
        return not_(parts[0].self_group())
    return and_(*parts) if node.kind == "all" else or_(*parts)


def _known(outcome: Outcome) -> ColumnElement[bool]:
    if outcome is None:
        return cast(null(), Boolean)
    return cast(true() if outcome else false(), Boolean)


def _test(test: Test, manual: Outcome) -> ColumnElement[bool]:
    if test.manual:
        return _known(manual)
    if test.attribute is None:
        return _known(None)
    return _SQL[test.attribute.kind](test)


def _typed(test: Test, kind: str) -> ColumnElement[bool]:
    assert test.attribute is not None
    return func.jsonb_typeof(PROFILE[test.attribute.name]) == kind


def _text(test: Test) -> ColumnElement[str]:
    assert test.attribute is not None
    return PROFILE[test.attribute.name].astext


def _name(test: Test) -> str:
    assert test.attribute is not None
    return test.attribute.name


def _number(test: Test) -> ColumnElement[bool]:
    value = cast(PROFILE[_name(test)], Numeric)
    limit = cast(literal(str(test.value)), Numeric)
    compared = {
        "at_least": value >= limit,
        "more_than": value > limit,
        "at_most": value <= limit,
        "less_than": value < limit,
        "equals": value == limit,
    }[test.op]
    # CASE keeps the cast away from what is no number
    return case((_typed(test, "number"), compared))


def _date(test: Test) -> ColumnElement[bool]:
    if test.op == "on_or_before":
        return Enterprise.founded_on <= test.value
    return Enterprise.founded_on >= test.value


def _flag(test: Test) -> ColumnElement[bool]:
    return case((_typed(test, "boolean"), _text(test) == ("true" if test.value else "false")))


def _member(test: Test) -> ColumnElement[bool]:
    assert test.attribute is not None
    wanted = test.op in ("in", "within")
    if test.attribute.name == "jurisdiction":
        column = cast(Enterprise.jurisdiction_id, BigInteger)
        inside = column.in_(sorted(test.value)) if test.value else _nobody(Enterprise.jurisdiction_id)
        return inside if wanted else not_(inside)
    text = _text(test)
    inside = text.in_(sorted(test.value)) if test.value else _nobody(text)
    return case((_typed(test, "string"), inside if wanted else not_(inside)))


def _nobody(column: Any) -> ColumnElement[bool]:
    """False for whoever has a value, unknown for the others."""
    return case((column.is_not(None), false()))


def _industry(test: Test) -> ColumnElement[bool]:
    text = _text(test)
    wanted = test.op == "under"
    inside = or_(*(text.startswith(prefix, autoescape=True) for prefix in test.value))
    vaguer = sorted({prefix[:n] for prefix in test.value for n in range(1, len(prefix))})
    decided: list[tuple[ColumnElement[bool], ColumnElement[bool]]] = [(inside, _known(wanted))]
    if vaguer:
        decided.append((text.in_(vaguer), _known(None)))
    section = collate(text, "C")
    known = and_(_typed(test, "string"), section >= "A", section < "U")
    return case((known, case(*decided, else_=_known(not wanted))))


def _qualified(test: Test) -> ColumnElement[bool]:
    groups = [[code] for code in test.value] if test.op == "holds_all" else [test.value]
    answer = and_(*(_held(codes, test) for codes in groups))
    return case((_typed(test, "array"), not_(answer) if test.op == "holds_none" else answer))


def _held(codes: Sequence[str], test: Test) -> ColumnElement[bool]:
    """Whether one of these qualifications is valid on the day; one JSON path for all of them."""
    variables = {"day": test.day.isoformat()} | {f"c{n}": code for n, code in enumerate(codes)}
    named = " || ".join(f"@.code == $c{n}" for n in range(len(codes)))
    path = (
        f"$.qualifications[*] ? (({named}) && "
        "(!exists(@.valid_until) || @.valid_until == null || @.valid_until >= $day))"
    )
    # bound as one value: a call that builds it would be made again for every row
    return func.jsonb_path_exists(PROFILE, cast(path, JSONPATH), literal(variables, JSONB), true())


_SQL = {
    Kind.NUMBER: _number,
    Kind.MONEY: _number,
    Kind.PERCENT: _number,
    Kind.DATE: _date,
    Kind.CHOICE: _member,
    Kind.FLAG: _flag,
    Kind.PLACE: _member,
    Kind.INDUSTRY: _industry,
    Kind.QUALIFICATIONS: _qualified,
}


# --- what rules and pages need ---------------------------------------------------------------------------


def places(session: Session) -> Places:
    """All jurisdictions; some hundreds at most."""
    rows = session.execute(
        select(Jurisdiction.id, Jurisdiction.code, Jurisdiction.name, Jurisdiction.parent_id)
    )
    return Places([Place(*row) for row in rows])


def context_of(session: Session, jurisdiction_id: int, known: Places | None = None) -> Context:
    """What an item of this jurisdiction is compiled against, today."""
    code = session.scalar(select(Jurisdiction.code).where(Jurisdiction.id == jurisdiction_id)) or ""
    return Context(known or places(session), code, clock.today())


def facts(enterprise: Enterprise) -> Facts:
    """What is known of an enterprise."""
    return Facts(enterprise.jurisdiction_id, enterprise.founded_on, enterprise.profile or {})


def open_versions(session: Session) -> list[tuple[int, int, str]]:
    """(item id, current version id, jurisdiction code) of items that take applications today, by jurisdiction.

    Aggregated in the database: ten thousand rows cost more on their way through the driver than in the join.
    """
    today = clock.today()
    query = (
        select(Jurisdiction.code, func.array_agg(Item.id), func.array_agg(ItemVersion.id))
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .join(Jurisdiction, Jurisdiction.id == Item.jurisdiction_id)
        .where(
            Item.state == ItemState.IN_FORCE,
            or_(ItemVersion.closes_on.is_(None), ItemVersion.closes_on >= today),
            or_(ItemVersion.valid_until.is_(None), ItemVersion.valid_until >= today),
        )
        .group_by(Jurisdiction.code)
    )
    return [
        (item_id, version_id, code)
        for code, items, versions in session.execute(query)
        for item_id, version_id in zip(items, versions, strict=True)
    ]


def enterprise_by_uscc(session: Session, uscc: str) -> Enterprise:
    """NotFound where there is none."""
    found = session.scalar(select(Enterprise).where(Enterprise.uscc == uscc))
    if found is None:
        raise NotFound("没有找到这家企业，请核对统一社会信用代码。")
    return found


def how_many(session: Session, rule: Rule) -> tuple[int, int]:
    """Enterprises that fit for certain, and those that fit if people agree on what only they can judge."""
    certain, lenient = condition(rule), condition(rule, True)
    query = select(func.count().filter(certain), func.count()).where(lenient)
    certainly, in_all = session.execute(query).one()
    return certainly, in_all


def item_of_department(session: Session, actor: Actor, code: str) -> tuple[Item, ItemVersion]:
    """A published item that the acting person's department decides, or whose policy it made. NotFound otherwise."""
    found = session.execute(
        select(Item, ItemVersion)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .join(Policy, Policy.id == Item.policy_id)
        .where(
            Item.code == code,
            or_(Item.department_id == actor.department_id, policies.shared_with(actor.department_id)),
        )
    ).one_or_none()
    if found is None or actor.department_id is None or actor.role not in (Role.OFFICER, Role.POLICY_MAKER):
        raise NotFound("没有找到这个事项，请核对编码，或确认它是否由您的部门制定或办理。")
    return found[0], found[1]


def enterprise_for(session: Session, actor: Actor, uscc: str) -> Enterprise:
    """The enterprise whose 政策服务包 the acting person may read: a clerk any, an enterprise its own."""
    found = enterprise_by_uscc(session, uscc.strip().upper())
    if actor.role is Role.ENTERPRISE and actor.enterprise_id != found.id:
        raise NotFound("没有找到这家企业，请核对统一社会信用代码。")
    return found


def offers_of_enterprise(session: Session, enterprise_id: int) -> list[Any]:
    """(Offer, Item, ItemVersion) of an enterprise, open ones first, newest first."""
    query = (
        select(Offer, Item, ItemVersion)
        .join(Item, Item.id == Offer.item_id)
        .join(ItemVersion, ItemVersion.id == Offer.item_version_id)
        .where(Offer.enterprise_id == enterprise_id)
        .order_by((Offer.state != OfferState.OFFERED), Offer.id.desc())
    )
    return list(session.execute(query))


def last_offers(session: Session, item_id: int, enterprise_ids: Sequence[int]) -> dict[int, Offer]:
    """The last offer of an item to each of these enterprises that had one."""
    rows = session.scalars(
        select(Offer)
        .where(Offer.item_id == item_id, Offer.enterprise_id.in_(enterprise_ids))
        .order_by(Offer.enterprise_id, Offer.id)
    )
    return {row.enterprise_id: row for row in rows}


def offer_with_item(session: Session, offer_id: int) -> Any:
    """(Offer, Item, ItemVersion) of one offer."""
    query = (
        select(Offer, Item, ItemVersion)
        .join(Item, Item.id == Offer.item_id)
        .join(ItemVersion, ItemVersion.id == Offer.item_version_id)
        .where(Offer.id == offer_id)
    )
    return session.execute(query).one()
