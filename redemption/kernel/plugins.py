"""Classes that other packages may bring: found by entry-point group, with options checked by their own schema.

A plug-in class has `code`, `title`, `Options` (a schema with `validate`) and `secret_options`, the names of options
that are kept encrypted. What it does is said by the port that names the group.
"""

import logging
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from redemption.kernel.errors import Invalid

log = logging.getLogger(__name__)


@cache
def known(group: str) -> Mapping[str, Any]:
    """Every installed class of a group by its code; one that does not load is left out and logged."""
    found: dict[str, Any] = {}
    for point in entry_points(group=group):
        try:
            found[point.name] = point.load()
        except Exception:
            log.exception("%s of %s does not load", point.name, group)
    return found


def find(group: str, code: str) -> Any:
    """The class of a code. Invalid `adapter_unknown` if none is installed."""
    found = known(group).get(code)
    if found is None:
        names = "、".join(sorted(known(group)))
        raise Invalid.field(
            "adapter", f"没有安装名为“{code}”的对接方式，可选：{names}。", code="adapter_unknown"
        )
    return found


def load_options(plugin: Any, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Check options against the class's schema: (plain options, secret options).

    Raises:
        Invalid: `options_invalid` with a sentence for each wrong option.
    """
    faults = plugin.Options().validate(dict(given))
    if faults:
        fields = {str(name): _sentences(said) for name, said in faults.items()}
        raise Invalid("对接参数有误，请按提示修改。", code="options_invalid", fields=fields)
    plain = dict(given)
    secret = {name: str(plain.pop(name)) for name in plugin.secret_options if plain.get(name)}
    return plain, secret


def _sentences(said: Any) -> list[str]:
    if isinstance(said, str):
        return [said]
    if isinstance(said, Mapping):
        return [f"{name}：{text}" for name, inner in said.items() for text in _sentences(inner)]
    return [text for inner in said for text in _sentences(inner)]
