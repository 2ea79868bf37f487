"""No English of the library reaches a person or a program."""

import re

import marshmallow as ma
import pytest
from marshmallow import validate

from redemption.web.sentences import in_chinese

ENGLISH = re.compile(r"[A-Za-z]{4,}")


class Everything(ma.Schema):
    string = ma.fields.String(required=True)
    integer = ma.fields.Integer(validate=validate.Range(1, 5))
    least = ma.fields.Integer(validate=validate.Range(min=1))
    most = ma.fields.Integer(validate=validate.Range(max=5))
    number = ma.fields.Float()
    amount = ma.fields.Decimal()
    flag = ma.fields.Boolean()
    listed = ma.fields.List(ma.fields.String(), validate=validate.Length(max=1))
    mapping = ma.fields.Dict()
    nested = ma.fields.Nested(lambda: Everything(only=("string",)))
    day = ma.fields.Date()
    moment = ma.fields.AwareDateTime()
    mail = ma.fields.Email()
    link = ma.fields.URL()
    identity = ma.fields.UUID()
    chosen = ma.fields.String(validate=validate.OneOf(["乙", "丙"]))
    short = ma.fields.String(validate=validate.Length(min=2, max=3))
    exact = ma.fields.String(validate=validate.Length(equal=2))
    pattern = ma.fields.String(validate=validate.Regexp("^x$"))


WRONG = {
    "string": [1, None, ...],
    "integer": ["x", 9, None],
    "least": [0],
    "most": [9],
    "number": ["x", "nan"],
    "amount": ["x", "NaN"],
    "flag": ["x"],
    "listed": ["x", ["一", "二"]],
    "mapping": ["x"],
    "nested": ["x", {}],
    "day": ["x"],
    "moment": ["x", "2026-01-01T00:00:00"],
    "mail": ["x"],
    "link": ["x"],
    "identity": ["x"],
    "chosen": ["甲"],
    "short": ["一", "一二三四"],
    "exact": ["一"],
    "pattern": ["y"],
    "nobody": [1],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values]
)
def test_every_refusal_is_said_in_chinese(name, value):
    from redemption.web.sentences import flat

    given = {"string": "x", **({} if value is ... else {name: value})}
    if value is ...:
        given.pop(name)
    with pytest.raises(ma.ValidationError) as caught:
        Everything().load(given)
    for _, sentence in flat(caught.value.messages):
        left = sentence.replace("https", "").replace("true", "").replace("false", "")
        assert not ENGLISH.search(left), sentence


def test_a_sentence_of_our_own_stays():
    assert in_chinese("请填写事项名称。") == "请填写事项名称。"
