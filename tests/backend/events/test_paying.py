import pytest

from backend import points
from backend.events import paying
from tests.factories.events import first_session, make_event, register
from tests.factories.members import make_member
from tests.support.clocks import MORNING


@pytest.fixture
def account(session, member_id):
    return points.lock(session, member_id, now=MORNING)


@pytest.fixture
def made(session, member_id):
    return register(session, member_id, first_session(session, make_event(session, terms={"points": 30})))


def test_what_is_held_is_spent_once(session, account, made, purse):
    for _ in range(2):
        paying.take(session, account, made, now=MORNING)
    assert (made.points_state, purse(made.member_id)) == ("spent", (70, 0))


def test_what_is_held_or_spent_comes_back_once(session, account, made, purse):
    paying.take(session, account, made, now=MORNING)
    assert [paying.give_back(session, account, made, now=MORNING) for _ in range(2)] == [30, 0]
    assert (made.points_state, purse(made.member_id)) == ("returned", (100, 0))
    assert points.verify(session, [made.member_id]) == []


def test_what_another_account_paid_comes_to_the_one_that_is_there(session, account, made, purse):
    paying.take(session, account, made, now=MORNING)
    into = make_member(session)
    made.member_id = into.id
    assert paying.give_back(session, points.lock(session, into.id, now=MORNING), made, now=MORNING) == 30
    assert purse(into.id) == (130, 0)


def test_what_costs_nothing_holds_nothing(session, account, place):
    made = register(session, account.member_id, place)
    paying.take(session, account, made, now=MORNING)
    assert paying.give_back(session, account, made, now=MORNING) == 0
    assert made.points_state == "none"
