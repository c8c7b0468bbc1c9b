from datetime import timedelta

import pytest

from backend import addresses, members
from tests.factories.addresses import make_address, make_draft
from tests.factories.members import make_member
from tests.support.clocks import MORNING

LATER = MORNING + timedelta(hours=1)


@pytest.fixture
def member(session):
    return make_member(session)


def shown(session, member):
    """Streets of a member's book, newest first; the default with a star."""
    session.flush()
    session.expire_all()
    found = addresses.addresses(session, member.id, limit=99)
    return [entry.delivery.street + "*" * entry.is_default for entry in found]


@pytest.fixture
def three(session, member):
    return [make_address(session, member.id, street=street) for street in "甲乙丙"]


def test_the_first_is_the_default_and_later_ones_are_not(session, member, three):
    assert shown(session, member) == ["丙", "乙", "甲*"]


def test_a_later_one_may_be_made_the_default_when_it_is_written(session, member, three):
    assert make_address(session, member.id, street="丁", default=True).is_default
    assert shown(session, member) == ["丁*", "丙", "乙", "甲"]


def test_word_for_word_the_same_is_written_once(session, member, three):
    again, created = addresses.add(session, member.id, make_draft(street=" 乙 "), default=True, now=LATER)
    assert (again.id, created) == (three[1].id, False)
    assert shown(session, member) == ["丙", "乙*", "甲"]


def test_the_same_address_of_two_members_stands_in_both_books(session, member, three):
    other = make_member(session)
    make_address(session, other.id, street="甲")
    assert shown(session, other) == ["甲*"]


def test_a_book_holds_twenty(session, member):
    for number in range(addresses.MOST_ADDRESSES):
        make_address(session, member.id, street=f"{number} 号")
    with pytest.raises(addresses.TooManyAddresses) as refused:
        make_address(session, member.id, street="20 号")
    assert refused.value.detail == "最多保存 20 个收货地址，请先删除不用的"
    assert addresses.add(session, member.id, make_draft(street="0 号"), now=LATER)[1] is False


def test_written_anew_it_stays_what_it_was_to_the_others(session, member, three):
    changed = addresses.change(session, member.id, three[0].id, make_draft(street="戊"), now=LATER)
    assert (changed.id, changed.is_default) == (three[0].id, True)
    addresses.change(session, member.id, three[2].id, make_draft(street="己"), default=True, now=LATER)
    assert shown(session, member) == ["己*", "乙", "戊"]


def test_another_is_made_the_default_and_again_is_no_change(session, member, three):
    for _ in range(2):
        assert addresses.make_default(session, member.id, three[1].id).is_default
        assert shown(session, member) == ["丙", "乙*", "甲"]


def test_after_the_default_the_newest_is(session, member, three):
    addresses.remove(session, member.id, three[1].id)
    assert shown(session, member) == ["丙", "甲*"]
    addresses.remove(session, member.id, three[0].id)
    assert shown(session, member) == ["丙*"]
    addresses.remove(session, member.id, three[2].id)
    assert shown(session, member) == []


def test_nobody_changes_anothers(session, member, three):
    other = make_member(session)
    make_address(session, other.id)
    for act in (
        lambda: addresses.change(session, other.id, three[0].id, make_draft(), now=LATER),
        lambda: addresses.make_default(session, other.id, three[0].id),
        lambda: addresses.remove(session, other.id, three[0].id),
    ):
        with pytest.raises(addresses.AddressUnknown):
            act()
    assert shown(session, member) == ["丙", "乙", "甲*"]


def test_what_is_refused_changes_nothing(session, member, three):
    with pytest.raises(addresses.StreetRefused):
        addresses.change(session, member.id, three[0].id, make_draft(street=""), now=LATER)
    assert shown(session, member) == ["丙", "乙", "甲*"]


def test_a_barred_member_writes_none(session, member):
    members.block(session, member.id)
    with pytest.raises(members.Blocked):
        make_address(session, member.id)
