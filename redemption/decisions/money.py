"""Money rules of an item (DOMAIN §4), checked under a lock at the moment of approval: two at once never overspend.

`ItemVersion.money_rules`, all optional, amounts as decimal text in yuan:

    budget       of the item in all; quota: number of approvals
    order        "receipt" (额满即止 in order of receipt: earlier cases keep their share) or "ranking" (by points of
                 the review: better ones, and those without points yet, keep their share)
    cap          of one application; yearly_cap: of one enterprise for this item in a calendar year
    group        不重复享受: items with the same group word; group_rule "exclusive" or "higher" (就高不就低)
    exclude_bad_credit   nothing for enterprises with a bad credit standing

An intended approval in publicity counts as spent from the start.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from zlib import crc32

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from redemption.applications.models import Application
from redemption.applications.rules import Status
from redemption.catalogue.models import ItemVersion
from redemption.decisions.models import Decision, ReviewScore
from redemption.identity.models import Enterprise
from redemption.kernel import clock
from redemption.kernel.errors import Conflict, Invalid
from redemption.kernel.money import yuan_text

_ITEM_LOCK = 7_302_001
_ENTERPRISE_LOCK = 7_302_002
_UNDECIDED = (Status.RECEIVED, Status.CORRECTION_REQUESTED, Status.ACCEPTED)
AHEAD = {
    "receipt": (
        "earlier_first",
        "按收件先后兑现：先收到的 {first} 等 {count} 件还没有决定，余额或名额要先留给它们。请先办理先收到的案件。",
    ),
    "ranking": (
        "better_first",
        "按评审排序兑现：得分更高或还没有评分的 {first} 等 {count} 件还没有决定，余额或名额要先留给它们。",
    ),
}
_IN_FORCE = and_(Decision.result == "approve", Decision.revoked_at.is_(None))


@dataclass(frozen=True)
class Standing:
    """How much of an item's money is given, and what is left; None where no limit is set."""

    spent: Decimal
    approvals: int
    budget: Decimal | None
    quota: int | None

    @property
    def left(self) -> Decimal | None:
        return None if self.budget is None else self.budget - self.spent

    @property
    def places_left(self) -> int | None:
        return None if self.quota is None else self.quota - self.approvals


def standing(session: Session, item_id: int, rules: dict[str, Any], besides: int = 0) -> Standing:
    """What was approved of an item so far, without the application `besides`."""
    spent, count = session.execute(
        select(func.coalesce(func.sum(Decision.amount), 0), func.count())
        .join(Application, Application.id == Decision.application_id)
        .where(_IN_FORCE, Application.item_id == item_id, Application.id != besides)
    ).one()
    quota = rules.get("quota")
    return Standing(Decimal(spent or 0), count, _money(rules, "budget"), int(quota) if quota else None)


def check(
    session: Session,
    application: Application,
    version: ItemVersion,
    amount: Decimal,
    *,
    top_up: bool = False,
    by_system: bool = False,
) -> None:
    """Lock the item's and the enterprise's money until the transaction ends, and check every rule.

    Args:
        by_system: the department's own system decides, which knows its ranking better than we do.

    Raises:
        Invalid: more than the cap of one application. Conflict: `budget_used_up`, `quota_used_up`, `earlier_first`,
            `score_needed`, `better_first`, `yearly_cap`, `already_enjoyed`, `higher_enjoyed`, `bad_credit`.
    """
    rules = version.money_rules or {}
    if not rules:
        return
    lock(session, application.item_id, application.enterprise_id, str(rules.get("group") or ""))
    cap = _money(rules, "cap")
    if cap is not None and amount > cap:
        raise Invalid.field(
            "amount", f"单件最高 {yuan_text(cap)}，本次填写 {yuan_text(amount)}，请调整。", code="above_cap"
        )
    _check_credit(session, application, rules)
    _check_item(session, application, rules, amount, by_system)
    _check_year(session, application, rules, amount)
    _check_group(session, application, rules, amount, top_up)


def lock(session: Session, item_id: int, enterprise_id: int, group: str) -> None:
    """Always in the same order (item, then enterprise), so that two approvals cannot wait for each other."""
    session.execute(select(func.pg_advisory_xact_lock(_ITEM_LOCK, item_id % 2**31)))
    word = crc32(f"{enterprise_id}".encode()) % 2**31
    session.execute(select(func.pg_advisory_xact_lock(_ENTERPRISE_LOCK, word)))


def _check_credit(session: Session, application: Application, rules: dict[str, Any]) -> None:
    if not rules.get("exclude_bad_credit"):
        return
    profile = (
        session.scalar(select(Enterprise.profile).where(Enterprise.id == application.enterprise_id)) or {}
    )
    status = profile.get("credit_status")
    if status in {"bad", "abnormal", "dishonest", "serious"}:
        raise Conflict(
            "该企业存在失信或经营异常记录，按事项规定不予兑现。请核实后作出不予兑现决定。", code="bad_credit"
        )


def _check_item(
    session: Session, application: Application, rules: dict[str, Any], amount: Decimal, by_system: bool
) -> None:
    now = standing(session, application.item_id, rules, application.id)
    if now.left is not None and amount > now.left:
        raise Conflict(
            f"预算余额 {yuan_text(max(now.left, Decimal(0)))}，不足以兑现 {yuan_text(amount)}。",
            code="budget_used_up",
            left=str(now.left),
        )
    if now.places_left is not None and now.places_left < 1:
        raise Conflict(f"名额 {now.quota} 个已用完。", code="quota_used_up")
    order = rules.get("order")
    if order not in AHEAD or (now.left is None and now.places_left is None):
        return
    if order == "ranking" and by_system:
        return  # a department's own system has ranked its cases itself
    ahead = _ahead(session, application, order)
    cap = _money(rules, "cap")
    reserved = sum((row.amount_requested or cap or Decimal(0) for row in ahead), Decimal(0))
    too_dear = now.left is not None and amount + reserved > now.left
    too_many = now.places_left is not None and len(ahead) + 1 > now.places_left
    if ahead and (too_dear or too_many):
        code, sentence = AHEAD[order]
        raise Conflict(
            sentence.format(first=ahead[0].number, count=len(ahead)),
            code=code,
            earlier=[row.number for row in ahead[:20]],
        )


def _ahead(session: Session, application: Application, order: str) -> list[Any]:
    """Undecided cases of the item that come before this one: by receipt, or by points (none yet may be the most)."""
    query: Any = select(Application.number, Application.amount_requested).where(
        Application.item_id == application.item_id,
        Application.id != application.id,
        Application.status.in_(_UNDECIDED),
    )
    if order == "receipt":
        query = query.where(Application.received_at < application.received_at)
        return list(session.execute(query.order_by(Application.received_at)))
    own = session.scalar(select(ReviewScore.points).where(ReviewScore.application_id == application.id))
    if own is None:
        raise Conflict("这个事项按评审排序兑现，请先录入本件的评审得分。", code="score_needed")
    query = query.outerjoin(ReviewScore, ReviewScore.application_id == Application.id).where(
        or_(ReviewScore.points.is_(None), ReviewScore.points > own)
    )
    return list(session.execute(query.order_by(ReviewScore.points.desc().nulls_last(), Application.id)))


def _check_year(session: Session, application: Application, rules: dict[str, Any], amount: Decimal) -> None:
    most = _money(rules, "yearly_cap")
    if most is None:
        return
    year = clock.today().year
    begins, ends = clock.start_of_day(date(year, 1, 1)), clock.start_of_day(date(year + 1, 1, 1))
    enjoyed = Decimal(
        session.scalar(
            select(func.coalesce(func.sum(Decision.amount), 0))
            .join(Application, Application.id == Decision.application_id)
            .where(
                _IN_FORCE,
                Application.item_id == application.item_id,
                Application.enterprise_id == application.enterprise_id,
                Application.id != application.id,
                Decision.decided_at >= begins,
                Decision.decided_at < ends,
            )
        )
        or 0
    )
    if enjoyed + amount > most:
        raise Conflict(
            f"该企业今年已兑现 {yuan_text(enjoyed)}，年度上限 {yuan_text(most)}，"
            f"本件最多 {yuan_text(max(most - enjoyed, Decimal(0)))}。",
            code="yearly_cap",
            left=str(most - enjoyed),
        )


def _check_group(
    session: Session, application: Application, rules: dict[str, Any], amount: Decimal, top_up: bool
) -> None:
    group = rules.get("group")
    if not group:
        return
    others = session.execute(
        select(Application.number, Decision.amount)
        .join(Application, Application.id == Decision.application_id)
        .join(ItemVersion, ItemVersion.id == Application.item_version_id)
        .where(
            _IN_FORCE,
            Application.enterprise_id == application.enterprise_id,
            Application.id != application.id,
            ItemVersion.money_rules["group"].as_string() == str(group),
        )
    ).all()
    if not others:
        return
    numbers = "、".join(row.number for row in others[:3])
    if rules.get("group_rule") != "higher":
        raise Conflict(
            f"同类政策不重复享受：该企业已有 {numbers} 予以兑现。", code="already_enjoyed", others=numbers
        )
    enjoyed = sum((row.amount or Decimal(0) for row in others), Decimal(0))
    if top_up:
        _check_difference(application, _money(rules, "cap"), amount, enjoyed)
        return
    if enjoyed >= amount:
        raise Conflict(
            f"就高不就低：该企业已按 {numbers} 享受 {yuan_text(enjoyed)}，不低于本件金额。",
            code="higher_enjoyed",
        )
    raise Conflict(
        f"就高不就低：该企业已按 {numbers} 享受 {yuan_text(enjoyed)}，本件可补差 {yuan_text(amount - enjoyed)}。"
        "请填写差额并勾选“只补差额”。",
        code="higher_enjoyed",
        payable=str(amount - enjoyed),
    )


def _check_difference(
    application: Application, cap: Decimal | None, amount: Decimal, enjoyed: Decimal
) -> None:
    """With what was enjoyed before, a difference comes to no more than this item gives by itself."""
    whole = application.amount_requested if cap is None else cap
    if whole is not None and enjoyed + amount > whole:
        raise Conflict(
            f"就高不就低：本件最高 {yuan_text(whole)}，该企业同类已享受 {yuan_text(enjoyed)}，"
            f"差额最多 {yuan_text(max(whole - enjoyed, Decimal(0)))}。",
            code="higher_enjoyed",
            payable=str(max(whole - enjoyed, Decimal(0))),
        )


def _money(rules: dict[str, Any], name: str) -> Decimal | None:
    value = rules.get(name)
    return None if value in (None, "") else Decimal(str(value))
