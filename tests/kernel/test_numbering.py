from datetime import date
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from stdnum.iso7064 import mod_97_10

from redemption.kernel.errors import Invalid
from redemption.kernel.numbering import (
    CODE_ALPHABET,
    application_number,
    document_number,
    read_number,
    read_verification_code,
    referral_number,
    submission_number,
    verification_code,
)

DAY = date(2026, 11, 22)


def number_of(prefix: str, day: date, count: int) -> str:
    stem = f"{prefix}{day:%y%m%d}{count:06d}"
    return f"{prefix}-{day:%y%m%d}-{count:06d}-{mod_97_10.calc_check_digits(stem)}"


numbers = st.builds(
    number_of,
    st.from_regex(r"[0-9A-Z]{1,12}", fullmatch=True),
    st.dates(date(2020, 1, 1), date(2099, 12, 31)),
    st.integers(1, 999_999),
)


def test_submissions_are_numbered_one_after_the_other(session):
    first, second = (submission_number(session, "110108", DAY) for _ in range(2))
    assert first.startswith("110108-261122-")
    assert int(second.split("-")[2]) == int(first.split("-")[2]) + 1
    assert read_number(first) == first
    assert referral_number(session, DAY).startswith("ZB-261122-")


def test_the_count_starts_again_at_a_million(session):
    before = session.scalar(text("SELECT nextval('submission_number_seq')"))
    try:
        session.execute(text("SELECT setval('submission_number_seq', 1000000)"))
        assert submission_number(session, "110108", DAY) == number_of("110108", DAY, 1)
    finally:  # no rollback undoes this
        session.execute(text("SELECT setval('submission_number_seq', :before)"), {"before": before})


def test_applications_carry_their_place():
    submission = number_of("110108", DAY, 457)
    assert application_number(submission, 1) == f"{submission}-01"
    assert read_number(f"{submission}-12") == f"{submission}-12"
    for place in (0, 100):
        with pytest.raises(ValueError, match="99"):
            application_number(submission, place)


def test_a_prefix_is_letters_and_digits(session):
    for prefix in ("", "hd", "京海", "1" * 13, "A-B"):
        with pytest.raises(ValueError, match="prefix"):
            submission_number(session, prefix, DAY)


@given(numbers, st.none() | st.integers(1, 99))
def test_numbers_are_read_however_they_are_written(number, place):
    number = number if place is None else application_number(number, place)
    assert read_number(number) == number
    assert read_number(f"  {number.lower().replace('-', ' - ')}\n") == number
    assert read_number(number.replace("-", "—")) == number
    assert read_number("".join(chr(ord(char) + 0xFEE0) for char in number)) == number


def test_a_number_without_its_hyphens():
    number = number_of("110108", DAY, 457)
    run_together = number.replace("-", "")
    assert read_number(run_together) == number
    assert read_number(f"{run_together[:-2]} {run_together[-2:]} 01") == f"{number}-01"
    for mistyped in (f"{run_together}01", f"{number}-00", f"{number}-1", f"{number}-0A", f"{number}-001"):
        with pytest.raises(Invalid):
            read_number(mistyped)


@given(numbers, st.data())
def test_one_wrong_digit_is_caught(number, data):
    places = [place for place, char in enumerate(number) if char.isdigit()]
    place = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from([char for char in "0123456789" if char != number[place]]))
    with pytest.raises(Invalid) as refused:
        read_number(number[:place] + digit + number[place + 1 :])
    with pytest.raises(Invalid):
        read_number((number[:place] + digit + number[place + 1 :]).replace("-", ""))
    assert refused.value.code == "number_mistyped"


@given(numbers, st.data())
def test_two_neighbours_swapped_are_caught(number, data):
    pairs = [
        at for at in range(len(number) - 1) if number[at : at + 2].isdigit() and number[at] != number[at + 1]
    ]
    if not pairs:
        return
    at = data.draw(st.sampled_from(pairs))
    with pytest.raises(Invalid):
        read_number(number[:at] + number[at + 1] + number[at] + number[at + 2 :])


@pytest.mark.parametrize("text", ["", "-", "110108", "11010826112200045700", "中文", "1" * 200])
def test_what_is_no_number(text):
    with pytest.raises(Invalid):
        read_number(text)


def test_verification_codes():
    code = verification_code()
    assert len(code) == 19
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
    assert not set("0O1IL2Z5S8BU") & set(CODE_ALPHABET)
    assert len(CODE_ALPHABET) == len(set(CODE_ALPHABET)) == 22
    assert len({verification_code() for _ in range(200)}) == 200
    assert read_verification_code(code.lower().replace("-", " ")) == code
    for typed in ("", code[:-1], code + "A", "0" + code[1:], "中" * 16):
        with pytest.raises(Invalid) as refused:
            read_verification_code(typed)
        assert refused.value.code == "code_mistyped"


def test_document_numbers_are_counted_for_each_department_kind_and_year(session):
    def ask(department="QFG", kind="acceptance", year=2026):
        return document_number(session, department=department, kind=kind, mark="青发改受", year=year)

    assert [ask(), ask(), ask(year=2027), ask(kind="denial"), ask(department="QKW"), ask()] == [
        "青发改受〔2026〕1号",
        "青发改受〔2026〕2号",
        "青发改受〔2027〕1号",
        "青发改受〔2026〕1号",
        "青发改受〔2026〕1号",
        "青发改受〔2026〕3号",
    ]


def test_a_document_number_that_is_rolled_back_is_given_again(session):
    arguments = {"department": "QFG", "kind": "acceptance", "mark": "青发改受", "year": 2026}
    document_number(session, **arguments)
    undone = session.begin_nested()
    assert document_number(session, **arguments) == "青发改受〔2026〕2号"
    undone.rollback()
    assert document_number(session, **arguments) == "青发改受〔2026〕2号"


def test_many_at_once_get_different_document_numbers_without_gaps(fresh_database):
    given_out: list[str] = []

    def work() -> None:
        for _ in range(10):
            with fresh_database.sessions.begin() as session:
                given_out.append(
                    document_number(session, department="QFG", kind="acceptance", mark="青", year=2026)
                )

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given_out) == sorted(f"青〔2026〕{n}号" for n in range(1, 41))


def test_a_submission_number_does_not_wait_for_another_commit(fresh_database):
    with fresh_database.sessions.begin() as first:
        one = submission_number(first, "110108", DAY)
        with fresh_database.sessions.begin() as second:
            second.execute(text("SET LOCAL lock_timeout = '200ms'"))
            assert submission_number(second, "110108", DAY) != one
