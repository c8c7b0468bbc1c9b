import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kit.pii import Unreadable, Vault, mask_mail, mask_name, mask_phone, vault
from tests.support.runtimes import VAULT

OLD, NEW, INDEX = b"1" * 32, b"2" * 32, b"i" * 32
HERE, THERE = "members.phone:7", "members.phone:8"
keeper = Vault({1: OLD}, index_key=INDEX)


@given(st.text(), st.text(min_size=1))
def test_what_was_sealed_for_a_place_opens_there(text, place):
    try:
        text.encode(), place.encode()
    except UnicodeEncodeError:
        return
    assert keeper.open(keeper.seal(text, place), place) == text


def test_the_sealed_value_shows_nothing_and_is_never_the_same():
    one, other = keeper.seal("13800138000", HERE), keeper.seal("13800138000", HERE)
    assert one != other
    assert b"138" not in one


def test_moved_to_another_row_it_does_not_open():
    with pytest.raises(Unreadable):
        keeper.open(keeper.seal("13800138000", HERE), THERE)


def test_one_changed_bit_anywhere_and_it_does_not_open():
    sealed = keeper.seal("小红", HERE)
    for place in range(len(sealed)):
        for bit in range(8):
            changed = sealed[:place] + bytes((sealed[place] ^ 1 << bit,)) + sealed[place + 1 :]
            with pytest.raises(Unreadable):
                keeper.open(changed, HERE)


@pytest.mark.parametrize("length", range(30))
def test_a_cut_value_does_not_open(length):
    with pytest.raises(Unreadable):
        keeper.open(keeper.seal("小红", HERE)[:length], HERE)


def test_after_rotation_new_values_use_the_new_key_and_old_ones_still_open():
    old = keeper.seal("小红", HERE)
    rotated = Vault({1: OLD, 2: NEW}, index_key=INDEX)
    new = rotated.seal("小红", HERE)
    assert (old[1], new[1]) == (1, 2)
    assert rotated.open(old, HERE) == rotated.open(new, HERE) == "小红"


def test_without_its_key_a_value_does_not_open():
    with pytest.raises(Unreadable):
        Vault({2: NEW}, index_key=INDEX).open(keeper.seal("小红", HERE), HERE)


def test_the_error_names_the_place_and_not_the_value():
    with pytest.raises(Unreadable, match=r"^members\.phone:8$"):
        keeper.open(keeper.seal("13800138000", HERE), THERE)


def test_the_blind_index_is_equal_for_equal_values_of_one_kind_and_one_key():
    index = keeper.index("phone", "13800138000")
    assert len(index) == 32
    assert index == Vault({9: NEW}, index_key=INDEX).index("phone", "13800138000")
    assert index != keeper.index("phone", "13800138001")
    assert index != keeper.index("plate", "13800138000")
    assert index != Vault({1: OLD}, index_key=OLD).index("phone", "13800138000")


@pytest.mark.parametrize(("keys", "index_key"), [({}, INDEX), ({1: b"short"}, INDEX), ({1: OLD}, b"short")])
def test_keys_of_another_length_are_refused(keys, index_key):
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(keys, index_key=index_key)


def test_a_session_carries_the_vault_of_its_process(session):
    assert vault(session) is VAULT


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("13800138000", "138****8000"), ("8613800138000", "861****8000"), ("12345", "****"), ("", "****")],
)
def test_a_phone_as_others_may_see_it(phone, shown):
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(("name", "shown"), [("王小红", "王*"), ("王", "王*"), ("", "会*"), ("👩‍🦰", "👩*")])
def test_a_name_as_others_may_see_it(name, shown):
    assert mask_name(name) == shown


@pytest.mark.parametrize(("address", "shown"), [("lin@example.com", "l***@example.com"), ("@x.cn", "***@x.cn")])
def test_mail_addresses_are_masked(address, shown):
    assert mask_mail(address) == shown
