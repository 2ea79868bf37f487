"""What another system sends us as JSON, signed over its raw bytes: read as it came, then checked by a schema."""

import json
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError

from redemption.kernel.errors import Invalid, TooLarge
from redemption.web.sentences import flat


def raw_body(most: int) -> bytes:
    """The bytes of the request. TooLarge beyond `most`."""
    if (request.content_length or 0) > most:
        raise TooLarge(f"内容不超过 {most // 1024} KB。")
    return request.get_data(cache=True)


def read_body(raw: bytes, schema: Schema) -> dict[str, Any]:
    """A JSON object as `schema` loads it.

    Raises:
        Invalid: `json_invalid`, or `invalid` with a sentence for each field.
    """
    try:
        given = json.loads(raw)
    except ValueError:
        raise Invalid("请求内容不是有效的 JSON。", code="json_invalid") from None
    if not isinstance(given, dict):
        raise Invalid("请求内容应为一个 JSON 对象。", code="json_invalid")
    try:
        return dict(schema.load(given))
    except ValidationError as error:
        fields: dict[str, list[str]] = {}
        for name, sentence in flat(error.messages):
            fields.setdefault(name, []).append(sentence)
        raise Invalid("内容有误，请按提示修改。", fields=fields) from None
