"""Publication and repeal of a policy."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from redemption.identity.rules import Actor
from redemption.kernel import audit, clock, outbox
from redemption.kernel.calendar import load_calendar
from redemption.kernel.errors import Fields, Invalid
from redemption.kernel.workdays import Deadline
from redemption.policies import queries
from redemption.policies.models import Policy, PolicyVersion
from redemption.policies.rules import POLICY_MACHINE, PolicyAction, PolicyState
from redemption.policies.service import interpreting
from redemption.policies.service.owning import mine, touch

TEXT_MISSING = "text_missing"
"""The finding of a draft that came from a catalogue without the text of its policy."""
REPORT_WORKDAYS = 3
"""第二十五条: reported within 3 workdays of publication."""
NO_ANSWERS = "这份文件还没有简明问答，问答应在文件公布之日同步公开（第三十条）。请先编写，或写明暂缺的原因（会报送公开办）。"
LONGEST_REASON = 500


def what_is_missing(session: Session, policy: Policy, draft: PolicyVersion) -> Fields:
    """What keeps a draft from being published, by field; empty when nothing does."""
    return missing_of_each(session, [(policy, draft)])[policy.id]


def missing_of_each(session: Session, drafts: Sequence[tuple[Policy, PolicyVersion]]) -> dict[int, Fields]:
    """The same for many drafts in one round trip, by the id of the policy."""
    taken = queries.numbers_taken(session, drafts)
    return {policy.id: _missing(draft, taken.get(policy.id)) for policy, draft in drafts}


def _missing(draft: PolicyVersion, number_taken_by: str | None) -> Fields:
    """Of one draft.

    A publication date in the future is such a thing: the report's clock runs from it, and the public must not
    read a document before the day it is made public. It can be published on that day or later.
    """
    wrong: Fields = {}
    if any(finding.get("code") == TEXT_MISSING for finding in draft.findings):
        wrong["text"] = ["还没有政策原文。请上传或粘贴原文后再发布，报送时也要附上。"]
    if not draft.title:
        wrong["title"] = ["请填写政策文件标题。"]
    if not draft.issuer:
        wrong["issuer"] = ["请填写发文机关，联合发文的请全部写出。"]
    if draft.publication_date is None:
        wrong["publication_date"] = ["请填写公布日期，报送期限从这一天起算。"]
    elif draft.publication_date > clock.today():
        day = clock.day_text(draft.publication_date)
        wrong["publication_date"] = [f"公布日期是{day}，还没有到。请在当天或之后发布；如日期有误，请先更正。"]
    if draft.valid_from and draft.valid_until and draft.valid_until < draft.valid_from:
        wrong["valid_until"] = ["有效期截止日期早于起始日期，请核对。"]
    if number_taken_by is not None:
        wrong["document_number"] = [
            f"文号“{draft.document_number}”已经发布过（编号 {number_taken_by}）。如为修订，请在原文件上发起修订。"
        ]
    return wrong


def deadline_of(session: Session, draft: PolicyVersion) -> Deadline | None:
    """By when the report is due if the document was made public on its publication date (第二十五条).

    `provisional` where a year without a published schedule has a say.
    """
    if draft.publication_date is None:
        return None
    return load_calendar(session).add_workdays(draft.publication_date, REPORT_WORKDAYS)


def publish(
    session: Session,
    actor: Actor,
    number: str,
    *,
    version: int | None = None,
    without_answers: str = "",
) -> PolicyVersion:
    """Make the draft public. The text is immutable from now on; publishing once more changes nothing.

    The 政策解读 that wait for it become public in the same act (第十九条). Writes `policy.published`, which opens the
    duty to report (第二十五条) and makes the 简明问答 public (第三十条).

    Args:
        without_answers: why there is no 简明问答; asked for when there is none, kept and shown to the office.

    Raises:
        Invalid: something is missing, with `fields`. Stale: somebody saved since `version`.
    """
    policy = mine(session, actor, number)
    draft = queries.working_version(session, policy)
    if draft.published_at is not None and policy.state == PolicyState.PUBLISHED:
        return draft
    if version is not None:
        mine(session, actor, number, version=version)
    state = POLICY_MACHINE.next(PolicyState(policy.state), PolicyAction.PUBLISH)
    wrong = what_is_missing(session, policy, draft)
    if policy.answers == 0 and not without_answers.strip():
        wrong["without_answers"] = [NO_ANSWERS]
    if wrong:
        raise Invalid("政策文件还不能发布，请先补全。", code="policy_incomplete", fields=wrong)
    now = clock.now()
    draft.lacking = {} if policy.answers else {"questions": without_answers.strip()[:LONGEST_REASON]}
    draft.published_at = now
    policy.state = state
    policy.current_version_id = draft.id
    policy.published_at = policy.published_at or now
    touch(policy)
    session.flush()
    released = interpreting.release(session, actor, policy)
    facts = {
        "no": draft.no,
        "title": draft.title,
        "publication_date": draft.publication_date,
        "interpretations": [row.title for row in released],
        "lacking": draft.lacking,
    }
    audit.record(session, f"policy:{policy.id}", actor.ref, "publish_policy", facts)
    outbox.publish(session, "policy.published", policy.number, policy_id=policy.id, version_id=draft.id)
    return draft


def repeal(session: Session, actor: Actor, number: str, reason: str) -> Policy:
    """End a policy; its items end with it (`catalogue.service.repeal_policy` calls this).

    Raises:
        Invalid: no reason. IllegalTransition: not published.
    """
    policy = mine(session, actor, number)
    if not reason.strip():
        raise Invalid.field("reason", "请写明废止的依据或原因，会公开显示。")
    policy.state = POLICY_MACHINE.next(PolicyState(policy.state), PolicyAction.REPEAL)
    policy.repealed_at = clock.now()
    policy.repeal_reason = reason.strip()
    touch(policy)
    session.flush()
    audit.record(session, f"policy:{policy.id}", actor.ref, "repeal_policy", {"reason": policy.repeal_reason})
    return policy
