"""Asking registries: claim with a lease, ask in no transaction, write the answer down (DESIGN §2.2).

A registry that fails again and again is left in peace for a while; a question that nobody answers ends as a
sentence for a person. Nothing of it changes an application but its list of differences.
"""

import datetime as dt
import json
import time
from dataclasses import dataclass

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from redemption.applications.models import Application, Lookup, Registry, Submission
from redemption.applications.port import GROUP, Answer, Context, Question, Silent, Unknown
from redemption.applications.port import Registry as Port
from redemption.applications.sharing import differing
from redemption.applications.sharing.asking import open_secrets
from redemption.applications.sharing.rules import (
    FACTS,
    GIVE_UP_AFTER,
    LEASE,
    MOST_TRIES,
    LookupState,
    Purpose,
    Subject,
)
from redemption.identity.models import Enterprise
from redemption.kernel import clock, plugins
from redemption.kernel.db import Database
from redemption.kernel.errors import DomainError
from redemption.kernel.patience import breaker_pause, wait_after
from redemption.kernel.secrets import SecretBox
from redemption.kernel.uow import unit_of_work

log = structlog.get_logger("redemption.sharing")
AT_ONCE = 10


@dataclass(frozen=True)
class Held:
    """One claimed question with everything that asking it needs."""

    lookup_id: int
    registry: str
    adapter: str
    context: Context
    question: Question


def make_registry(box: SecretBox, registry: Registry) -> Port:
    """The adapter of a registry. Invalid if none of that code is installed."""
    made: Port = plugins.find(GROUP, registry.adapter)(Context(registry.options, open_secrets(box, registry)))
    return made


def run_due(database: Database, box: SecretBox, *, most: int = 100) -> int:
    """Ask what is due, until nothing is or `most` were asked; returns how many."""
    asked, open_ones = 0, {}
    try:
        while asked < most:
            with unit_of_work(database) as session:
                claimed = _claim(session, box)
            if not claimed:
                break
            for held in claimed:
                key = (held.adapter, json.dumps([held.context.options, held.context.secrets], sort_keys=True))
                if key not in open_ones:
                    open_ones[key] = plugins.find(GROUP, held.adapter)(held.context)
                _one(database, open_ones[key], held)
                asked += 1
    finally:
        for adapter in open_ones.values():
            adapter.close()
    return asked


def _one(database: Database, adapter: Port, held: Held) -> None:
    begun = time.monotonic()
    try:
        answer = adapter.look_up(held.question)
    except Exception as error:
        log.exception("registry_adapter_raised", registry=held.registry)
        answer = Silent(f"对接程序出错：{type(error).__name__}")
    took = int((time.monotonic() - begun) * 1000)
    with unit_of_work(database) as session:
        record(session, held.lookup_id, answer, took)


def _claim(session: Session, box: SecretBox) -> list[Held]:
    now = clock.now()
    rows = session.execute(
        select(Lookup, Registry, Enterprise.uscc, Application.number, Submission.number)
        .join(Registry, Registry.id == Lookup.registry_id)
        .join(Enterprise, Enterprise.id == Lookup.enterprise_id)
        .outerjoin(Application, Application.id == Lookup.application_id)
        .outerjoin(Submission, Submission.id == Lookup.submission_id)
        .where(
            Lookup.state == LookupState.WAITING,
            Lookup.next_at <= now,
            or_(Registry.open_until.is_(None), Registry.open_until <= now),
        )
        # somebody sits before a form: they come first
        .order_by(Lookup.purpose, Lookup.next_at)
        .limit(AT_ONCE)
        .with_for_update(of=Lookup, skip_locked=True)
    ).all()
    claimed = []
    for lookup, registry, uscc, application, submission in rows:
        lookup.attempts += 1
        lookup.next_at = now + LEASE
        try:
            context = Context(registry.options, open_secrets(box, registry))
            plugins.find(GROUP, registry.adapter)
        except DomainError as error:
            record(session, lookup.id, Silent(error.message, final=True), 0)
            continue
        question = Question(
            lookup.key,
            lookup.subject,
            uscc,
            lookup.purpose,
            application or submission or "",
            lookup.asked_by_name,
        )
        claimed.append(Held(lookup.id, registry.code, registry.adapter, context, question))
    return claimed


def record(session: Session, lookup_id: int, answer: Answer, took: int) -> None:
    """Write an answer down; a second answer to the same question changes nothing."""
    now = clock.now()
    lookup = session.get_one(Lookup, lookup_id, with_for_update=True, populate_existing=True)
    if lookup.state != LookupState.WAITING:
        return
    registry = session.get_one(Registry, lookup.registry_id, with_for_update=True, populate_existing=True)
    lookup.duration_ms = took
    if isinstance(answer, Silent):
        _silent(lookup, registry, answer, now)
        return
    registry.failures, registry.open_until = 0, None
    registry.last_success_at, registry.last_error = now, ""
    lookup.answered_at = now
    if isinstance(answer, Unknown):
        lookup.state, lookup.note = LookupState.UNKNOWN, "数据来源中没有这家企业的记录。"
        return
    lookup.state, lookup.note, lookup.as_of = LookupState.FOUND, "", answer.as_of[:40]
    lookup.facts = differing.plain(answer.facts, FACTS[Subject(lookup.subject)])
    if lookup.purpose == Purpose.VERIFICATION and lookup.application_id is not None:
        _compare(session, lookup, registry, now)


def _silent(lookup: Lookup, registry: Registry, answer: Silent, now: dt.datetime) -> None:
    registry.failures += 1
    registry.last_error = answer.reason[:500]
    pause = breaker_pause(registry.failures)
    if pause is not None:
        registry.open_until = now + pause
    tried = lookup.attempts >= MOST_TRIES[lookup.purpose] or now - lookup.asked_at >= GIVE_UP_AFTER
    if answer.final or tried:
        lookup.state, lookup.answered_at = LookupState.FAILED, now
        what = "请直接填写，不影响申报。" if lookup.purpose == Purpose.PREFILL else "请人工核对，不影响办理。"
        lookup.note = f"{answer.reason}{what}"[:1000]
        return
    lookup.note = answer.reason[:1000]
    first = 2.0 if lookup.purpose == Purpose.PREFILL else 10.0
    lookup.next_at = now + wait_after(lookup.attempts, first=first)


def _compare(session: Session, lookup: Lookup, registry: Registry, now: dt.datetime) -> None:
    """Both values stay visible, to the department and to the enterprise (DOMAIN §4)."""
    application = session.get_one(
        Application, lookup.application_id, with_for_update=True, populate_existing=True
    )
    enterprise = session.get_one(Enterprise, lookup.enterprise_id)
    declared = {
        **enterprise.profile,
        "name": enterprise.name,
        "legal_representative": enterprise.legal_representative,
        "founded_on": enterprise.founded_on,
        **{name: value for name, value in application.data.items() if name in lookup.facts},
    }
    differences = differing.found(lookup.facts, declared)
    if not differences:
        return
    kept = dict(application.differences)
    for name, (said, registered) in differences.items():
        kept[name] = {
            "label": differing.label_of(name),
            "declared": said or "—",
            "department": registered,
            "source": registry.title,
            "event": lookup.key,
            "at": now.isoformat(),
        }
    application.differences = kept
