"""Selects behind the public pages; drafts are never among them."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.orm import Session, undefer

from redemption.catalogue.models import Item, ItemSearch, ItemVersion
from redemption.catalogue.money import MoneyLine, lines
from redemption.catalogue.queries import published_versions
from redemption.catalogue.rules import FIELD_NAMES, ItemState, Mode
from redemption.catalogue.search import SOON, Filters, filtered
from redemption.identity.models import Department, Jurisdiction
from redemption.kernel import clock
from redemption.kernel.errors import NotFound
from redemption.policies.models import Interpretation, Policy, PolicyVersion
from redemption.policies.queries import PUBLIC_INTERPRETATIONS
from redemption.policies.rules import PolicyState

GUIDE_FIELDS = (
    "target", "conditions", "materials", "channels", "process", "online_url", "onsite_address", "time_limit",
    "phone", "standard", "application_period", "legal_basis",
)  # fmt: skip
"""In the order of article 24 (the name stands above them), then the standard of article 25 and what else is known."""

MOST_VERSIONS = 2**31 - 1
"""What the column of version numbers holds; a larger number in an address is no version."""


@dataclass(frozen=True)
class FieldShown:
    """One field of article 24 as a page shows it; `reason` says why it is not given."""

    name: str
    label: str
    state: str
    text: str = ""
    entries: tuple[dict[str, Any], ...] = ()
    reason: str = ""


@dataclass
class ItemPage:
    """Everything a page, a guide or the JSON of one item shows."""

    item: Item
    version: ItemVersion
    policy: Policy
    policy_version: PolicyVersion
    department: Department
    jurisdiction: Jurisdiction
    interpretations: list[Interpretation] = field(default_factory=list)
    versions: list[ItemVersion] = field(default_factory=list)
    siblings: list[tuple[str, str]] = field(default_factory=list)
    group: list[tuple[str, str]] = field(default_factory=list)
    """Code and name of the other items that are not enjoyed beside this one."""

    @property
    def current(self) -> bool:
        """Whether this is the version that applies now."""
        return self.version.id == self.item.current_version_id

    @property
    def standing(self) -> str:
        """What may be done with it today: open, upcoming, or a state in which nobody can apply."""
        today = clock.today()
        version = self.version
        if self.item.state != ItemState.IN_FORCE:
            return self.item.state
        if version.valid_until and version.valid_until < today:
            return "expired"
        if version.begins_on and version.begins_on > today:
            return "upcoming"
        if version.closes_on and version.closes_on < today:
            return "closed"
        return "closing" if version.closes_on and version.closes_on <= today + SOON else "open"

    @property
    def may_apply(self) -> bool:
        """Whether the page offers to apply: takes applications today, and asks for them."""
        asks = self.version.mode != Mode.WITHOUT_APPLICATION
        return asks and self.current and self.standing in ("open", "closing")

    @property
    def days_left(self) -> int | None:
        """Days until the last day of application, that day included as 0; None without one."""
        closes = self.version.closes_on
        return (closes - clock.today()).days if closes and self.standing in ("open", "closing") else None

    @property
    def money(self) -> list[MoneyLine]:
        """Budget, quota, caps and groups in words."""
        return lines(self.version.money_rules)

    def shown(self, name: str) -> FieldShown:
        """One field with what stands for it when it is not given."""
        value = self.version.fields.get(name) or {}
        reason = self.version.lacking.get(name, "")
        return FieldShown(
            name=name,
            label=FIELD_NAMES[name],
            state=value.get("state", "missing"),
            text=value.get("text") or "",
            entries=tuple(value.get("entries") or ()),
            reason=reason.get("reason", "") if isinstance(reason, dict) else str(reason),
        )

    @property
    def guide(self) -> list[FieldShown]:
        """Every field of the guide, in its order."""
        return [self.shown(name) for name in GUIDE_FIELDS]


def item_page(session: Session, code: str, version_no: int | None = None) -> ItemPage:
    """A published item, in its current version or an earlier published one.

    Raises:
        NotFound: no such item, or it was never published.
    """
    of_version = ItemVersion.id == Item.current_version_id
    if version_no is not None and version_no > MOST_VERSIONS:
        raise NotFound("没有这一版，请从事项页面的历次版本中选择。")
    if version_no is not None:
        of_version = (ItemVersion.item_id == Item.id) & (ItemVersion.no == version_no)
    found = session.execute(
        select(Item, ItemVersion, Policy, PolicyVersion, Department, Jurisdiction)
        .join(ItemVersion, of_version)
        .join(Policy, Policy.id == Item.policy_id)
        .join(PolicyVersion, PolicyVersion.id == ItemVersion.policy_version_id)
        .join(Department, Department.id == Item.department_id)
        .join(Jurisdiction, Jurisdiction.id == Item.jurisdiction_id)
        .where(Item.code == code, Item.state != ItemState.DRAFT, ItemVersion.published_at.is_not(None))
    ).one_or_none()
    if found is None:
        raise NotFound("没有找到这个事项，请核对编码，或在兑现专栏中搜索。")
    page = ItemPage(*found)
    page.interpretations = interpretations(session, page.policy.id)
    page.versions = published_versions(session, page.item.id)
    page.siblings = [
        (row.code, row.name) for row in items_beside(session, page.policy.id) if row.code != page.item.code
    ]
    page.group = _group(session, page)
    return page


def _group(session: Session, page: ItemPage) -> list[tuple[str, str]]:
    """Other items in force with the same group word in their money rules."""
    word = page.version.money_rules.get("group")
    if not word:
        return []
    query = (
        select(Item.code, ItemVersion.name)
        .join(Item, Item.current_version_id == ItemVersion.id)
        .where(
            ItemVersion.money_rules.has_key("group"),
            ItemVersion.money_rules["group"].as_string() == str(word),
            Item.state == ItemState.IN_FORCE,
            Item.id != page.item.id,
        )
        .order_by(Item.id)
    )
    return [(row.code, row.name) for row in session.execute(query)]


def interpretations(session: Session, policy_id: int) -> list[Interpretation]:
    """政策解读 of a policy, newest first (articles 12 and 19: shown together)."""
    query = PUBLIC_INTERPRETATIONS.where(Interpretation.policy_id == policy_id)
    return list(session.scalars(query.order_by(Interpretation.published_at.desc(), Interpretation.id.desc())))


def items_beside(session: Session, policy_id: int) -> list[Any]:
    """Published items of one policy as rows of code, name, summary, state, mode, closes_on."""
    query = (
        select(
            Item.code,
            ItemVersion.name,
            ItemVersion.summary,
            Item.state,
            ItemVersion.mode,
            ItemVersion.closes_on,
        )
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .where(
            Item.policy_id == policy_id, Item.state != ItemState.DRAFT, ItemVersion.published_at.is_not(None)
        )
        .order_by(Item.id)
    )
    return list(session.execute(query))


# --- policies --------------------------------------------------------------------------------------------


@dataclass
class PolicyPage:
    """A policy with its text, its items, its interpretations and its versions."""

    policy: Policy
    version: PolicyVersion
    department: Department
    jurisdiction: Jurisdiction
    interpretations: list[Interpretation]
    items: list[Any]
    versions: list[PolicyVersion]

    @property
    def standing(self) -> str:
        """in_force, upcoming, expired or repealed."""
        return standing_of(self.policy.state, self.version.valid_from, self.version.valid_until)

    @property
    def current(self) -> bool:
        return self.version.id == self.policy.current_version_id


def standing_of(state: str, valid_from: dt.date | None, valid_until: dt.date | None) -> str:
    """How a published policy stands today."""
    today = clock.today()
    if state == PolicyState.REPEALED:
        return "repealed"
    if valid_until and valid_until < today:
        return "expired"
    return "upcoming" if valid_from and valid_from > today else "in_force"


def policy_page(session: Session, number: str, version_no: int | None = None) -> PolicyPage:
    """A published policy with its whole text. NotFound for a draft or none."""
    of_version = PolicyVersion.id == Policy.current_version_id
    if version_no is not None and version_no > MOST_VERSIONS:
        raise NotFound("没有这一版，请从政策页面的历次版本中选择。")
    if version_no is not None:
        of_version = (PolicyVersion.policy_id == Policy.id) & (PolicyVersion.no == version_no)
    found = session.execute(
        select(Policy, PolicyVersion, Department, Jurisdiction)
        .join(PolicyVersion, of_version)
        .join(Department, Department.id == Policy.lead_department_id)
        .join(Jurisdiction, Jurisdiction.id == Policy.jurisdiction_id)
        .where(
            Policy.number == number,
            Policy.state != PolicyState.DRAFT,
            PolicyVersion.published_at.is_not(None),
        )
        .options(undefer(PolicyVersion.text), undefer(PolicyVersion.blocks))
    ).one_or_none()
    if found is None:
        raise NotFound("没有找到这份政策文件，请核对编号，或在政策文库中搜索。")
    policy, version, department, jurisdiction = found
    versions = select(PolicyVersion).where(
        PolicyVersion.policy_id == policy.id, PolicyVersion.published_at.is_not(None)
    )
    return PolicyPage(
        policy,
        version,
        department,
        jurisdiction,
        interpretations(session, policy.id),
        items_beside(session, policy.id),
        list(session.scalars(versions.order_by(PolicyVersion.no.desc()))),
    )


def policy_list(raw: str = "", levels: tuple[str, ...] = (), standing: str = "") -> Select[*tuple[Any, ...]]:
    """Published policies as rows, for `policies_found`; text is looked for in title, 文号 and issuer."""
    query = (
        select(Policy, PolicyVersion, Department.name.label("department"), Jurisdiction.level)
        .join(PolicyVersion, PolicyVersion.id == Policy.current_version_id)
        .join(Department, Department.id == Policy.lead_department_id)
        .join(Jurisdiction, Jurisdiction.id == Policy.jurisdiction_id)
        .where(Policy.state != PolicyState.DRAFT, PolicyVersion.published_at.is_not(None))
    )
    for word in raw.replace("\x00", "").split()[:8]:
        query = query.where(_mentions(word[:60]))
    if levels:
        query = query.where(Jurisdiction.level.in_(levels))
    over = or_(Policy.state == PolicyState.REPEALED, PolicyVersion.valid_until < clock.today())
    if standing == "in_force":
        query = query.where(or_(over.is_(None), ~over))
    elif standing == "over":
        query = query.where(over)
    return query


def _mentions(word: str) -> ColumnElement[bool]:
    """Brackets of a 文号 are typed in many ways: they are left out on both sides."""
    brackets = "〔〕[]()（）【】「」"
    number = func.translate(PolicyVersion.document_number, brackets, "")
    plain = word.translate({ord(char): None for char in brackets})
    return or_(
        PolicyVersion.title.icontains(word, autoescape=True),
        number.icontains(plain or word, autoescape=True),
        PolicyVersion.issuer.icontains(word, autoescape=True),
        Department.name.icontains(word, autoescape=True),
    )


def policies_found(
    session: Session, query: Select[*tuple[Any, ...]], *, after: Any = None, limit: int = 20
) -> tuple[list[Any], list[Any] | None]:
    """One page of `policy_list`, newest publication first; returns rows and the cursor of the next page."""
    day = func.coalesce(PolicyVersion.publication_date, dt.date(1900, 1, 1))
    match after:
        case [str(date), int(policy_id)]:
            query = query.where(tuple_(day, Policy.id) < tuple_(_as_day(date), policy_id))
        case None:
            pass
        case _:
            raise NotFound("没有这一页，请从第一页重新开始。")
    rows = list(session.execute(query.order_by(day.desc(), Policy.id.desc()).limit(limit + 1)))
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    published = last.PolicyVersion.publication_date or dt.date(1900, 1, 1)
    return rows[:limit], [published.isoformat(), last.Policy.id]


def _as_day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise NotFound("没有这一页，请从第一页重新开始。") from None


# --- home ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """What the home page counts of the catalogue in force."""

    items: int
    policies: int
    departments: int
    without_application: int


def figures(session: Session) -> Figures:
    """Counted in one statement over the search table."""
    row = session.execute(
        select(
            func.count(),
            func.count(ItemSearch.policy_number.distinct()),
            func.count(ItemSearch.department_id.distinct()),
            func.count().filter(ItemSearch.mode == Mode.WITHOUT_APPLICATION),
        ).where(filtered(Filters()))
    ).one()
    return Figures(*row)
