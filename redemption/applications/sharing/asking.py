"""Putting a question to registries, and setting registries up. A question is a row first; a worker asks it."""

import datetime as dt
import json
import uuid
from collections.abc import Sequence

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from redemption.applications import queries as applications
from redemption.applications.models import Application, Lookup, Registry, Submission
from redemption.applications.port import GROUP
from redemption.applications.service.access import must_be_draft, must_file
from redemption.applications.sharing import queries
from redemption.applications.sharing.rules import LookupState, Purpose, Subject
from redemption.identity.rules import Actor, system_actor
from redemption.kernel import audit, clock, outbox, plugins
from redemption.kernel.db import Json
from redemption.kernel.errors import Conflict, Invalid
from redemption.kernel.secrets import SecretBox, SecretUnreadable

log = structlog.get_logger("redemption.sharing")
VERIFIER = system_actor("verification")
NOT_AGAIN_WITHIN = dt.timedelta(seconds=10)


def prefill(session: Session, actor: Actor, number: str) -> int:
    """Ask every registry about the acting person's own enterprise, for a draft; returns how many questions.

    A registry that is being left in peace is not waited for: its answer is a sentence at once.

    Raises:
        NotFound: not a draft of their enterprise. NotAllowed: a reader.
    """
    must_file(actor)
    sheet = applications.sheet(session, actor, number, lock=True, with_materials=False)
    must_be_draft(sheet)
    now, submission = clock.now(), sheet.submission
    latest = session.scalar(
        select(Lookup.asked_at)
        .where(Lookup.submission_id == submission.id)
        .order_by(Lookup.id.desc())
        .limit(1)
    )
    if latest is not None and now - latest < NOT_AGAIN_WITHIN:
        return 0
    return _ask(session, actor, Purpose.PREFILL, submission, None, now)


def verify(session: Session, application_id: int, actor: Actor | None = None) -> int:
    """Ask every registry about the enterprise of a received application, outside of the way of its submission.

    Args:
        actor: the officer who asks again; None: the one verification that follows a submission by itself.
    """
    if not queries.registries(session, active=True):
        return 0
    application = session.get_one(Application, application_id)
    submission = session.get_one(Submission, application.submission_id)
    return _ask(session, actor or VERIFIER, Purpose.VERIFICATION, submission, application, clock.now())


def verify_many(session: Session, application_ids: Sequence[int]) -> int:
    """The verification that follows submissions by itself, for many; one look where no registry is connected.

    Never raises: what goes wrong here must not hold up the submissions it goes with. An officer can ask again.
    """
    if not queries.registries(session, active=True):
        return 0
    asked = 0
    for application_id in application_ids:
        try:
            with session.begin_nested():
                asked += verify(session, application_id)
        except Exception:
            log.exception("verification_not_asked", application=application_id)
    return asked


def connect(
    session: Session,
    box: SecretBox,
    actor: Actor,
    *,
    code: str,
    title: str,
    adapter: str,
    subjects: list[str],
    options: Json,
    active: bool = True,
) -> Registry:
    """Set up a registry, or change one; a secret option that is not given again keeps its value.

    Raises:
        Invalid: `adapter_unknown`, `options_invalid`, no title, no subject.
    """
    fields: dict[str, list[str]] = {}
    if not code.strip() or len(code) > 40 or not code.replace("-", "").isalnum() or not code.isascii():
        fields["code"] = ["编码用英文字母、数字和短横线，不超过 40 个字符。"]
    if not title.strip() or len(title) > 100:
        fields["title"] = ["请填写名称，例如：企业登记信息（市场监管）。"]
    known = [subject for subject in subjects if subject in set(Subject)]
    if not known:
        fields["subjects"] = ["请至少选择一类可以查询的内容。"]
    if fields:
        raise Invalid(fields=fields)
    found = session.scalar(select(Registry).where(Registry.code == code).with_for_update())
    kept = _kept_secrets(box, found) if found is not None and found.adapter == adapter else {}
    given = {name: value for name, value in options.items() if value not in (None, "")}
    plain, secret = plugins.load_options(plugins.find(GROUP, adapter), {**kept, **given})
    if found is None:
        found = Registry(code=code, title=title, adapter=adapter, created_at=clock.now())
        session.add(found)
    found.title, found.adapter, found.subjects = title.strip(), adapter, known
    found.options, found.active = plain, active
    found.secrets = box.seal(json.dumps(secret), f"registry:{code}") if secret else None
    found.failures, found.open_until = 0, None
    session.flush()
    audit.record(
        session,
        f"registry:{code}",
        actor.ref,
        "connect_registry",
        {"adapter": adapter, "options": plain, "subjects": known, "active": active},
    )
    return found


def _kept_secrets(box: SecretBox, registry: Registry) -> dict[str, str]:
    """None where the system's own key has been changed: they are asked for again."""
    try:
        return open_secrets(box, registry)
    except SecretUnreadable:
        return {}


def open_secrets(box: SecretBox, registry: Registry) -> dict[str, str]:
    """The secret options in clear, for the adapter alone."""
    if not registry.secrets:
        return {}
    found: dict[str, str] = json.loads(box.open(registry.secrets, f"registry:{registry.code}"))
    return found


def _ask(
    session: Session,
    actor: Actor,
    purpose: Purpose,
    submission: Submission,
    application: Application | None,
    now: dt.datetime,
) -> int:
    rows = [
        _row(actor, purpose, submission, application, registry, subject, now)
        for registry in queries.registries(session, active=True)
        for subject in registry.subjects
    ]
    if not rows:
        if purpose is Purpose.PREFILL:
            raise Conflict("还没有接入数据共享，请直接填写。", code="no_registry")
        return 0
    # the same submission delivered twice asks once
    made = session.scalars(insert(Lookup).on_conflict_do_nothing().values(rows).returning(Lookup.id)).all()
    if not made:
        return 0
    chain = f"application:{application.id}" if application else f"submission:{submission.id}"
    audit.record(
        session,
        chain,
        actor.ref,
        "look_up",
        {"purpose": purpose, "subjects": sorted({row["subject"] for row in rows})},
    )
    outbox.publish(session, "lookup.wanted", submission.id, submission_id=submission.id)
    return len(made)


def _row(
    actor: Actor,
    purpose: Purpose,
    submission: Submission,
    application: Application | None,
    registry: Registry,
    subject: str,
    now: dt.datetime,
) -> Json:
    resting = registry.open_until is not None and registry.open_until > now
    skip = resting and purpose is Purpose.PREFILL
    return {
        "key": f"lk-{uuid.uuid4()}",
        "registry_id": registry.id,
        "subject": subject,
        "purpose": purpose.value,
        "enterprise_id": submission.enterprise_id,
        "submission_id": submission.id if application is None else None,
        "application_id": application.id if application else None,
        "automatic": application is not None and actor is VERIFIER,
        "asked_by": actor.ref,
        "asked_by_name": f"{actor.place} {actor.name}".strip() if actor is not VERIFIER else "系统自动核验",
        "asked_at": now,
        "state": (LookupState.FAILED if skip else LookupState.WAITING).value,
        "facts": {},
        "as_of": "",
        "note": "数据来源暂时中断，请直接填写，不影响申报。" if skip else "",
        "attempts": 0,
        "next_at": now,
    }
