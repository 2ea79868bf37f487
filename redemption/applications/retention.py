"""How long what was handed in is kept, and clearing what is over (个人信息保护法 19, 47; 档案法 on what is archived).

Periods run from the end of a case (办结), of a draft from its last change. A row stays when its content goes: that
something was handed in, its name and its digest are part of the record. An administrator sets the periods; what is not
set follows `DEFAULTS`. Of two periods that fit a material (its kind, how its case ended) the shorter one counts.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from redemption.applications.models import Application, Material, RetentionPeriod, Submission
from redemption.applications.rules import MaterialKind, Status
from redemption.identity.rules import Actor, Role
from redemption.kernel import audit, clock
from redemption.kernel.errors import Invalid, NotAllowed

DEFAULTS: Mapping[str, tuple[str, int]] = {
    "draft": ("没有提交的草稿和材料（从最后一次保存起）", 12),
    "counter_id": ("窗口登记的到场人身份证号码", 24),
    "account_id": ("窗口开通账号时登记的身份证号码（从开通起）", 24),
    "bank_account": ("申报时填写的收款账号", 120),
    f"kind:{MaterialKind.IDENTITY}": ("身份证件类材料", 36),
    f"kind:{MaterialKind.STAFF}": ("人员名单、工资、社保类材料", 60),
    f"kind:{MaterialKind.BANK}": ("银行账户类材料", 120),
    f"status:{Status.DISBURSED}": ("其他材料：已拨付的申报", 120),
    f"status:{Status.APPROVED}": ("其他材料：予以兑现、不涉及资金的申报", 120),
    f"status:{Status.REVOKED}": ("其他材料：已撤销的申报", 120),
    f"status:{Status.DENIED}": ("其他材料：不予兑现的申报", 60),
    f"status:{Status.ACCEPTANCE_REFUSED}": ("其他材料：不予受理的申报", 36),
    f"status:{Status.WITHDRAWN}": ("其他材料：已撤回的申报", 24),
    f"status:{Status.LAPSED}": ("其他材料：补正超时的申报", 24),
}
"""(words, months) by kind: money that was paid must be accounted for longest, identity no longer than contested."""
MOST_MONTHS = 600
BATCH = 200
ACTOR = "system:retention"


@dataclass
class Cleared:
    """What one run cleared. `digests`: contents that rows of this slice no longer mention."""

    drafts: int = 0
    materials: int = 0
    identities: int = 0
    accounts: int = 0
    digests: set[str] = field(default_factory=set)


def periods(session: Session) -> dict[str, int]:
    """Months by kind, as they are set now."""
    found = {kind: months for kind, (_, months) in DEFAULTS.items()}
    found |= {row.kind: row.months for row in session.scalars(select(RetentionPeriod)) if row.kind in found}
    return found


def set_periods(session: Session, actor: Actor, months: Mapping[str, int]) -> None:
    """Set periods for kinds of `DEFAULTS`; what is not named stays. NotAllowed for anybody but an administrator."""
    if actor.role is not Role.ADMINISTRATOR:
        raise NotAllowed
    now = periods(session)
    wrong = {
        kind: [f"请填写 1 到 {MOST_MONTHS} 之间的月数。"]
        for kind, count in months.items()
        if not 1 <= count <= MOST_MONTHS
    }
    if wrong:
        raise Invalid(fields=wrong)
    known = {row.kind: row for row in session.scalars(select(RetentionPeriod))}
    changed = {}
    for kind, count in months.items():
        if kind not in now or now[kind] == count:
            continue
        row = known.get(kind) or RetentionPeriod(kind=kind)
        row.months, row.edited_at, row.edited_by = count, clock.now(), actor.ref
        session.add(row)
        changed[kind] = {"before": now[kind], "after": count}
    session.flush()
    if changed:
        audit.record(session, "retention:periods", actor.ref, "set_periods", changed)


def before(months: int) -> dt.datetime:
    """The moment before which what ended is over its period now; a month counts as a twelfth of 365 days."""
    return clock.now() - dt.timedelta(days=months * 365 / 12)


def clear(session: Session) -> Cleared:
    """Clear one batch of each kind. Two at once are harmless: rows that somebody holds are left to them."""
    done, months = Cleared(), periods(session)
    for submission in session.scalars(_forgotten_drafts(months)):
        submission.discarded_at = clock.now()
        submission.typed, submission.bank_account = {}, None
        submission.common = {}
        for material in session.scalars(
            select(Material).where(Material.submission_id == submission.id, Material.sha256 != "")
        ):
            _clear_material(material, done)
        audit.record(
            session, f"submission:{submission.id}", ACTOR, "clear_draft", {"number": submission.number}
        )
        done.drafts += 1
    for material in session.scalars(_outlived_materials(months)):
        digest = material.sha256
        _clear_material(material, done)
        audit.record(
            session,
            f"submission:{material.submission_id}",
            ACTOR,
            "clear_material",
            {"material": material.public_id, "kind": material.kind, "sha256": digest},
        )
    for submission in session.scalars(_outlived(Submission.counter_id_number, months["counter_id"])):
        submission.counter_id_number = None
        audit.record(session, f"submission:{submission.id}", ACTOR, "clear_id_number")
        done.identities += 1
    for submission in session.scalars(_outlived(Submission.bank_account, months["bank_account"])):
        submission.bank_account = None
        audit.record(session, f"submission:{submission.id}", ACTOR, "clear_bank_account")
        done.accounts += 1
    session.flush()
    mentioned = session.scalars(select(Material.sha256).where(Material.sha256.in_(done.digests)))
    done.digests -= set(mentioned)
    return done


def _clear_material(material: Material, done: Cleared) -> None:
    done.digests.add(material.sha256)
    material.sha256, material.size = "", 0
    material.removed_at = material.removed_at or clock.now()
    done.materials += 1


def _forgotten_drafts(months: Mapping[str, int]) -> Select[Submission]:
    return (
        select(Submission)
        .where(
            Submission.received_at.is_(None),
            Submission.discarded_at.is_(None),
            Submission.saved_at < before(months["draft"]),
        )
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )


def _outlived_materials(months: Mapping[str, int]) -> Select[Material]:
    """Of submissions all of whose cases are over, each for longer than such a material is kept."""
    fits = []
    for kind in MaterialKind:
        own = months.get(f"kind:{kind}", MOST_MONTHS)
        over = (
            select(Application.submission_id)
            .group_by(Application.submission_id)
            .having(func.bool_and(func.coalesce(_over_for(months, own), False)))
        )
        fits.append(and_(Material.kind == kind.value, Material.submission_id.in_(over)))
    return (
        select(Material)
        .where(Material.sha256 != "", or_(*fits))
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )


def _over_for(months: Mapping[str, int], own: int) -> ColumnElement[bool]:
    return or_(
        *(
            and_(
                Application.status == kind.removeprefix("status:"),
                Application.over_at < before(min(count, own)),
            )
            for kind, count in months.items()
            if kind.startswith("status:")
        )
    )


def _outlived(column: InstrumentedAttribute[str | None], months: int) -> Select[Submission]:
    """Submissions that still hold a value whose period is over since the last of their cases ended."""
    still = select(Application.id).where(
        Application.submission_id == Submission.id,
        or_(Application.over_at.is_(None), Application.over_at > before(months)),
    )
    return (
        select(Submission)
        .where(column.is_not(None), Submission.received_at.is_not(None), ~still.exists())
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
