"""What the extractor proposes, in the words of the vocabulary, so that a person can confirm it. Pure.

The extractor names things as texts do (fractions, 高新技术企业, 本市); conditions compute on attributes, percentages
and codes. What has no attribute here becomes a condition that only people judge: it is offered, never dropped and
never given a wrong value.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from redemption.catalogue import checking, vocabulary
from redemption.catalogue.vocabulary import HERE, LEGAL_FORMS, QUALIFICATIONS

Leaf = dict[str, Any]
_CODES = {name: code for code, name in QUALIFICATIONS.items()} | {
    "专精特新小巨人": "little_giant",
    "制造业单项冠军": "champion",
}
_FORMS = {name: code for code, name in LEGAL_FORMS.items()}


def adopted(proposed: Any) -> dict[str, Any]:
    """Proposed conditions with every leaf in the vocabulary; `{}` for none."""
    if not isinstance(proposed, Mapping) or not proposed:
        return {}
    for kind in ("all", "any"):
        if isinstance(proposed.get(kind), list):
            return {kind: [adopted(child) for child in proposed[kind]]}
    if "not" in proposed:
        return {"not": adopted(proposed["not"])}
    return _leaf(proposed)


def _leaf(proposed: Mapping[str, Any]) -> Leaf:
    source = {name: proposed[name] for name in ("text", "span") if name in proposed}
    change = _CHANGES.get(str(proposed.get("attribute")))
    made = change(proposed) if change else {k: v for k, v in proposed.items() if k not in source}
    if made is not None and not checking.check(made):
        return made | source
    return {"manual": True, "text": str(proposed.get("text") or "由审批部门判断的条件")} | source


def _place(attribute: str) -> Callable[[Mapping[str, Any]], Leaf | None]:
    def change(leaf: Mapping[str, Any]) -> Leaf | None:
        named = [HERE] if leaf.get("value") == "local" else leaf.get("value")
        return {"attribute": attribute, "op": "within", "value": named}

    return change


def _percent(leaf: Mapping[str, Any]) -> Leaf | None:
    """The extractor's shares are fractions of one."""
    value = leaf.get("value")
    if not vocabulary.is_number(value):
        return None
    share = Decimal(str(value)) * (100 if abs(value) <= 1 else 1)  # type: ignore[arg-type]
    plain = int(share) if share == share.to_integral_value() else float(share)
    return {"attribute": leaf["attribute"], "op": leaf.get("op"), "value": plain}


def _qualification(leaf: Mapping[str, Any]) -> Leaf | None:
    name = str(leaf.get("value"))
    if name == "外商投资企业":
        return {"attribute": "ownership", "op": "in", "value": ["foreign"]}
    return (
        {"attribute": "qualifications", "op": "holds_any", "value": [_CODES[name]]}
        if name in _CODES
        else None
    )


def _legal_form(leaf: Mapping[str, Any]) -> Leaf | None:
    names = leaf.get("value")
    if not isinstance(names, list) or any(name not in _FORMS and name not in LEGAL_FORMS for name in names):
        return None
    return {"attribute": "legal_form", "op": "in", "value": [_FORMS.get(name, name) for name in names]}


def _credit(leaf: Mapping[str, Any]) -> Leaf | None:
    if leaf.get("value") is not False:
        return None
    return {"attribute": "credit_status", "op": "not_in", "value": ["abnormal", "dishonest"]}


def _renamed(attribute: str) -> Callable[[Mapping[str, Any]], Leaf | None]:
    return lambda leaf: {"attribute": attribute, "op": leaf.get("op"), "value": leaf.get("value")}


_CHANGES: dict[str, Callable[[Mapping[str, Any]], Leaf | None]] = {
    "registered_region": _place("jurisdiction"),
    "tax_region": _place("tax_region"),
    "qualification": _qualification,
    "legal_form": _legal_form,
    "discredited": _credit,
    "legal_person": _renamed("independent_legal_person"),
    "rd_spending": _renamed("rd_expense"),
    "ip_count": _renamed("intellectual_property"),
    "rd_share": _percent,
    "rd_staff_share": _percent,
    "revenue_growth": _percent,
}
