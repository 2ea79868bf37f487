from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redemption.kernel.errors import Invalid
from redemption.kernel.money import LIMIT, parse_amount, parse_upper, to_fen, upper_text, yuan_full, yuan_text

amounts = st.integers(0, 10**18 - 1).map(lambda fen: Decimal(fen) / 100) | st.integers(0, 10**8).map(
    lambda fen: Decimal(fen) / 100
)
# round figures with many zeros are where capitals and short forms go wrong
sparse = st.dictionaries(st.integers(0, 17), st.integers(0, 9), max_size=4).map(
    lambda digits: Decimal(sum(digit * 10**place for place, digit in digits.items())) / 100
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0元"),
        ("0.5", "0.50元"),
        ("3500", "3,500元"),
        ("10000", "1万元"),
        ("12345.67", "12,345.67元"),
        ("12345", "12,345元"),
        ("35000", "3.5万元"),
        ("200000", "20万元"),
        ("123400", "12.34万元"),
        ("123456", "123,456元"),
        ("15000000", "1,500万元"),
        ("150000000", "1.5亿元"),
        ("100010000", "1.0001亿元"),
        ("100000100", "10,000.01万元"),
        ("-200000", "-20万元"),
    ],
)
def test_short_texts(value, text):
    assert yuan_text(Decimal(value)) == text


def test_full_text_and_rounding():
    assert yuan_full(Decimal("200000")) == "200,000.00元"
    assert to_fen(Decimal("0.005")) == Decimal("0.01")
    with pytest.raises(TypeError):
        to_fen(0.1)  # type: ignore[arg-type]


# the amounts and spellings given as examples in the rules for bills, and the borders of the groups
@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1409.50", "壹仟肆佰零玖元伍角"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("1000000", "壹佰万元整"),
        ("10", "壹拾元整"),
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.30", "叁角"),
        ("100000000", "壹亿元整"),
        ("100005000", "壹亿零伍仟元整"),
        ("100000001", "壹亿零壹元整"),
        ("10000001", "壹仟万零壹元整"),
        ("1000000000000", "壹万亿元整"),
        ("-20", "负贰拾元整"),
    ],
)
def test_capitals(value, text):
    assert upper_text(Decimal(value)) == text
    assert parse_upper(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("人民币壹仟陆佰捌拾元零叁角贰分", "1680.32"),
        ("壹拾万零柒仟元零伍角叁分", "107000.53"),
        ("拾万元整", "100000"),
        ("壹佰万圆正", "1000000"),
        ("一百二十万元", "1200000"),
        ("壹仟肆佰零玖元伍角整", "1409.5"),
    ],
)
def test_other_spellings_that_the_rules_allow(text, value):
    assert parse_upper(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "整",
        "负",
        "元",
        "壹佰",
        "壹佰万万元",
        "壹佰伍元整",
        "零零元整",
        "壹壹元",
        "万元",
        "壹佰零元整",
        "零元叁角",
        "壹角贰",
    ],
)
def test_what_is_no_amount_in_capitals(text):
    with pytest.raises(Invalid) as refused:
        parse_upper(text)
    assert refused.value.code == "amount_unreadable"


@given(amounts | sparse)
def test_capitals_come_back(amount):
    assert parse_upper(upper_text(amount)) == amount
    assert parse_amount(upper_text(amount)) == amount


@given(amounts | sparse)
def test_short_and_full_texts_come_back(amount):
    assert parse_amount(yuan_text(amount)) == amount
    assert parse_amount(yuan_full(amount)) == amount


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("200000", "200000"),
        (" 200,000.00 ", "200000"),
        ("200 000", "200000"),
        ("２０万", "200000"),
        ("２００，０００．５０元", "200000.5"),
        ("￥20万元", "200000"),
        ("人民币20万元整", "200000"),
        ("1.5亿", "150000000"),
        ("1亿2000万元", "120000000"),
        ("3万5000元", "35000"),
        ("5百万", "5000000"),
        ("2千元", "2000"),
        ("1.2万亿元", "1200000000000"),
        ("贰拾万元整", "200000"),
        ("0", "0"),
    ],
)
def test_typed_amounts(text, value):
    assert parse_amount(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "amount_unreadable"),
        ("元", "amount_unreadable"),
        ("约20万", "amount_unreadable"),
        ("20-30万", "amount_unreadable"),
        ("1万5", "amount_unreadable"),
        ("5000元3万", "amount_unreadable"),
        ("2000万1亿元", "amount_unreadable"),
        ("20,00", "amount_unreadable"),
        ("1e5", "amount_unreadable"),
        ("10²", "amount_unreadable"),
        ("1.2.3", "amount_unreadable"),
        ("NaN", "amount_unreadable"),
        ("-5", "amount_negative"),
        ("－5万", "amount_negative"),
        ("0.001", "amount_too_precise"),
        ("0.1234567万", "amount_too_precise"),
        ("9" * 17, "amount_too_large"),
        ("9" * 400, "amount_too_large"),
    ],
)
def test_typed_amounts_that_are_refused(text, code):
    with pytest.raises(Invalid) as refused:
        parse_amount(text)
    assert refused.value.code == code


def test_capitals_end_where_the_columns_end():
    assert upper_text(LIMIT - Decimal("0.01")).startswith("玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿")
    with pytest.raises(ValueError):
        upper_text(LIMIT)


@given(st.text(alphabet="0123456789.,，万亿元千百十零壹贰拾佰仟角分整负 -", max_size=12))
def test_whatever_is_typed_is_an_amount_or_a_sentence(text):
    try:
        amount = parse_amount(text)
    except Invalid:  # any other exception fails the test
        return
    assert 0 <= amount < LIMIT
