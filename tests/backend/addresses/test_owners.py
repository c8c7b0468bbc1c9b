import pytest
from sqlalchemy import func, select

from backend import addresses, lifecycle
from backend.addresses.models import Address
from backend.members import MembershipClosed, MembersMerged
from tests.backend.addresses.test_service import shown
from tests.factories.addresses import make_address
from tests.factories.members import make_member
from tests.support.clocks import MORNING


@pytest.fixture
def both(session):
    return make_member(session), make_member(session)


def merge(session, gone, into):
    session.flush()
    addresses.join_books(session, MembersMerged(gone.id, into.id, MORNING))


def test_the_survivor_has_both_books_and_its_own_default(session, both):
    gone, into = both
    kept = make_address(session, gone.id, street="甲")
    make_address(session, into.id, street="乙")
    merge(session, gone, into)
    assert shown(session, into) == ["乙*", "甲"]
    assert shown(session, gone) == []
    assert addresses.snapshot(session, into.id, kept.id) == kept.delivery


def test_what_both_had_is_there_once(session, both):
    gone, into = both
    for street in "甲乙":
        make_address(session, gone.id, street=street)
    make_address(session, into.id, street="甲")
    merge(session, gone, into)
    assert shown(session, into) == ["甲*", "乙"]


def test_a_survivor_without_a_book_takes_the_other_with_its_default(session, both):
    gone, into = both
    make_address(session, gone.id, street="甲")
    make_address(session, gone.id, street="乙", default=True)
    merge(session, gone, into)
    assert shown(session, into) == ["乙*", "甲"]


def test_no_address_is_lost_to_the_limit(session, both):
    for member in both:
        for number in range(addresses.MOST_ADDRESSES - 1):
            make_address(session, member.id, street=f"{member.id} {number}")
    merge(session, *both)
    assert len(shown(session, both[1])) == 2 * addresses.MOST_ADDRESSES - 2
    with pytest.raises(addresses.TooManyAddresses):
        make_address(session, both[1].id)


def test_merging_and_leaving_bring_it_about(session, both):
    gone, into = both
    make_address(session, gone.id, street="甲")
    session.flush()
    lifecycle.merge(session, gone_id=gone.id, into_id=into.id, by="anna", reason="同一人", now=MORNING)
    assert shown(session, into) == ["甲*"]
    closure, _ = lifecycle.ask_to_leave(session, into.id, now=MORNING)
    session.flush()
    assert lifecycle.close_due(session, closure.id, now=closure.closes_at)
    assert session.scalar(select(func.count()).select_from(Address)) == 0


def test_only_the_book_of_who_left_is_erased(session, both):
    leaver, other = both
    for member in both:
        make_address(session, member.id, street="甲")
    session.flush()
    addresses.erase_book(session, MembershipClosed(leaver.id, MORNING))
    assert (shown(session, leaver), shown(session, other)) == ([], ["甲*"])
