"""政策解读: written while the policy is a draft, made public with it in one act (articles 14 and 19)."""

import datetime as dt
import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from redemption.identity.rules import Actor
from redemption.kernel import audit, clock
from redemption.kernel.errors import Conflict, Fields, Invalid, NotFound
from redemption.policies import queries
from redemption.policies.models import Interpretation, Policy
from redemption.policies.rules import PolicyState
from redemption.policies.service.owning import mine, touch

LONGEST_TITLE = 200
LONGEST_TEXT = 200_000


def interpret(
    session: Session, actor: Actor, number: str, title: str, text: str, *, source_name: str = ""
) -> Interpretation:
    """Write a 政策解读. While the policy, or its amendment, is a draft it waits and is published together with it
    (第十九条); otherwise it is public at once. The same one again is the same row.

    Raises:
        Invalid: no title or no text. Conflict: the policy is repealed.
    """
    policy = mine(session, actor, number)
    title, text = _words(title, text)
    if policy.state == PolicyState.REPEALED:
        raise Conflict("政策文件已经废止，不能再发布它的解读。", code="policy_repealed")
    same = select(Interpretation).where(
        Interpretation.policy_id == policy.id, Interpretation.title == title, Interpretation.text == text
    )
    if (already := session.scalar(same)) is not None:
        return already
    made = Interpretation(
        policy_id=policy.id,
        title=title,
        text=text,
        source_name=source_name,
        created_at=clock.now(),
        created_by=actor.ref,
    )
    session.add(made)
    if not waits(session, policy):
        _make_public(made, actor, clock.now())
    session.flush()
    facts = {"title": title, "waits": made.published_at is None}
    audit.record(session, f"policy:{policy.id}", actor.ref, "interpret_policy", facts)
    return made


def rewrite(
    session: Session, actor: Actor, number: str, interpretation_id: int, title: str, text: str
) -> Interpretation:
    """Change one that waits for its policy.

    Raises:
        NotFound: none of this policy. Conflict: it is public already. Invalid: no title or no text.
    """
    policy, found = _waiting(session, actor, number, interpretation_id)
    found.title, found.text = _words(title, text)
    touch(policy)
    session.flush()
    audit.record(session, f"policy:{policy.id}", actor.ref, "rewrite_interpretation", {"title": found.title})
    return found


def withdraw(session: Session, actor: Actor, number: str, interpretation_id: int) -> None:
    """Take back one that waits for its policy. NotFound and Conflict as in `rewrite`."""
    policy, found = _waiting(session, actor, number, interpretation_id)
    audit.record(session, f"policy:{policy.id}", actor.ref, "withdraw_interpretation", {"title": found.title})
    session.delete(found)
    session.flush()


def release(session: Session, actor: Actor, policy: Policy) -> list[Interpretation]:
    """Make public what waits; part of publishing the policy, which calls it."""
    waiting, now = queries.waiting_interpretations(session, policy.id), clock.now()
    for row in waiting:
        _make_public(row, actor, now)
    session.flush()
    return waiting


def drop_waiting(session: Session, policy: Policy) -> list[str]:
    """Take back what waits for a draft that is thrown away; gives the titles."""
    waiting = queries.waiting_interpretations(session, policy.id)
    for row in waiting:
        session.delete(row)
    session.flush()
    return [row.title for row in waiting]


def waits(session: Session, policy: Policy) -> bool:
    """Whether a 政策解读 written now waits for a draft of the policy."""
    return queries.working_version(session, policy).published_at is None


def _waiting(
    session: Session, actor: Actor, number: str, interpretation_id: int
) -> tuple[Policy, Interpretation]:
    policy = mine(session, actor, number)
    found = session.scalar(
        select(Interpretation)
        .where(Interpretation.id == interpretation_id, Interpretation.policy_id == policy.id)
        .with_for_update()
    )
    if found is None:
        raise NotFound("没有找到这篇解读，它可能已经被撤回。")
    if found.published_at is not None:
        raise Conflict("解读已经发布，不能再改。如有变化，请另外发布一篇。", code="already_published")
    return policy, found


def _words(title: str, text: str) -> tuple[str, str]:
    title, text = re.sub(r"\s+", " ", title).strip(), text.strip()
    wrong: Fields = {}
    if not title:
        wrong["title"] = ["请填写解读标题。"]
    elif len(title) > LONGEST_TITLE:
        wrong["title"] = [f"标题不能超过{LONGEST_TITLE}个字。"]
    if not text:
        wrong["text"] = ["请填写解读内容。"]
    elif len(text) > LONGEST_TEXT:
        wrong["text"] = [f"解读不能超过{LONGEST_TEXT}个字。"]
    if wrong:
        raise Invalid(fields=wrong)
    return title, text


def _make_public(row: Interpretation, actor: Actor, at: dt.datetime) -> None:
    row.published_at, row.published_by = at, actor.ref
