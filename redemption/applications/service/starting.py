"""A draft: for one item or several at once (一表申请), with what is known of the enterprise filled in."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from redemption.applications import queries
from redemption.applications.enterprise_part import masked, prefilled
from redemption.applications.models import Application, Submission
from redemption.applications.queries import Sheet
from redemption.applications.rules import ITEMS_AT_MOST, Channel
from redemption.applications.service.access import must_be_draft, must_file, touch
from redemption.catalogue.models import Item, ItemVersion
from redemption.catalogue.rules import ITEM_STATE_NAMES, ItemState, Mode
from redemption.identity.models import Enterprise, Jurisdiction
from redemption.identity.rules import Actor, Role
from redemption.kernel import clock, numbering
from redemption.kernel.errors import Conflict, Invalid, NotFound
from redemption.kernel.secrets import SecretBox

Offer = tuple[Item, ItemVersion, str]
"""An item, the version in force, the code of its jurisdiction."""


def start(
    session: Session,
    actor: Actor,
    codes: Sequence[str],
    *,
    box: SecretBox,
    client_key: str | None = None,
    enterprise_id: int | None = None,
    channel: Channel = Channel.ONLINE,
) -> Submission:
    """A new draft with one application for each item.

    Args:
        codes: public codes of items in force, in the order of the form.
        client_key: the same key by the same enterprise gives the same draft again.
        enterprise_id: for whom; of an enterprise user always their own.

    Raises:
        NotFound: no such item. Conflict: an item takes no applications now (`item_not_open`).
    """
    must_file(actor)
    owner_id = actor.enterprise_id if actor.role is Role.ENTERPRISE else enterprise_id
    if owner_id is None:
        raise Invalid.field("enterprise", "请先选择申报主体。")
    if client_key:
        before = session.scalar(
            select(Submission).where(
                Submission.enterprise_id == owner_id, Submission.client_key == client_key
            )
        )
        if before is not None:
            return before
    offers = offers_of(session, codes, channel=channel)
    enterprise = session.get_one(Enterprise, owner_id)
    now = clock.now()
    submission = Submission(
        number=numbering.submission_number(session, offers[0][2], clock.day_of(now)),
        enterprise_id=owner_id,
        channel=channel.value,
        filer_person_id=actor.person_id if actor.role is Role.ENTERPRISE else None,
        clerk_person_id=actor.person_id if actor.role is Role.CLERK else None,
        centre_id=actor.centre_id,
        common=prefilled(enterprise),
        created_at=now,
        saved_at=now,
        client_key=client_key or None,
    )
    session.add(submission)
    session.flush()
    copy_account(enterprise, submission, box)
    add_applications(session, submission, offers, first_place=1)
    session.flush()
    return submission


def add_item(session: Session, actor: Actor, number: str, code: str) -> Sheet:
    """One more item on a draft: its list and form join in, what is filled in stays."""
    must_file(actor)
    sheet = queries.sheet(session, actor, number, lock=True, with_materials=False)
    must_be_draft(sheet)
    offers = offers_of(session, [code])
    if any(line.item.code == code for line in sheet.lines):
        raise Conflict("这个事项已经在申报单里了。", code="item_already_there")
    if len(sheet.lines) >= ITEMS_AT_MOST:
        raise Invalid.field("item", f"一张申报单最多包含{ITEMS_AT_MOST}个事项，请另开一张。")
    last = session.scalar(
        select(func.max(Application.number)).where(Application.submission_id == sheet.submission.id)
    )
    add_applications(session, sheet.submission, offers, first_place=int(str(last).rsplit("-", 1)[1]) + 1)
    touch(session, sheet.submission)
    session.flush()
    return queries.sheet(session, actor, number)


def remove_item(session: Session, actor: Actor, number: str, place: int) -> None:
    """Take an item off a draft; its own materials go with it. The last one is not taken off: discard the draft."""
    must_file(actor)
    sheet = queries.sheet(session, actor, number, lock=True)
    must_be_draft(sheet)
    line = sheet.line(place)
    if len(sheet.lines) == 1:
        raise Conflict("申报单里至少要有一个事项。不想申报了，可以放弃这份草稿。", code="last_item")
    for material in sheet.materials:
        if material.application_id == line.application.id:
            session.delete(material)
    session.flush()
    session.delete(line.application)
    touch(session, sheet.submission)
    session.flush()


def discard(session: Session, actor: Actor, number: str) -> None:
    """Give a draft up. It is kept unseen, so that its number is never given again."""
    must_file(actor)
    sheet = queries.sheet(session, actor, number, lock=True, with_materials=False)
    must_be_draft(sheet)
    sheet.submission.discarded_at = clock.now()
    session.flush()


def offers_of(
    session: Session,
    codes: Sequence[str],
    at: dt.datetime | None = None,
    channel: Channel = Channel.ONLINE,
) -> list[Offer]:
    """Items with their versions in force, in the order of the codes.

    Raises:
        NotFound: an unknown code. Conflict `item_not_open`: it takes no applications (at the moment `at`);
            `no_application_needed`: 免申即享, the enterprises on the department's list only confirm.
    """
    wanted = list(dict.fromkeys(code.strip() for code in codes if code.strip()))
    if not wanted:
        raise Invalid.field("item", "请选择要申报的事项。")
    if len(wanted) > ITEMS_AT_MOST:
        raise Invalid.field("item", f"一张申报单最多包含{ITEMS_AT_MOST}个事项，请分开申报。")
    rows = session.execute(
        select(Item, ItemVersion, Jurisdiction.code)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .join(Jurisdiction, Jurisdiction.id == Item.jurisdiction_id)
        .where(Item.code.in_(wanted), Item.state != ItemState.DRAFT.value)
    )
    found = {item.code: (item, version, place) for item, version, place in rows}
    missing = [code for code in wanted if code not in found]
    if missing:
        raise NotFound(f"没有找到事项“{missing[0]}”，请从兑现专栏选择。", code="item_not_found")
    offers = [found[code] for code in wanted]
    for item, version, _ in offers:
        if version.mode == Mode.WITHOUT_APPLICATION.value and channel is not Channel.COMPUTED:
            raise Conflict(
                f"“{version.name}”免申即享，不用申报：部门把企业列入名单后，企业在“免申即享”中确认即可。",
                code="no_application_needed",
                item=item.code,
            )
        must_be_open(item, version, at or clock.now())
    return offers


def must_be_open(item: Item, version: ItemVersion, at: dt.datetime) -> None:
    """Whether an application received at this moment is in time.

    Raises:
        Conflict: `item_not_open` (suspended, repealed …), `period_not_begun` or `period_closed`.
    """
    day = clock.day_of(at)
    if version.begins_on and day < version.begins_on:
        raise Conflict(
            f"“{version.name}”自{clock.day_text(version.begins_on)}起接受申报，请届时再提交。",
            code="period_not_begun",
            item=item.code,
        )
    last = version.ends_on
    if last and day > last:
        raise Conflict(
            f"“{version.name}”的申报已于{clock.due_text(last)}截止，以收件时间为准，现在不能再提交。",
            code="period_closed",
            item=item.code,
        )
    # received in time at the counter, entered after the item was closed: the moment of receipt counts
    closed_since = item.state in (ItemState.CLOSED.value, ItemState.EXPIRED.value) and last is not None
    if item.state != ItemState.IN_FORCE.value and not closed_since:
        state = ITEM_STATE_NAMES[ItemState(item.state)]
        raise Conflict(
            f"“{version.name}”{state}，现在不能提交。您可以在兑现专栏查看其他事项。",
            code="item_not_open",
            item=item.code,
        )


def copy_account(enterprise: Enterprise, submission: Submission, box: SecretBox) -> None:
    """The enterprise's account into the draft, sealed for its new place, its mask into the common part."""
    if not enterprise.bank_account:
        return
    account = box.open(enterprise.bank_account, f"enterprise:{enterprise.id}:bank_account")
    submission.bank_account = box.seal(account, account_context(submission))
    submission.common = {**submission.common, "bank_account": masked(account)}


def account_context(submission: Submission) -> str:
    """Where a sealed account belongs: it opens in no other row."""
    return f"submission:{submission.id}:bank_account"


def add_applications(
    session: Session, submission: Submission, offers: Sequence[Offer], *, first_place: int
) -> None:
    """A draft application for each item, numbered by its place."""
    for place, (item, version, _) in enumerate(offers, start=first_place):
        session.add(
            Application(
                number=numbering.application_number(submission.number, place),
                submission_id=submission.id,
                enterprise_id=submission.enterprise_id,
                item_id=item.id,
                item_version_id=version.id,
                department_id=item.department_id,
                single=not (version.money_rules or {}).get("several", False),
            )
        )
