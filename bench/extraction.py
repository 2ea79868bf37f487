"""How fast a policy text becomes draft items: 10,000 characters in at most 50 ms, and linear in length.

`run()` measures a regulation of many articles at 1, 10 and 100 times 10,000 characters, and texts made to hurt.
"""

from __future__ import annotations

import time
from typing import Any

from redemption.catalogue.extraction import extract
from redemption.policies.reading import read_text

BAR_MS = 50.0

_HEAD = "云溪市促进先进制造业发展扶持办法\n第一章 总则\n第一条 根据《云溪市产业发展规划》（云府〔2023〕1号），制定本办法。\n第二章 扶持内容\n"
_ARTICLE = (
    "第{n}条 技术改造补助。对设备投资额{n}00万元以上的技术改造项目，竣工投产后按设备投资额的8%给予企业补助，单个项目最高不超过300万元。\n"
    "（一）已在本市注册登记，具有独立法人资格，财务制度健全；\n（二）近三年未被列入严重失信主体名单，未发生重大安全事故。\n"
    "申报材料：1.项目申报书（原件1份）；2.营业执照（复印件，加盖公章）；3.审计报告。\n"
    "受理后20个工作日内完成审核。咨询电话：0799-86320{n}、8632345。\n"
)
_TAIL = "第三章 申报\n第九百条 申报单位于每年3月1日至3月31日登录云溪市政策兑现平台（https://zc.yunxi.gov.cn）提出申请。\n"


def policy_text(characters: int) -> str:
    """A regulation of about so many characters."""
    parts, length, number = [_HEAD], len(_HEAD), 2
    while length < characters - len(_TAIL):
        parts.append(_ARTICLE.format(n=10 + number % 80))
        length += len(parts[-1])
        number += 1
    return "".join([*parts, _TAIL])


def seconds(text: str, times: int = 3) -> float:
    """Processor time of the best of several runs, reading included: other work on the machine does not count."""
    best = float("inf")
    for _ in range(times):
        begin = time.process_time()
        extract(read_text(text))
        best = min(best, time.process_time() - begin)
    return best


def run() -> dict[str, dict[str, Any]]:
    """Entries of `make bench`."""
    extract(read_text(policy_text(1000)))  # the table of synonyms is read once
    results: dict[str, dict[str, Any]] = {}
    single = 0.0
    for factor, times in ((1, 7), (10, 3), (100, 1)):
        text = policy_text(10_000 * factor)
        taken = seconds(text, times) * 1000 * 10_000 / len(text)
        single = single or taken
        results[f"extraction: 10,000 characters, text of {factor}×"] = _entry(taken, "ms", BAR_MS)
    results["extraction: 100× against 1×, per character"] = _entry(taken / single, "times", 2.0)
    for name, text in HURTFUL.items():
        per_10k = seconds(text, 1) * 1000 * 10_000 / len(text)  # once: what was judged before is remembered
        results[f"extraction: {name}, per 10,000 characters"] = _entry(per_10k, "ms", 10 * BAR_MS)
    return results


def _entry(value: float, unit: str, bar: float) -> dict[str, Any]:
    return {"value": round(value, 2), "unit": unit, "bar": bar, "better": "lower"}


HURTFUL = {
    "one endless sentence": "对在本市注册的企业给予奖励，" * 3000,
    "one endless line of digits": "0799" * 10_000,
    "opening brackets": "（《" * 20_000,
    "nothing but marks": "一、（一）1.①" * 4000,
    "nothing but labels": "申报条件：\n" * 6000,
    "nothing but amounts": "最高不超过5万至10万元、" * 3000,
    "nothing but titles": "根据《甲办法》（甲〔2024〕1号）、" * 2500,
    "nothing but spaces": "申 报\t条 件　" * 5000,
}

if __name__ == "__main__":
    for label, entry in run().items():
        print(f"{label:60s} {entry['value']:10.2f} {entry['unit']:6s} bar {entry['bar']}")
