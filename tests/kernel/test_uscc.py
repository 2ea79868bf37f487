import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as gb32100

from redemption.kernel.errors import Invalid
from redemption.kernel.uscc import ALPHABET, Rule, fault_of, is_uscc, make_uscc, normalise, require_uscc

REAL = ["11442000557288830U", "91110108551385082Q"]


def rule(text: str) -> Rule | None:
    fault = fault_of(text)
    return fault and fault.rule


@pytest.mark.parametrize("code", REAL)
def test_real_codes(code):
    assert is_uscc(code)
    assert require_uscc(code) == code


def test_typed_in_other_ways():
    assert require_uscc(" 9111 0108-5513 8508 2q ") == REAL[1]
    assert require_uscc("９１１１０１０８５５１３８５０８２Ｑ") == REAL[1]
    assert normalise("9111\u200b0108\u30005513") == "911101085513"


@pytest.mark.parametrize(
    ("code", "broken"),
    [
        ("", Rule.LENGTH),
        ("91110108551385082", Rule.LENGTH),
        ("91110108551385082QQ", Rule.LENGTH),
        ("9111O108551385082Q", Rule.CHARACTER),
        ("91110108551385082中", Rule.CHARACTER),
        ("9111０1085513850８２Q"[:17] + "?", Rule.CHARACTER),
        ("94110108551385082Q", Rule.KIND),
        ("B1110108551385082Q", Rule.KIND),
        ("9111010A551385082Q", Rule.REGION),
        ("91110108551385083Q", Rule.ORGANISATION),
        ("91110109551385082Q", Rule.CHECK),
        ("91110108551385082R", Rule.CHECK),
    ],
)
def test_which_rule_fails(code, broken):
    assert rule(code) is broken
    with pytest.raises(Invalid) as refused:
        require_uscc(code, "applicant.uscc")
    assert refused.value.code == broken.value
    assert refused.value.fields == {"applicant.uscc": [refused.value.message]}


def test_the_letter_that_looks_like_a_digit_is_named():
    fault = fault_of("9111O108551385082Q")
    assert fault is not None
    assert "第5位“O”" in fault.message


@given(st.integers(0, 9_999_999), st.integers(0, 999_999), st.sampled_from(["11", "91", "92", "N2", "Y1"]))
def test_made_codes_are_valid(serial, region, kind):
    code = make_uscc(serial, region=f"{region:06d}", kind=kind)
    assert is_uscc(code)
    assert code == make_uscc(serial, region=f"{region:06d}", kind=kind)
    if kind.isdigit():
        assert gb32100.is_valid(code)


def test_no_code_is_made_that_is_none():
    for arguments in ({"serial": 10_000_000}, {"serial": 1, "region": "11"}, {"serial": 1, "kind": "94"}):
        with pytest.raises(ValueError, match=r"zip|no code"):
            make_uscc(**arguments)


@given(st.integers(0, 9_999_999), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_caught(serial, place, char):
    code = make_uscc(serial)
    typed = code[:place] + char + code[place + 1 :]
    assert is_uscc(typed) is (typed == code)


@given(st.integers(0, 9_999_999), st.integers(0, 16))
def test_two_neighbours_swapped_are_always_caught(serial, place):
    code = make_uscc(serial, region="110108")
    typed = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert is_uscc(typed) is (typed == code)


@given(st.text(max_size=20))
def test_anything_may_be_typed(text):
    assert is_uscc(text) is (rule(text) is None)
