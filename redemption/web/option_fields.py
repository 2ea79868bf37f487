"""The options of a plug-in as form fields, from its own schema, and back from what was typed."""

import json
from collections.abc import Mapping
from typing import Any

from marshmallow import fields, missing

from redemption.kernel.errors import Invalid


def option_fields(plugin: Any) -> list[dict[str, Any]]:
    """What to ask for: name, label, kind (text, checkbox, json, password), required, default."""
    listed = []
    for name, field in plugin.Options().fields.items():
        kind = "checkbox" if isinstance(field, fields.Boolean) else "text"
        kind = "json" if isinstance(field, fields.Dict) else kind
        kind = "password" if name in plugin.secret_options else kind
        default = "" if field.load_default is missing else field.load_default
        default = f"{default:g}" if isinstance(default, float) else default
        if kind == "json":
            default = json.dumps(default, ensure_ascii=False, indent=1) if default else ""
        word = field.metadata.get("description", name)
        listed.append(
            {"name": name, "label": word, "kind": kind, "required": field.required, "default": default}
        )
    return listed


def typed_options(plugin: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Options as typed: empty boxes are left to the schema's defaults. Invalid where JSON is none."""
    made: dict[str, Any] = {}
    for field in option_fields(plugin):
        text = str(values.get(field["name"], "")).strip()
        if field["kind"] == "checkbox":
            made[field["name"]] = text == "1"
        elif text and field["kind"] == "json":
            try:
                made[field["name"]] = json.loads(text)
            except ValueError:
                raise Invalid.field(field["name"], "应是一个 JSON 对象，请检查括号、引号和逗号。") from None
        elif text:
            made[field["name"]] = text
    return made


def options_shown(plugin: Any, options: Mapping[str, Any], has_secrets: bool) -> list[tuple[str, str]]:
    """(label, value) of what is set; a secret never shows more than that it is there."""
    listed = []
    for name, field in plugin.Options().fields.items():
        word = field.metadata.get("description", name)
        if name in plugin.secret_options:
            listed.append((word, "已加密保存" if has_secrets else "未设置"))
        else:
            listed.append((word, _shown(options.get(name, field.load_default))))
    return listed


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        return "；".join(f"{name} → {_shown(inner)}" for name, inner in value.items())
    return "" if value is None or value is missing else str(value)
