"""The unified social credit code (统一社会信用代码, GB 32100-2015): is it one, and if not, why not.

1 registering authority · 2 kind of body · 3–8 region · 9–17 organisation code with a check of its own
(GB 11714) · 18 check character over the seventeen before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from stdnum.cn import uscc as gb32100

from redemption.kernel.errors import Invalid

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
KINDS = {
    "1": "1239",  # 机构编制
    "2": "19",  # 外交
    "3": "123459",  # 司法行政
    "4": "19",  # 文化
    "5": "1239",  # 民政
    "6": "129",  # 旅游
    "7": "129",  # 宗教
    "8": "19",  # 工会
    "9": "123",  # 市场监督管理（原工商）
    "A": "19",  # 军队
    "N": "1239",  # 农业
    "Y": "1",  # 其他
}
"""Registering authority → the kinds of body it registers."""

_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_INVISIBLE = re.compile(r"[\s\-‐-―−\u200b-\u200f\u2060\ufeff]")


class Rule(Enum):
    """The rules, in the order in which they are checked."""

    LENGTH = "uscc_length"
    CHARACTER = "uscc_character"
    KIND = "uscc_kind"
    REGION = "uscc_region"
    ORGANISATION = "uscc_organisation_check"
    CHECK = "uscc_check"


@dataclass(frozen=True)
class Fault:
    """The first rule a code breaks, and what to tell who typed it."""

    rule: Rule
    message: str


def normalise(text: str) -> str:
    """Narrow, upper case, without spaces and hyphens. Says nothing about whether it is a code."""
    return _INVISIBLE.sub("", text.translate(_WIDE)).upper()


def fault_of(text: str) -> Fault | None:
    """Which rule a typed code breaks first; None if it is a valid one."""
    code = normalise(text)
    if len(code) != 18:
        return Fault(Rule.LENGTH, f"统一社会信用代码应为18位，您填写的是{len(code)}位，请核对营业执照。")
    for place, char in enumerate(code, 1):
        if char not in ALPHABET:
            hint = (
                "（代码中不使用字母 I、O、S、V、Z，请核对是否为数字 1、0、5、2）" if char in "IOSVZ" else ""
            )
            return Fault(Rule.CHARACTER, f"统一社会信用代码第{place}位“{char}”不是允许的字符{hint}。")
    if code[1] not in KINDS.get(code[0], ""):
        return Fault(Rule.KIND, f"统一社会信用代码前两位“{code[:2]}”不是有效的登记机关和机构类别，请核对。")
    if not code[2:8].isdigit():
        return Fault(Rule.REGION, f"统一社会信用代码第3至8位“{code[2:8]}”应为6位数字的行政区划码，请核对。")
    if organisation_check(code[8:16]) != code[16]:
        return Fault(
            Rule.ORGANISATION, "统一社会信用代码第9至17位（组织机构代码）校验不符，可能有一位填错，请核对。"
        )
    if gb32100.calc_check_digit(code[:17]) != code[17]:
        return Fault(Rule.CHECK, "统一社会信用代码最后一位校验不符，可能有一位填错或两位颠倒，请核对。")
    return None


def is_uscc(text: str) -> bool:
    """Whether a typed code is valid once normalised."""
    return fault_of(text) is None


def require_uscc(text: str, field: str = "uscc") -> str:
    """The normalised code. Invalid with the broken rule as code and the sentence at `field`."""
    fault = fault_of(text)
    if fault:
        raise Invalid.field(field, fault.message, code=fault.rule.value)
    return normalise(text)


def organisation_check(body: str) -> str:
    """The ninth character of an organisation code (GB 11714) from its first eight."""
    total = sum(int(char, 36) * weight for char, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def make_uscc(serial: int, *, region: str = "110000", kind: str = "91") -> str:
    """A valid code for demonstration data and tests: the same for the same arguments.

    Args:
        serial: 0 … 9 999 999, becomes part of the organisation code.
        region: six digits; kind: the first two positions.
    """
    body = f"Y{serial:07d}"
    stem = f"{kind}{region}{body}{organisation_check(body)}"
    code = stem + gb32100.calc_check_digit(stem)
    fault = fault_of(code)
    if fault:
        raise ValueError(
            f"no code from serial={serial}, region={region!r}, kind={kind!r}: {fault.rule.value}"
        )
    return code
