import pytest
from sqlalchemy import func, select

from backend import families, lifecycle
from backend.families.models import Family, Seat
from backend.members import MembershipClosed, MembersMerged
from tests.factories.families import allow_transfers, make_family
from tests.factories.members import make_member
from tests.support.clocks import MORNING


def merged(session, gone, into):
    families.move_seat(session, MembersMerged(gone.id, into.id, MORNING))
    session.flush()


def closed(session, member):
    families.give_up_seat(session, MembershipClosed(member.id, MORNING))
    session.flush()


def home(session, member):
    """The owner of a member's family, and who sits in it."""
    seen = families.household(session, member.id, now=MORNING)
    return seen.owner_id, [one.member_id for one in seen.relatives]


def count(session, table):
    return session.scalar(select(func.count()).select_from(table))


def test_the_survivor_takes_the_seat_and_the_ownership(session):
    owner, second = make_family(session)
    into = make_member(session)
    merged(session, owner, into)
    owner_id, seated = home(session, second)
    assert (owner_id, set(seated)) == (into.id, {into.id, second.id})


def test_the_survivors_own_seat_stays(session):
    into = make_member(session)
    owner, _ = make_family(session, into, make_member(session))
    merged(session, make_member(session), into)
    assert home(session, into)[0] == owner.id


def test_two_seats_of_one_family_become_one(session):
    owner, second, third = make_family(session, size=3)
    merged(session, owner, second)
    assert home(session, third) == (second.id, [second.id, third.id])


def test_of_two_families_the_survivors_wins_and_the_other_goes_on_under_its_next(session):
    gone, heir = make_family(session)
    into, _ = make_family(session)
    before = home(session, into)
    merged(session, gone, into)
    assert home(session, into) == before
    assert home(session, heir) == (heir.id, [heir.id])


def test_what_the_gone_member_gave_today_counts_for_the_survivor(session):
    allow_transfers(session, day_cap_points=60)
    gone, into, third = make_family(session, size=3)
    families.transfer(session, gone.id, to_member_id=third.id, amount=40, now=MORNING)
    families.transfer(session, gone.id, to_member_id=into.id, amount=15, now=MORNING)
    session.flush()
    lifecycle.merge(session, gone_id=gone.id, into_id=into.id, by="anna", reason="同一人", now=MORNING)
    session.flush()
    with pytest.raises(families.DayCapReached) as refused:
        families.transfer(session, into.id, to_member_id=third.id, amount=10, now=MORNING)
    assert refused.value.details == {"left": 5}
    assert [gift.points for gift in families.transfers(session, into.id, limit=9)] == [15, 40]


def test_a_family_passes_from_an_owner_who_left_to_who_joined_next(session):
    owner, second, third = make_family(session, size=3)
    closed(session, owner)
    assert home(session, third) == (second.id, [second.id, third.id])


def test_a_family_ends_with_its_last(session):
    (owner,) = make_family(session, size=1)
    closed(session, owner)
    assert (count(session, Family), count(session, Seat)) == (0, 0)
    closed(session, owner)
