"""免申即享: a department confirms the list its conditions compute, enterprises accept with one click.

No paper, no form: accepting publishes `offer.accepted`, whose job makes the application already filled.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from redemption.catalogue.models import Item, ItemVersion
from redemption.catalogue.rules import ItemState, Mode
from redemption.identity.models import Department, Enterprise
from redemption.identity.rules import Actor, Role
from redemption.kernel import audit, clock, outbox
from redemption.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from redemption.matching import queries
from redemption.matching.models import Offer
from redemption.matching.reasons import THEIRS, Explanation, explain
from redemption.matching.rules import OfferState, Rule
from redemption.matching.service import rule_of
from redemption.messages.service import Notice, tell_many

OFFERED_AT_MOST = 5000


@dataclass(frozen=True)
class Candidate:
    """An enterprise on the computed list; `offer` is the last one made to it, if any."""

    enterprise: Enterprise
    explanation: Explanation
    offer: Offer | None
    may_be_offered: bool

    @property
    def state(self) -> str:
        """The state of the last offer, or empty."""
        return self.offer.state if self.offer else ""


def item_without_application(session: Session, actor: Actor, code: str) -> tuple[Item, ItemVersion]:
    """An item without application that the acting person's department decides. NotFound otherwise."""
    found = session.execute(
        select(Item, ItemVersion)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .where(
            Item.code == code,
            Item.department_id == actor.department_id,
            Item.state == ItemState.IN_FORCE,
            ItemVersion.mode == Mode.WITHOUT_APPLICATION,
        )
    ).one_or_none()
    if found is None or actor.role not in (Role.OFFICER, Role.POLICY_MAKER):
        raise NotFound("没有找到这个免申即享事项，请核对编码，或确认它是否由您的部门办理。")
    return found[0], found[1]


def items_without_application(session: Session, actor: Actor) -> list[Any]:
    """The department's 免申即享 items in force with how many offers stand how."""
    counted = {state: func.count().filter(Offer.state == state).label(state.value) for state in OfferState}
    return list(
        session.execute(
            select(
                Item.code, ItemVersion.name, ItemVersion.summary, ItemVersion.conditions, *counted.values()
            )
            .join(ItemVersion, ItemVersion.id == Item.current_version_id)
            .outerjoin(Offer, Offer.item_id == Item.id)
            .where(
                Item.department_id == actor.department_id,
                Item.state == ItemState.IN_FORCE,
                ItemVersion.mode == Mode.WITHOUT_APPLICATION,
            )
            .group_by(Item.id, ItemVersion.id)
            .order_by(Item.id)
        )
    )


def candidates(
    session: Session, actor: Actor, code: str, *, after: int = 0, limit: int = 100
) -> tuple[Rule, list[Candidate], int | None]:
    """The computed list of one item: enterprises whose profile meets every condition, a page at a time."""
    item, version = item_without_application(session, actor, code)
    rule = rule_of(session, item, version)
    if rule.empty:
        return rule, [], None
    query = (
        select(Enterprise)
        .where(queries.condition(rule, True), Enterprise.id > after)
        .order_by(Enterprise.id)
        .limit(limit + 1)
    )
    found = list(session.scalars(query))
    last = queries.last_offers(session, item.id, [enterprise.id for enterprise in found[:limit]])
    listed = [
        Candidate(
            enterprise,
            explain(rule, queries.facts(enterprise), THEIRS),
            last.get(enterprise.id),
            _may_be_offered(last.get(enterprise.id), version),
        )
        for enterprise in found[:limit]
    ]
    return rule, listed, found[limit - 1].id if len(found) > limit else None


def _may_be_offered(last: Offer | None, version: ItemVersion) -> bool:
    """Not while an answer is awaited, nor twice under one version of the item: a later version is a new batch."""
    if last is None or last.state in (OfferState.DECLINED, OfferState.WITHDRAWN):
        return True
    return last.state == OfferState.ACCEPTED and last.item_version_id != version.id


def offer(session: Session, actor: Actor, code: str, usccs: Sequence[str]) -> int:
    """Confirm enterprises of the computed list: each gets an offer and is told; returns how many are new.

    Who has an offer open, or accepted one under this version of the item, gets no other.

    Raises:
        Invalid: nobody chosen, or somebody who is not on the list.
        NotFound: not an item of this department.
    """
    item, version = item_without_application(session, actor, code)
    wanted = list(dict.fromkeys(usccs))
    if not wanted:
        raise Invalid.field("uscc", "请至少勾选一家企业。")
    if len(wanted) > OFFERED_AT_MOST:
        raise Invalid.field("uscc", f"一次最多确认{OFFERED_AT_MOST}家企业，请分批确认。")
    rule = rule_of(session, item, version)
    if rule.empty:
        raise Invalid.field(
            "uscc", "本事项还没有可计算的条件，不能形成免申即享名单。请先在政策编制中确认条件。"
        )
    chosen = select(Enterprise).where(Enterprise.uscc.in_(wanted), queries.condition(rule, True))
    enterprises = list(session.scalars(chosen.order_by(Enterprise.id)))
    strange = set(wanted) - {enterprise.uscc for enterprise in enterprises}
    if strange:
        raise Invalid.field(
            "uscc", f"以下企业现在不符合条件，请刷新名单后再确认：{'、'.join(sorted(strange)[:5])}。"
        )
    last = queries.last_offers(session, item.id, [enterprise.id for enterprise in enterprises])
    rows = [
        _offer_row(actor, item, version, rule, enterprise)
        for enterprise in enterprises
        if _may_be_offered(last.get(enterprise.id), version)
    ]
    if not rows:
        return 0
    # two people at one list: the open offer of the first stands
    inserted = session.execute(
        insert(Offer)
        .on_conflict_do_nothing(
            index_elements=["enterprise_id", "item_id"], index_where=Offer.state == OfferState.OFFERED.value
        )
        .returning(Offer.enterprise_id, Offer.public_id),
        rows,
    )
    made = {row.enterprise_id: row.public_id for row in inserted}
    audit.record(
        session,
        f"item:{item.id}",
        actor.ref,
        "offer",
        {"version": version.no, "enterprises": [e.uscc for e in enterprises if e.id in made]},
    )
    department = session.get_one(Department, item.department_id)
    tell_many(
        session,
        [
            Notice(
                "offer_made",
                f"offer:{public_id}",
                {"item": version.name, "department": department.name, "summary": version.summary},
                "/offers",
                enterprise_id=enterprise_id,
            )
            for enterprise_id, public_id in made.items()
        ],
    )
    return len(made)


def _offer_row(
    actor: Actor, item: Item, version: ItemVersion, rule: Rule, enterprise: Enterprise
) -> dict[str, Any]:
    said = explain(rule, queries.facts(enterprise))
    return {
        "public_id": secrets.token_urlsafe(12),
        "item_id": item.id,
        "item_version_id": version.id,
        "enterprise_id": enterprise.id,
        "department_id": item.department_id,
        "state": OfferState.OFFERED,
        "data": filled(version.form, enterprise),
        "basis": {reason.asked: reason.said for reason in said.reasons},
        "offered_at": clock.now(),
        "offered_by": actor.ref,
    }


def filled(form: Any, enterprise: Enterprise) -> dict[str, Any]:
    """The item part of a form as far as the profile fills it: fields that are named like attributes."""
    listed = form.get("fields", []) if isinstance(form, dict) else []
    names = [one.get("name") for one in listed if isinstance(one, dict)]
    known = {name: enterprise.profile.get(name) for name in names if isinstance(name, str)}
    return {name: value for name, value in known.items() if isinstance(value, str | int | float | bool)}


def answer(session: Session, actor: Actor, public_id: str, *, accept: bool) -> Offer:
    """The enterprise's one click. Accepting publishes `offer.accepted`, which makes the application.

    Raises:
        NotFound: no such offer of this enterprise. NotAllowed: a reader. Conflict: answered before, or over.
    """
    found = session.scalar(
        select(Offer)
        .where(Offer.public_id == public_id, Offer.enterprise_id == (actor.enterprise_id or 0))
        .with_for_update()
    )
    if found is None or actor.role is not Role.ENTERPRISE:
        raise NotFound("没有找到这条免申即享通知。")
    if not actor.may_file:
        raise NotAllowed("您的账号只能查看，请由本企业的经办人确认。")
    wanted = OfferState.ACCEPTED if accept else OfferState.DECLINED
    if found.state == wanted:
        return found
    if found.state != OfferState.OFFERED:
        raise Conflict("这条通知已经处理过了，请刷新页面查看。", code="offer_answered")
    if accept and session.get_one(Item, found.item_id).state != ItemState.IN_FORCE:
        raise Conflict("本事项已停止办理，不能再确认。", code="item_not_open")
    found.state, found.answered_at, found.answered_by = wanted, clock.now(), actor.ref
    audit.record(session, f"item:{found.item_id}", actor.ref, f"offer_{wanted}", {"offer": found.public_id})
    if accept:
        outbox.publish(
            session, "offer.accepted", found.public_id, offer_id=found.id, person_id=actor.person_id,
            post_id=actor.post_id,
        )  # fmt: skip
    return found


def withdraw(session: Session, actor: Actor, code: str, public_id: str) -> Offer:
    """The department takes back an offer that is not answered yet; the enterprise may be listed again.

    Raises:
        NotFound: no such offer of an item of this department. Conflict: answered before.
    """
    item, _ = item_without_application(session, actor, code)
    found = session.scalar(
        select(Offer).where(Offer.public_id == public_id, Offer.item_id == item.id).with_for_update()
    )
    if found is None:
        raise NotFound("没有找到这条免申即享通知。")
    if found.state not in (OfferState.OFFERED, OfferState.WITHDRAWN):
        raise Conflict("企业已经答复，不能再撤回，请刷新页面查看。", code="offer_answered")
    found.state = OfferState.WITHDRAWN
    audit.record(session, f"item:{item.id}", actor.ref, "offer_withdrawn", {"offer": public_id})
    return found


def fulfilled(session: Session, offer_id: int, submission_number: str) -> None:
    """The application of an accepted offer exists."""
    found = session.get_one(Offer, offer_id)
    found.basis = {**found.basis, "submission": submission_number}


def failed(session: Session, offer_id: int, reason: str) -> None:
    """An accepted offer could not become an application: the enterprise sees why and may apply by itself."""
    found = session.get_one(Offer, offer_id)
    found.state, found.basis = OfferState.WITHDRAWN, {**found.basis, "failure": reason}
