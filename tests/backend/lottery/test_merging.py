import pytest

from backend import lifecycle, lottery, points
from tests.factories.draws import goods, make_draw, play
from tests.factories.members import make_member
from tests.support.clocks import MORNING


def merge(session, gone, into):
    lifecycle.merge(session, gone_id=gone, into_id=into, by="anna", reason="同一人", now=MORNING)
    session.flush()
    session.expire_all()


def test_plays_wins_and_limits_pass_to_the_survivor_and_rolls_stay(session, member_id):
    draw, gone = make_draw(session, goods(stock=9), limits={"ever": 4}), make_member(session).id
    theirs = [play(session, gone, draw) for _ in range(2)]
    own = play(session, member_id, draw)
    merge(session, gone, member_id)
    assert {one.id for one in lottery.plays(session, member_id, draw.id, limit=9)} == {own.id, *(x.id for x in theirs)}
    assert len(lottery.wins(session, member_id, now=MORNING, limit=9)) == 3
    assert play(session, member_id, draw).no == 2
    with pytest.raises(lottery.LimitReached):
        play(session, member_id, draw)
    assert [(one.player_id, one.no) for one in theirs] == [(gone, 1), (gone, 2)]
    assert lottery.verify(session, draw) == []


def test_tickets_pass_too_also_of_one_cause(session, member_id):
    draw = make_draw(session, cost={"kind": "ticket"}, tickets={"referral": 2})
    gone = make_member(session).id
    for one in (gone, member_id):
        lottery.give_tickets(session, one, "referral", source=points.Source("referral", 1), now=MORNING)
    play(session, gone, draw)
    merge(session, gone, member_id)
    assert lottery.mine(session, member_id, [draw], now=MORNING)[draw.id].tickets == 3
    for _ in range(3):
        play(session, member_id, draw)
    with pytest.raises(lottery.NoTicket):
        play(session, member_id, draw)
    assert lottery.verify(session, draw) == []
