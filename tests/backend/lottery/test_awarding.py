from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import coupons, lottery, points
from backend.lottery.awarding import pick_up_by
from backend.lottery.book import GoodsPrize
from tests.factories.coupons import WRITER, make_template
from tests.factories.draws import gift, goods, make_draw, play, voucher
from tests.support.clocks import LATE, MORNING


@pytest.fixture
def heard(session):
    """Wins that were told."""
    told = []
    session.info = session.info | {"listeners": {lottery.DrawWon: [lambda _, fact: told.append(fact)]}}
    return told


def test_points_are_credited_and_told_once(session, member_id, heard):
    made = play(session, member_id, make_draw(session, gift(points=30)))
    assert points.summary(session, member_id, now=MORNING).available == 100 - 10 + 30
    assert (made.given, made.won, made.piece) == (1, True, None)
    expected = lottery.DrawWon(member_id, made.id, "周年庆抽奖", "20 积分", "points", None, None, MORNING)
    assert heard == [expected]


def test_goods_wait_under_a_code(session, member_id, heard):
    made = play(session, member_id, make_draw(session, goods(pick_up_within_days=2)))
    (win,) = lottery.wins(session, member_id, now=MORNING, limit=9)
    assert (win.play_id, win.prize_name, len(win.pickup_code)) == (made.id, "咖啡壶", 12)
    assert win.pick_up_by.isoformat() == "2026-03-03T16:00:00+00:00"
    assert (heard[0].pickup_code, heard[0].pick_up_by) == (win.pickup_code, win.pick_up_by)
    assert lottery.wins_of(session, [made.id]) == {made.id: win}


def test_nothing_is_told_of_nothing(session, member_id, heard):
    made = play(session, member_id, make_draw(session))
    assert (made.won, heard) == (False, [])


def test_when_the_last_piece_is_gone_the_fallback_is_given(session, member_id, heard):
    draw = make_draw(session, goods(stock=2))
    made = [play(session, member_id, draw) for _ in range(4)]
    assert [(one.rolled, one.given, one.fell_back, one.piece, one.won) for one in made] == [
        (1, 1, None, 1, True),
        (1, 1, None, 2, True),
        (1, 2, "sold-out", None, False),
        (1, 2, "sold-out", None, False),
    ]
    assert len(heard) == len(lottery.wins(session, member_id, now=MORNING, limit=9)) == 2


def test_pieces_of_a_day_are_given_on_that_shop_day(session, member_id):
    draw = make_draw(session, goods(stock=3, per_day=1))
    ats = [LATE, LATE, LATE + timedelta(minutes=1), LATE + timedelta(days=1, minutes=1), LATE + timedelta(days=2)]
    made = [play(session, member_id, draw, now=at) for at in ats]
    assert [(one.fell_back, one.piece, one.piece_of_day) for one in made] == [
        (None, 1, 1),
        ("day-sold-out", None, None),
        (None, 2, 1),
        (None, 3, 1),
        ("sold-out", None, None),
    ]


def test_a_consolation_of_points_is_paid_and_not_called_a_win(session, member_id, heard):
    consolation = gift(0, points=3, name="安慰奖", fallback=True)
    draw = make_draw(session, prizes=[goods(stock=1), consolation])
    assert [play(session, member_id, draw).won for _ in range(2)] == [True, False]
    assert points.summary(session, member_id, now=MORNING).available == 100 - 20 + 3
    assert len(heard) == 1


def test_a_coupon_is_granted_while_its_template_gives_any(session, member_id, heard):
    template = make_template(session, supply={"stock": 2, "per_member": None})
    draw = make_draw(session, voucher(template.code))
    made = [play(session, member_id, draw) for _ in range(3)]
    assert [(one.given, one.fell_back, one.won) for one in made] == [
        (1, None, True),
        (1, None, True),
        (2, "coupon-refused", False),
    ]
    sources = session.execute(select(coupons.Coupon.source_kind, coupons.Coupon.source_id)).all()
    assert sorted(sources) == [("draw-prize", str(one.id)) for one in made[:2]]
    assert [fact.kind for fact in heard] == ["coupon", "coupon"]
    assert lottery.verify(session, draw) == []


def test_a_piece_that_is_gone_gives_no_coupon_and_a_coupon_that_is_refused_takes_no_piece(session, member_id):
    template = make_template(session)
    draw = make_draw(session, voucher(template.code, stock=2))
    play(session, member_id, draw)
    coupons.pause(session, template.code, by=WRITER, note="暂停", now=MORNING)
    session.flush()
    assert play(session, member_id, draw).fell_back == "coupon-refused"
    coupons.resume(session, template.code, by=WRITER, note="恢复", now=MORNING)
    session.flush()
    assert [play(session, member_id, draw).fell_back for _ in range(2)] == [None, "sold-out"]
    assert lottery.verify(session, draw) == []
    assert coupons.template(session, template.code).issued == 2


def test_goods_are_handed_over_to_the_end_of_the_last_day():
    prize = GoodsPrize(kind="goods", name="壶", odds=1, stock=1, pick_up_within_days=1)
    assert pick_up_by(prize, LATE).isoformat() == "2026-03-02T16:00:00+00:00"
