from datetime import timedelta

import pytest

from backend import lottery, points
from tests.factories.draws import goods, make_draw, play
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

INSTANT = timedelta(microseconds=1)


@pytest.fixture
def engine(on_sqlite):
    return on_sqlite


@pytest.fixture
def win(session, member_id):
    play(session, member_id, make_draw(session, goods()))
    return lottery.wins(session, member_id, now=MORNING, limit=1)[0]


@pytest.fixture
def store_id(session):
    return make_store(session).id


def test_a_prize_is_handed_over_once_and_a_repeat_is_answered_the_same(session, win, store_id, member_id):
    first = lottery.hand_out(session, code=win.pickup_code, store_id=store_id, now=MORNING)
    again = lottery.hand_out(session, code=win.pickup_code, store_id=store_id, now=win.pick_up_by)
    assert (first.handed_at, again.handed_at, again.store_id) == (MORNING, MORNING, store_id)
    other = make_store(session).id
    with pytest.raises(lottery.HandedOutElsewhere):
        lottery.hand_out(session, code=win.pickup_code, store_id=other, now=MORNING)
    session.flush()
    assert lottery.wins(session, member_id, now=MORNING, limit=9) == []


def test_the_last_instant_to_pick_up(session, win, store_id):
    with pytest.raises(lottery.WinLapsed):
        lottery.hand_out(session, code=win.pickup_code, store_id=store_id, now=win.pick_up_by)
    at = win.pick_up_by - INSTANT
    assert lottery.hand_out(session, code=win.pickup_code, store_id=store_id, now=at).handed_at == at


def test_a_hand_out_is_undone_by_the_store_that_made_it(session, win, store_id):
    code, other = win.pickup_code, make_store(session).id
    with pytest.raises(lottery.NotHandedOut):
        lottery.take_back(session, code=code, store_id=store_id, now=MORNING)
    lottery.hand_out(session, code=code, store_id=store_id, now=MORNING)
    session.flush()
    with pytest.raises(lottery.NotHandedOut):
        lottery.take_back(session, code=code, store_id=other, now=MORNING)
    back = lottery.take_back(session, code=code, store_id=store_id, now=MORNING)
    assert (back.handed_at, back.store_id) == (None, None)
    session.flush()
    assert lottery.hand_out(session, code=code, store_id=other, now=MORNING).store_id == other


def test_unknown_codes_and_those_of_who_has_left_are_answered_alike(session, win, store_id, member_id):
    code = win.pickup_code
    points.close(session, points.lock(session, member_id, now=MORNING), source_id=1, now=MORNING)
    for shown in (code, "000000000000"):
        with pytest.raises(lottery.WinUnknown):
            lottery.hand_out(session, code=shown, store_id=store_id, now=MORNING)
