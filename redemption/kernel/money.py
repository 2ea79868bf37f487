"""Amounts of money: Decimal yuan, to the fen, never float.

Writing for people (20万元, 3,500元), in full (200,000.00元), in capitals for documents (贰拾万元整), and
reading what people type. The capitals follow the rules for filling in bills and settlement vouchers that
are annexed to 支付结算办法.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from redemption.kernel.errors import Invalid

FEN = Decimal("0.01")
WAN = Decimal(10_000)
YI = Decimal(100_000_000)
LIMIT = Decimal(10) ** 16
"""Amounts are smaller than this (一亿亿元): columns hold no more, and the capitals have no words for more."""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")


def to_fen(value: Decimal | int) -> Decimal:
    """Rounded half up to the fen: the last step of a calculation. TypeError for float."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise TypeError(f"money is Decimal, not {type(value).__name__}")
    return Decimal(value).quantize(FEN, ROUND_HALF_UP)


def yuan_text(value: Decimal | int) -> str:
    """For reading: 20万元, 1.5亿元, 3,500元, 12,345.67元. Never rounded beyond the fen: a figure that is not
    short in 万 or 亿 stays in yuan."""
    amount = to_fen(value)
    for unit, name, step in ((YI, "亿元", WAN), (WAN, "万元", Decimal(100))):
        if abs(amount) >= unit and amount % step == 0:
            return f"{_plain(amount / unit)}{name}"
    return f"{_plain(amount)}元" if amount == amount.to_integral_value() else f"{amount:,.2f}元"


def yuan_full(value: Decimal | int) -> str:
    """The whole figure with both decimals: 200,000.00元."""
    return f"{to_fen(value):,.2f}元"


def upper_text(value: Decimal | int) -> str:
    """In capitals, without the word 人民币: 壹佰万元整, 壹仟肆佰零玖元伍角. ValueError from 一亿亿元 on."""
    amount = to_fen(value)
    return ("负" if amount < 0 else "") + _capitals(abs(amount), zero_at_wan=False, zero_at_jiao=False)


def parse_upper(text: str) -> Decimal:
    """The amount that a text in capitals names; ordinary numerals (一百万元) are taken too.

    Takes every spelling that the rules allow (with or without 人民币, 整, the optional 零) and nothing that
    is merely similar: Invalid `amount_unreadable`.
    """
    plain = re.sub(r"\s", "", text).removeprefix("人民币").translate(_CAPITALS)
    match = _UPPER.fullmatch(plain)
    if match is None or not plain.strip("负整"):
        raise _unreadable(text)
    sign, whole, jiao, fen, _ = match.groups()
    amount = (
        Decimal(_loose(whole or "")) + Decimal(_loose(jiao or "")) / 10 + Decimal(_loose(fen or "")) / 100
    )
    if amount >= LIMIT or _comparable(plain.removeprefix("负")) not in _spellings(amount):
        raise _unreadable(text)
    return -amount if sign else amount


def parse_amount(text: str) -> Decimal:
    """What a person typed, as Decimal yuan to the fen.

    Takes 200000, 200,000.00, ２０万, 1.5亿元, 1亿2000万元, 贰拾万元整.
    Invalid with code `amount_unreadable`, `amount_negative`, `amount_too_precise` (below a fen) or
    `amount_too_large`; nothing is guessed or rounded.
    """
    plain = _typed(text)
    if not plain:
        raise Invalid("请填写金额，例如：200000 或 20万。", code="amount_unreadable")
    if plain.startswith(("-", "负")):
        raise Invalid("金额不能是负数，请填写大于或等于零的金额。", code="amount_negative")
    if re.search(r"[0-9]", plain) is None:
        amount = parse_upper(plain)
    else:
        amount = _pieces(plain, text)
    if amount != amount.quantize(FEN):
        raise Invalid("金额最多精确到分（两位小数），请修改。", code="amount_too_precise")
    return amount.quantize(FEN)


# --- writing ---------------------------------------------------------------------------------------------


def _plain(number: Decimal) -> str:
    """Thousands separated, no trailing zeros, no exponent."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _capitals(amount: Decimal, *, zero_at_wan: bool, zero_at_jiao: bool) -> str:
    """The rules leave two zeros free: between 万 and 仟 when the digit of 万 is 0 (壹拾万[零]柒仟元), and
    before 角 when the digit of 元 is 0 (壹仟陆佰捌拾元[零]叁角)."""
    if amount >= LIMIT:
        raise ValueError(f"no capitals for {amount}")
    yuan, fen = divmod(int(amount * 100), 100)
    jiao, fen = divmod(fen, 10)
    if not (yuan or jiao or fen):
        return "零元整"
    text = f"{_whole(yuan, zero_at_wan)}元" if yuan else ""
    if not (jiao or fen):
        return text + "整"
    if jiao:
        text += "零" if zero_at_jiao and yuan and yuan % 10 == 0 else ""
        text += f"{_DIGITS[jiao]}角"
    elif yuan:
        text += "零"
    return text + (f"{_DIGITS[fen]}分" if fen else "")


def _whole(number: int, zero_at_wan: bool) -> str:
    for unit, name in ((int(YI), "亿"), (int(WAN), "万")):
        high, low = divmod(number, unit)
        if high:
            text = _whole(high, zero_at_wan) + name
            if low and (low < unit // 10 or (zero_at_wan and high % 10 == 0)):
                text += "零"
            return text + (_whole(low, zero_at_wan) if low else "")
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _PLACES[place]
        gap = not digit
    return text


# --- reading ---------------------------------------------------------------------------------------------

_CAPITALS = str.maketrans(
    "〇一二两三四五六七八九十百千圆正貳陸萬億負", "零壹贰贰叁肆伍陆柒捌玖拾佰仟元整贰陆万亿负"
)
_UPPER = re.compile(
    rf"(负)?(?:([{_DIGITS}拾佰仟万亿]+)元)?零?(?:([{_DIGITS}])角)?零?(?:([{_DIGITS}])分)?(整)?"
)
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xFFE5: "¥", 0x2212: "-"}
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
_UNITS = {"": 1, "百": 100, "千": 1_000, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7}
_UNITS |= {"亿": 10**8, "十亿": 10**9, "百亿": 10**10, "千亿": 10**11, "万亿": 10**12}
_PIECE = re.compile(rf"({_NUMBER})((?:万亿|[十百千]?[万亿]|[百千])?)")


def _unreadable(text: str) -> Invalid:
    return Invalid(f"看不懂金额“{text[:40]}”，请填写数字，例如：200000 或 20万。", code="amount_unreadable")


def _typed(text: str) -> str:
    """Full-width characters made narrow (and only those: a superscript must not become a digit)."""
    plain = re.sub(r"(?<=[0-9])[ \u00a0](?=[0-9]{3}(?![0-9]))", ",", text.translate(_WIDE).strip())
    plain = re.sub(r"\s", "", plain)
    return re.sub(r"^(?:人民币|RMB|CNY|¥)+", "", plain, flags=re.IGNORECASE)


def _pieces(plain: str, typed: str) -> Decimal:
    """1亿2000万元: pieces of falling unit, each smaller than one of the unit before it."""
    body = re.sub(r"[元圆][整正]?$", "", plain)
    in_yuan = body != plain
    total, above, at = Decimal(0), LIMIT, 0
    while at < len(body):
        match = _PIECE.match(body, at)
        if match is None:
            raise _unreadable(typed)
        unit = Decimal(_UNITS[match[2]])
        value = Decimal(match[1].replace(",", "")) * unit
        if value >= above and at:
            raise _unreadable(typed)
        if at and unit == 1 and not in_yuan:  # 1万5 means 15,000 to one reader and 10,005 to the other
            raise _unreadable(typed)
        total, above, at = total + value, unit, match.end()
    if not body:
        raise _unreadable(typed)
    if total >= LIMIT:
        raise Invalid("金额超出系统可记录的范围，请核对单位（元、万元、亿元）。", code="amount_too_large")
    return total


def _loose(capitals: str) -> int:
    total = group = digit = 0
    for char in capitals:
        if char in _DIGITS:
            digit = _DIGITS.index(char)
        elif char in "拾佰仟":
            # 拾万元: ten without its one
            group += (digit or 1) * 10 ** _PLACES.index(char)
            digit = 0
        elif char == "万":
            group, digit = (group + digit) * 10**4, 0
        else:
            total, group, digit = (total + group + digit) * 10**8, 0, 0
    return total + group + digit


def _comparable(capitals: str) -> str:
    return re.sub(r"^壹拾", "拾", capitals.removesuffix("整"))


def _spellings(amount: Decimal) -> set[str]:
    free = (False, True)
    return {
        _comparable(_capitals(amount, zero_at_wan=wan, zero_at_jiao=jiao)) for wan in free for jiao in free
    }
