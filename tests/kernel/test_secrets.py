from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from redemption.kernel.errors import Gone, NotAllowed
from redemption.kernel.secrets import (
    SecretBox,
    SecretUnreadable,
    Signer,
    digest_token,
    mask_account,
    mask_id_number,
    mask_name,
    mask_phone,
    token,
)

OLD, NEW = "o" * 32, "n" * 32
NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)


@given(st.text(), st.text())
def test_what_is_sealed_opens_in_its_place(value, context):
    box = SecretBox([NEW])
    assert box.open(box.seal(value, context), context) == value


def test_a_secret_shows_nothing_and_is_never_the_same_twice():
    box = SecretBox([NEW])
    first, second = box.seal("6222020200112233445", "a"), box.seal("6222020200112233445", "a")
    assert first != second
    assert "6222" not in first


def test_a_secret_does_not_open_in_another_place():
    box = SecretBox([NEW])
    with pytest.raises(SecretUnreadable):
        box.open(box.seal("6222", "application:1:account"), "application:2:account")


def test_any_changed_character_is_noticed():
    box = SecretBox([NEW])
    sealed = box.seal("6222020200112233445", "a")
    for place in range(len(sealed)):
        changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
        with pytest.raises(SecretUnreadable):
            box.open(changed, "a")
    for broken in ("", "6222", "s1.x", "s1..", sealed[:-1], sealed + "=", sealed + "密"):
        with pytest.raises(SecretUnreadable):
            box.open(broken, "a")


def test_keys_rotate():
    sealed = SecretBox([OLD]).seal("6222", "a")
    both = SecretBox([NEW, OLD])
    assert both.open(sealed, "a") == "6222"
    assert not both.is_current(sealed)
    moved = both.rewrite(sealed, "a")
    assert both.is_current(moved)
    assert both.rewrite(moved, "a") == moved
    assert SecretBox([NEW]).open(moved, "a") == "6222"
    with pytest.raises(SecretUnreadable):
        SecretBox([NEW]).open(sealed, "a")


def test_keys_are_a_list_of_long_texts():
    for keys in ([], ["short"], "k" * 40):
        for kind in (SecretBox, Signer):
            with pytest.raises(ValueError, match="key"):
                kind(keys)


@time_machine.travel(NOON, tick=False)
@given(st.text())
def test_signed_values_come_back(value):
    signer = Signer([NEW])
    assert signer.unsign(signer.sign(value, NOON + timedelta(seconds=1), "download"), "download") == value


def test_signed_values_expire():
    signer = Signer([NEW])
    signed = signer.sign("17", NOON, "download")
    with time_machine.travel(NOON - timedelta(seconds=1), tick=False):
        assert signer.unsign(signed, "download") == "17"
    with time_machine.travel(NOON, tick=False), pytest.raises(Gone) as refused:
        signer.unsign(signed, "download")
    assert refused.value.code == "link_expired"


@time_machine.travel(NOON, tick=False)
def test_signed_values_cannot_be_changed_or_used_elsewhere():
    signer = Signer([NEW])
    signed = signer.sign("17", NOON + timedelta(hours=1), "download")
    with pytest.raises(NotAllowed):
        signer.unsign(signed, "upload")
    for place in range(len(signed)):
        changed = signed[:place] + ("A" if signed[place] != "A" else "B") + signed[place + 1 :]
        with pytest.raises(NotAllowed):
            signer.unsign(changed, "download")
    for broken in ("", ".", "..", "密.密.密", "17"):
        with pytest.raises(NotAllowed):
            signer.unsign(broken, "download")
    assert Signer([OLD, NEW]).unsign(signed, "download") == "17"
    with pytest.raises(ValueError, match="time zone"):
        signer.sign("17", datetime(2026, 1, 1), "download")  # noqa: DTZ001


def test_tokens():
    assert len({token() for _ in range(100)}) == 100
    assert len(token()) >= 43
    assert digest_token("a") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"


@pytest.mark.parametrize(
    ("mask", "value", "seen"),
    [
        (mask_account, "6222 0202 0011 2233 445", "***************3445"),
        (mask_account, "1234", "****"),
        (mask_id_number, "110101199003070012", "110*************12"),
        (mask_phone, "13812345678", "138****5678"),
        (mask_phone, "010-65123456", "**********56"),
        (mask_phone, "110", "***"),
        (mask_name, "张三", "张*"),
        (mask_name, "欧阳明月", "欧***"),
        (mask_name, "张", "张*"),
        (mask_name, "", ""),
    ],
)
def test_masks(mask, value, seen):
    assert mask(value) == seen
