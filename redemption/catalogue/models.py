"""Tables of benefit items and their versions."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, Sequence, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from redemption.catalogue.search_models import ItemSearch
from redemption.kernel.db import Base, Identified, Json

__all__ = ["CatalogueImport", "Item", "ItemPaper", "ItemSearch", "ItemVersion", "SynonymWord"]

CODES = Sequence("item_code_seq", minvalue=1, maxvalue=99_999_999, metadata=Base.metadata)
"""Counts the public codes of items; a transaction that is rolled back leaves a gap."""


class Item(Identified, Base):
    """惠企政策事项: what it is called and how it works lies in its versions."""

    __tablename__ = "item"

    code: Mapped[str] = mapped_column(unique=True)
    """Public, opaque; used in addresses."""
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    """审批部门: who decides its applications."""
    jurisdiction_id: Mapped[int] = mapped_column(ForeignKey("jurisdiction.id"), index=True)
    state: Mapped[str] = mapped_column(index=True)
    state_reason: Mapped[str] = mapped_column(default="")
    source_id: Mapped[str | None] = mapped_column(unique=True)
    current_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("item_version.id", use_alter=True), index=True
    )
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime | None]
    """Moved by every change to the item or its draft, so that `version` moves with it."""
    published_at: Mapped[dt.datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    current: Mapped["ItemVersion | None"] = relationship(foreign_keys=[current_version_id], viewonly=True)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class ItemVersion(Identified, Base):
    """An item as it stood; immutable once published (a trigger refuses changes). Applications pin one."""

    __tablename__ = "item_version"
    __table_args__ = (
        UniqueConstraint("item_id", "no"),
        # 不重复享受: the other items of a group, for the page of each of them
        Index(
            "ix_item_version_money_group",
            text("(money_rules ->> 'group')"),
            postgresql_where=text("money_rules ? 'group'"),
        ),
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    no: Mapped[int]
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"), index=True)
    name: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    """One sentence: what one gets."""
    fields: Mapped[Json] = mapped_column(default=dict)
    """`{field: {"state": found|missing|external, "text", "spans"} | {"state", "entries": [{"text", "span", …}]}}`,
    fields of `catalogue.rules.FIELDS`, as a person confirmed them."""
    extracted: Mapped[Json] = mapped_column(default=dict)
    """The same as the extractor proposed it, kept to learn from."""
    values: Mapped[Json] = mapped_column(default=dict)
    """Amount, rate, cap, tiers, time limit as numbers, where the text gives them."""
    conditions: Mapped[Json] = mapped_column(default=dict)
    """Conditions as data (`matching`), only as far as a person confirmed them."""
    mode: Mapped[str] = mapped_column(default="within_limit")
    theme: Mapped[str] = mapped_column(default="", index=True)
    object_classes: Mapped[list[str]] = mapped_column(default=list)
    time_limit_days: Mapped[int | None]
    """办理时限 from acceptance, workdays."""
    acceptance_days: Mapped[int] = mapped_column(default=5)
    """Workdays to accept or refuse (行政许可法 32 as template)."""
    deemed_acceptance: Mapped[bool] = mapped_column(default=False)
    correction_days: Mapped[int] = mapped_column(default=10)
    """Workdays the applicant has to answer a correction."""
    publicity_days: Mapped[int] = mapped_column(default=0)
    """Workdays of 公示 before approval takes effect; 0: none."""
    payment_days: Mapped[int | None]
    """兑现期限 from approval to payment, workdays; None: no money is paid."""
    opens_on: Mapped[dt.date | None]
    closes_on: Mapped[dt.date | None] = mapped_column(index=True)
    """申报期限, both days included; the moment of receipt counts."""
    valid_from: Mapped[dt.date | None]
    valid_until: Mapped[dt.date | None] = mapped_column(index=True)
    form: Mapped[Json] = mapped_column(default=dict)
    """The item part of the form, as data (`applications.forms`)."""
    money_rules: Mapped[Json] = mapped_column(default=dict)
    """Budget, quota, yearly cap, exclusion groups (DOMAIN §4)."""
    lacking: Mapped[Json] = mapped_column(default=dict)
    """For each field of article 24 that is not given: the reason, shown to the office."""
    change_note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str]
    edited_at: Mapped[dt.datetime | None]
    edited_by: Mapped[str] = mapped_column(default="")
    published_at: Mapped[dt.datetime | None]
    published_by: Mapped[str] = mapped_column(default="")

    @property
    def begins_on(self) -> dt.date | None:
        """The first day on which one may apply: the period has begun, and what it stands on is in force."""
        return max((day for day in (self.opens_on, self.valid_from) if day), default=None)

    @property
    def ends_on(self) -> dt.date | None:
        """The last day on which one may apply."""
        return min((day for day in (self.closes_on, self.valid_until) if day), default=None)


class ItemPaper(Identified, Base):
    """空白表样 or 填写样例 of one material, as a department put it in. Never changed: versions name it for ever."""

    __tablename__ = "item_paper"

    public_id: Mapped[str] = mapped_column(unique=True)
    """Random; used in addresses."""
    kind: Mapped[str]
    """`template` or `sample`."""
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    scan: Mapped[str]
    """What the virus scan said: `clean` or `not_configured`; others are not taken."""
    uploaded_at: Mapped[dt.datetime]
    uploaded_by: Mapped[str]


class CatalogueImport(Identified, Base):
    """A catalogue file that a department handed in: read at once, applied when a person has seen the differences."""

    __tablename__ = "catalogue_import"

    key: Mapped[str] = mapped_column(unique=True)
    """Random; used in addresses."""
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    name: Mapped[str] = mapped_column(default="")
    rows: Mapped[list[Json]] = mapped_column(default=list, deferred=True)
    """Canonical rows (`exchange.columns`)."""
    ignored: Mapped[list[str]] = mapped_column(default=list)
    """Headers that nobody knows."""
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str]
    applied_at: Mapped[dt.datetime | None]
    result: Mapped[Json] = mapped_column(default=dict)
    """How many rows were new, changed, the same; what was decided about conflicts."""


class SynonymWord(Identified, Base):
    """A word that an administrator added to the synonym table of the extractor. Taken out, never deleted."""

    __tablename__ = "synonym_word"
    __table_args__ = (
        Index("uq_synonym_word_word", "word", unique=True, postgresql_where=text("removed_at IS NULL")),
    )

    field: Mapped[str]
    """The field that a heading of this name begins (`catalogue.rules.FIELDS`, or `name`)."""
    word: Mapped[str]
    added_at: Mapped[dt.datetime]
    added_by: Mapped[str]
    removed_at: Mapped[dt.datetime | None]
    removed_by: Mapped[str] = mapped_column(default="")
