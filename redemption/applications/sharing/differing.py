"""What a registry says otherwise than the enterprise declared (pure). Both values are kept; a person judges."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from redemption.applications.sharing.rules import RECORD_NAMES
from redemption.catalogue.vocabulary import ATTRIBUTES, Kind, value_text
from redemption.kernel import clock

_LOOSE = ("address",)
"""Written differently by everybody: shown, never compared."""


def label_of(name: str) -> str:
    """What a fact is called on a page."""
    if name in RECORD_NAMES:
        return RECORD_NAMES[name]
    return ATTRIBUTES[name].label if name in ATTRIBUTES else name


def text_of(name: str, value: Any) -> str:
    """A fact as a person reads it."""
    if value is None or value == "":
        return "—"
    if name == "tax_arrears":
        return "有欠税" if value else "无欠税"
    attribute = ATTRIBUTES.get(name)
    if attribute is None or name in RECORD_NAMES:
        return _day(value)
    if attribute.kind is Kind.QUALIFICATIONS:
        return "、".join(_held(attribute.choices, one) for one in value) or "没有"
    try:
        return str(value_text(attribute, value))
    except (ValueError, TypeError, KeyError):
        return str(value)


def plain(facts: Mapping[str, Any], allowed: tuple[str, ...]) -> dict[str, Any]:
    """The facts of an answer that have the shape their name asks for; the rest is left out."""
    return {name: facts[name] for name in allowed if name in facts and _fits(name, facts[name])}


def found(facts: Mapping[str, Any], declared: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Fact → (declared, registered), for everything that was declared and is registered otherwise."""
    made: dict[str, tuple[Any, Any]] = {}
    for name, value in facts.items():
        if name == "tax_arrears":
            if value:
                made[name] = ("", text_of(name, value))
            continue
        said = declared.get(name)
        if name in _LOOSE or said in (None, "", []):
            continue
        if name == "qualifications":
            lacking = _codes(said) - _codes(value)
            if lacking:
                made[name] = (text_of(name, said), text_of(name, value))
        elif not same(said, value):
            made[name] = (text_of(name, said), text_of(name, value))
    return made


def same(one: Any, other: Any) -> bool:
    """Whether two values mean the same, however they are written: 100000 and 100000.00, a day and its text."""
    if isinstance(one, dt.date):
        one = one.isoformat()
    if isinstance(one, bool) or isinstance(other, bool):
        return bool(one) is bool(other)
    try:
        return Decimal(str(one)) == Decimal(str(other))
    except InvalidOperation:
        return "".join(str(one).split()) == "".join(str(other).split())


def _fits(name: str, value: Any) -> bool:
    if name == "tax_arrears":
        return isinstance(value, bool)
    if name in RECORD_NAMES:
        if name == "founded_on":
            return _is_day(value)
        return isinstance(value, str) and 0 < len(value) <= 200
    attribute = ATTRIBUTES[name]
    match attribute.kind:
        case Kind.FLAG:
            return isinstance(value, bool)
        case Kind.CHOICE:
            return isinstance(value, str) and value in attribute.choices
        case Kind.QUALIFICATIONS:
            return isinstance(value, list) and all(
                isinstance(one, Mapping)
                and one.get("code") in attribute.choices
                and (not one.get("valid_until") or _is_day(one["valid_until"]))
                for one in value
            )
        case Kind.NUMBER | Kind.MONEY:
            return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**15
    return False


def _is_day(value: Any) -> bool:
    try:
        dt.date.fromisoformat(value)
    except (ValueError, TypeError):
        return False
    return True


def _day(value: Any) -> str:
    return clock.day_text(dt.date.fromisoformat(value)) if _is_day(value) else str(value)


def _codes(value: Any) -> set[str]:
    return {str(one.get("code")) for one in value if isinstance(one, Mapping)}


def _held(choices: Mapping[str, str], one: Mapping[str, Any]) -> str:
    until = f"（有效期至{_day(one['valid_until'])}）" if one.get("valid_until") else ""
    return f"{choices.get(str(one.get('code')), str(one.get('code')))}{until}"
