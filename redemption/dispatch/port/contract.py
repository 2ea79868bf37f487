"""The contract test: what every adapter must keep, run against a department's test address or in a test suite.

    report = run(MyAdapter(context), context)
    print(report.text("示例部门"))

It sends cases of an invented enterprise under numbers that begin with ZBTEST; a department keeps them apart by that.
Every built-in adapter passes it in the suite, third-party ones by `redemption adapter check CODE`.
"""

import datetime as dt
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from redemption.dispatch.port import (
    Adapter,
    Alert,
    Capability,
    Context,
    Later,
    Outcome,
    Refused,
    Retry,
    Shipment,
    Taken,
)
from redemption.dispatch.port.payload import faults
from redemption.dispatch.port.signing import SigningKey, new_secret
from redemption.kernel import clock

PAUSE = 0.05
"""Seconds between a lost answer and the next try."""


@dataclass(frozen=True)
class Step:
    """One thing that was tried."""

    name: str
    passed: bool
    sentence: str
    seconds: float = 0.0


@dataclass
class Report:
    """What `run` found; fit to be handed in."""

    adapter: str
    at: dt.datetime
    steps: list[Step] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return all(step.passed for step in self.steps)

    def text(self, who: str) -> str:
        """A page of plain text in Chinese."""
        lines = [
            "部门对接检查报告",
            f"部门：{who}",
            f"对接方式：{self.adapter}",
            f"时间：{clock.moment_text(self.at)}",
            "",
        ]
        lines += [
            f"{'通过' if step.passed else '未通过'}　{step.name}（{step.seconds:.2f} 秒）：{step.sentence}"
            for step in self.steps
        ]
        failed = sum(not step.passed for step in self.steps)
        lines += ["", "结论：全部通过。" if not failed else f"结论：{failed} 项未通过，请处理后重新检查。"]
        return "\n".join(lines)


def run(adapter: Adapter, context: Context, *, sample: Mapping[str, Any] | None = None) -> Report:
    """Try everything that the protocol promises, in order; stops early when nothing can be reached.

    Args:
        sample: a payload to use in place of the invented one, for departments whose mapping needs certain fields.
    """
    report = Report(f"{adapter.title}（{adapter.code}）", clock.now())
    for finding in adapter.check():
        report.steps.append(Step(f"自检：{finding.what}", finding.ok, finding.sentence))
    if not report.passed:
        return report
    number = f"ZBTEST-{clock.today():%y%m%d}-{secrets.token_hex(4)}"
    first = _shipment(number, 1, "submission", sample)
    taken = _try(report, "接收申报", lambda: adapter.send(first), _arrived)
    if taken is None:
        return report
    _try(report, "重复投递不重复立案", lambda: adapter.send(replace(first, attempt=2)), _same_as(taken))
    _try(
        report,
        "接收补正",
        lambda: adapter.send(_shipment(number, 2, "correction", sample)),
        _arrived,
    )
    if Capability.WITHDRAWS in adapter.capabilities:
        _try(report, "接收撤回", lambda: adapter.send(_shipment(number, 3, "withdrawal", sample)), _arrived)
    if Capability.SIGNED in adapter.capabilities:
        _bad_signature(report, adapter, context, sample)
        _late_answer(report, adapter, sample)
    if Capability.POLLED in adapter.capabilities:
        _poll_twice(report, adapter)
    return report


def _bad_signature(
    report: Report, adapter: Adapter, context: Context, sample: Mapping[str, Any] | None
) -> None:
    """A call with a wrong key must be refused; a department that takes it checks nothing."""
    other = (SigningKey("wrong", context.keys[0].scheme if context.keys else "v1", new_secret()),)
    impostor = type(adapter)(replace(context, keys=other))
    number = f"ZBTEST-{clock.today():%y%m%d}-{secrets.token_hex(4)}"

    def refused(outcome: Outcome) -> str | None:
        if isinstance(outcome, Retry) and outcome.status in (400, 401, 403):
            return None
        return f"应当以 401 拒绝错误的签名，实际答复 {outcome.status or '无'}。"

    _try(
        report,
        "拒绝错误的签名",
        lambda: impostor.send(_shipment(number, 1, "submission", sample)),
        refused,
        said="错误的签名被拒绝。",
    )
    impostor.close()


def _late_answer(report: Report, adapter: Adapter, sample: Mapping[str, Any] | None) -> None:
    """We hang up before the answer, then send the same again: there must be one case."""
    number = f"ZBTEST-{clock.today():%y%m%d}-{secrets.token_hex(4)}"
    shipment = _shipment(number, 1, "submission", sample)
    adapter.drop(shipment)
    time.sleep(PAUSE)
    again = _try(report, "答复迟到后重投", lambda: adapter.send(replace(shipment, attempt=2)), _arrived)
    if again is not None:
        _try(report, "重投后编号不变", lambda: adapter.send(replace(shipment, attempt=3)), _same_as(again))


def _poll_twice(report: Report, adapter: Adapter) -> None:
    begun = time.monotonic()
    first, second = adapter.poll({}), adapter.poll({})
    same = [event.get("id") for event in first.events] == [event.get("id") for event in second.events]
    sentence = "同一游标取到同样的事件。" if same else "同一游标两次取到的事件不同。"
    report.steps.append(Step("取回答复可重复", same, sentence, time.monotonic() - begun))


def _try(
    report: Report,
    name: str,
    call: Callable[[], Outcome],
    fault: Callable[[Outcome], str | None],
    said: str = "",
) -> Outcome | None:
    begun = time.monotonic()
    try:
        outcome = call()
    except Exception as error:
        report.steps.append(
            Step(name, False, f"对接程序抛出了异常 {type(error).__name__}: {error}", time.monotonic() - begun)
        )
        return None
    wrong = fault(outcome)
    sentence = wrong or said or _word(outcome)
    report.steps.append(Step(name, wrong is None, sentence, time.monotonic() - begun))
    return outcome if wrong is None else None


def _arrived(outcome: Outcome) -> str | None:
    match outcome:
        case Taken() | Later():
            return None
        case Refused(reasons=reasons):
            return f"被技术退回：{'；'.join(reasons)[:300]}"
        case Alert(reason=reason):
            return f"配置有误：{reason}"
        case _:
            return f"没有送达：{outcome.reason}"


def _same_as(first: Outcome) -> Callable[[Outcome], str | None]:
    def fault(outcome: Outcome) -> str | None:
        wrong = _arrived(outcome)
        if wrong:
            return wrong
        if isinstance(first, Taken) and isinstance(outcome, Taken) and first.number != outcome.number:
            return f"两次答复的部门编号不同：{first.number} 和 {outcome.number}，可能重复立案。"
        return None

    return fault


def _word(outcome: Outcome) -> str:
    if isinstance(outcome, Taken):
        return f"已接收，部门编号 {outcome.number}。" if outcome.number else "已接收。"
    return "已收到，部门稍后答复。"


def _shipment(number: str, sequence: int, kind: str, sample: Mapping[str, Any] | None) -> Shipment:
    payload = {**invented(), **(sample or {})}
    payload |= {
        "kind": kind,
        "key": f"{number}.{sequence}",
        "referral": number,
        "sequence": sequence,
    }
    now = clock.now().isoformat()
    if kind == "correction":
        entry = {"kind": "note", "key": "n1", "label": "说明", "message": "请补充说明。"}
        payload["correction"] = {"round": 1, "asked_at": now, "answered_at": now, "entries": [entry]}
    if kind == "withdrawal":
        payload["withdrawal"] = {"at": now, "reason": "对接检查"}
    assert not faults(payload)
    return Shipment(payload["key"], number, sequence, kind, payload)


def invented() -> dict[str, Any]:
    """A case of an enterprise that does not exist."""
    return {
        "version": "1",
        "purpose": "decision",
        "application": {
            "number": "TEST-01",
            "submission": "TEST",
            "received_at": clock.now().isoformat(),
            "channel": "online",
            "amount_requested": "100000.00",
        },
        "item": {"code": "test-item", "name": "对接检查事项", "version": 1},
        "enterprise": {
            "uscc": "91990100Y00000001X",
            "name": "对接检查企业（不存在）",
            "contact_name": "测试",
            "contact_phone": "13900000000",
        },
        "form": {},
        "materials": [],
    }
