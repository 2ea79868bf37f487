"""What departments say, and what to make of it in each state (DESIGN §5, DOMAIN §4)."""

from enum import StrEnum

from redemption.applications.rules import Status


class EventType(StrEnum):
    """Types of a department's events; `opinion` only from a department that is heard."""

    ACCEPTED = "accepted"
    CORRECTION_REQUESTED = "correction_requested"
    ACCEPTANCE_REFUSED = "acceptance_refused"
    STEP = "step"
    PAUSED = "paused"
    RESUMED = "resumed"
    DECIDED = "decided"
    PAYMENT = "payment"
    OPINION = "opinion"


EVENT_NAMES = {
    EventType.ACCEPTED: "受理",
    EventType.CORRECTION_REQUESTED: "要求补正",
    EventType.ACCEPTANCE_REFUSED: "不予受理",
    EventType.STEP: "办理进展",
    EventType.PAUSED: "特别程序开始",
    EventType.RESUMED: "特别程序结束",
    EventType.DECIDED: "作出决定",
    EventType.PAYMENT: "拨付情况",
    EventType.OPINION: "会办意见",
}


class EventState(StrEnum):
    """applied · kept (too early) · conflicting (for a person) · settled (a person dealt with it)."""

    APPLIED = "applied"
    KEPT = "kept"
    CONFLICTING = "conflicting"
    SETTLED = "settled"


class Verdict(StrEnum):
    """What an event means where a case stands now."""

    APPLY = "apply"
    EARLY = "early"
    ALREADY = "already"
    CONTRADICTS = "contradicts"


_S, _T = Status, EventType
_BEFORE = frozenset({_S.RECEIVED, _S.CORRECTION_REQUESTED})
_NEVER_ACCEPTED = frozenset({_S.ACCEPTANCE_REFUSED, _S.WITHDRAWN, _S.LAPSED})
_APPROVED = frozenset({_S.PUBLICITY, _S.APPROVED, _S.DISBURSING, _S.PAYMENT_FAILED, _S.DISBURSED})


def judge(status: Status, event: EventType, said: str = "") -> Verdict:
    """Apply it, keep it until its turn, know it already, or give it to a person.

    Args:
        said: the result of a decision (`approve`, `deny`) or of a payment (`paid`, `returned`).
    """
    match event:
        case _T.ACCEPTED:
            if status is _S.RECEIVED:
                return Verdict.APPLY
            if status is _S.CORRECTION_REQUESTED:
                return Verdict.EARLY
            return Verdict.CONTRADICTS if status in _NEVER_ACCEPTED else Verdict.ALREADY
        case _T.CORRECTION_REQUESTED:
            return Verdict.APPLY if status in {_S.RECEIVED, _S.ACCEPTED} else Verdict.CONTRADICTS
        case _T.ACCEPTANCE_REFUSED:
            if status is _S.ACCEPTANCE_REFUSED:
                return Verdict.ALREADY
            return _by(status, {_S.RECEIVED}, {_S.CORRECTION_REQUESTED})
        case _T.STEP | _T.PAUSED | _T.RESUMED:
            return _by(status, {_S.ACCEPTED}, _BEFORE)
        case _T.DECIDED:
            if (said == "approve" and status in _APPROVED) or (said == "deny" and status is _S.DENIED):
                return Verdict.ALREADY
            return _by(status, {_S.ACCEPTED, _S.OBJECTION_REVIEW}, _BEFORE)
        case _T.PAYMENT:
            return _payment(status, said)
        case _T.OPINION:
            return Verdict.APPLY


def _payment(status: Status, said: str) -> Verdict:
    if said == "paid" and status is _S.DISBURSED:
        return Verdict.ALREADY
    if said == "returned" and status is _S.PAYMENT_FAILED:
        return Verdict.ALREADY
    early = _BEFORE | {_S.ACCEPTED, _S.PUBLICITY, _S.OBJECTION_REVIEW, _S.APPROVED, _S.PAYMENT_FAILED}
    return _by(status, {_S.DISBURSING}, early)


def _by(status: Status, now: set[Status], later: frozenset[Status] | set[Status]) -> Verdict:
    if status in now:
        return Verdict.APPLY
    return Verdict.EARLY if status in later else Verdict.CONTRADICTS
