"""Quotas and free minutes hold under parallel calls over real connections, with negative controls."""

import pytest

from backend import benefits, points
from backend.benefits import Stay
from backend.kit.clock import FixedClock
from backend.kit.db import run
from tests.factories.benefits import PLATE, benefit, make_car, offer, parking
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.clocks import MORNING
from tests.support.meetings import lockless, meeting, rewritten
from tests.support.races import race
from tests.support.runtimes import make_runtime

GUARD = ("benefit_quotas.used + %(used_2)s <= ", "0 * %(used_2)s <= ")


@pytest.fixture
def sessions(mariadb):
    return make_runtime(mariadb, FixedClock(MORNING)).sessions


def shop(sessions):
    """A member with a car in a shop with a store."""

    def fill(session):
        offer(session, benefit(), parking())
        member_id = make_member(session).id
        make_car(session, member_id, most_points=50)
        return member_id, make_store(session).id

    return run(sessions.write, fill)


def use_at_once(sessions, member_id, store_id, count, *, refs):
    """How many uses went through of so many at once."""

    def use(number):
        ref = f"R{number % refs}"
        try:
            _, new = run(
                sessions.write,
                lambda session: benefits.use(
                    session, member_id, "returns", amount=1, store_id=store_id, ref=ref, now=MORNING
                ),
            )
        except benefits.QuotaUsedUp:
            return False
        return new

    return race(count, use).count(True)


def used(sessions, member_id):
    with sessions.read() as session:
        return {one.benefit.code: one.used for one in benefits.catalogue(session, member_id, now=MORNING).benefits}


def test_the_last_of_a_quota_is_used_once(sessions):
    member_id, store_id = shop(sessions)
    assert use_at_once(sessions, member_id, store_id, 12, refs=12) == 2
    assert used(sessions, member_id)["returns"] == 2


def test_a_reference_repeated_at_once_is_one_use(sessions):
    member_id, store_id = shop(sessions)
    assert use_at_once(sessions, member_id, store_id, 8, refs=1) == 1
    assert used(sessions, member_id)["returns"] == 1


def test_the_guard_holds_without_the_lock_and_nothing_without_both(mariadb, sessions):
    """The negative control: the lock of the account is taken away, then the guard of the UPDATE too."""
    member_id, store_id = shop(sessions)
    use_at_once(sessions, member_id, store_id, 1, refs=1)
    with lockless(mariadb), meeting(mariadb, "UPDATE benefit_quotas", patience=20):
        assert use_at_once(sessions, member_id, store_id, 3, refs=3) == 1
    assert used(sessions, member_id)["returns"] == 2
    with lockless(mariadb), rewritten(mariadb, *GUARD):
        assert use_at_once(sessions, member_id, store_id, 4, refs=9) > 0
    assert used(sessions, member_id)["returns"] > 2


def test_a_stay_is_deducted_for_and_undone_once(sessions):
    member_id, store_id = shop(sessions)
    stay = Stay("P1", PLATE, 90)

    def deduct(_number):
        made, new = run(sessions.write, lambda session: benefits.deduct(session, stay, store_id=store_id, now=MORNING))
        return made.id if new else None

    (made_id,) = [one for one in race(8, deduct) if one]
    assert used(sessions, member_id)["parking"] == 60

    def reverse(_number):
        run(
            sessions.write,
            lambda session: benefits.reverse_deduction(session, made_id, store_id=store_id, by="till:1", now=MORNING),
        )

    race(6, reverse)
    assert used(sessions, member_id)["parking"] == 0
    with sessions.read() as session:
        assert points.summary(session, member_id, now=MORNING).available == 100
        assert points.verify(session, [member_id]) == []


def test_two_members_type_one_plate_at_once(sessions):
    shop(sessions)
    ids = [run(sessions.write, make_member).id for _ in range(4)]

    def add(number):
        try:
            run(sessions.write, lambda session: benefits.add(session, ids[number], "京A00001", now=MORNING))
        except benefits.PlateTaken:
            return False
        return True

    assert race(4, add).count(True) == 1
