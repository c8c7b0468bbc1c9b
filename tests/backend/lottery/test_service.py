from datetime import timedelta
from random import Random

import pytest

from backend import lottery, members, points, tiers
from tests.factories.draws import AFTERWARDS, CLOSES, gift, goods, make_draw, play
from tests.factories.members import make_member
from tests.support.clocks import LATE, MORNING

INSTANT = timedelta(microseconds=1)


def available(session, member_id, *, now=MORNING):
    return points.summary(session, member_id, now=now).available


def test_a_play_is_paid_rolled_and_written_down(session, member_id):
    draw = make_draw(session)
    made = play(session, member_id, draw)
    assert (made.member_id, made.player_id, made.no, made.given, made.won) == (member_id, member_id, 1, 1, False)
    assert available(session, member_id) == 90
    seed = lottery.revealed(session, draw, now=AFTERWARDS)
    assert made.roll == lottery.roll(seed, draw.id, member_id, 1)
    assert [play(session, member_id, draw).no for _ in range(2)] == [2, 3]
    assert points.verify(session, [member_id]) == []


def test_a_play_that_was_undone_rolls_the_same_again(session, member_id):
    draw = make_draw(session, gift(500_000))
    with session.begin_nested() as undone:
        first = play(session, member_id, draw).roll
        undone.rollback()
    again = play(session, member_id, draw, rng=Random(99))
    assert (again.no, again.roll) == (1, first)


@pytest.mark.parametrize(
    ("at", "refusal"),
    [
        (MORNING - INSTANT, lottery.NotOpenYet),
        (MORNING, None),
        (CLOSES - INSTANT, None),
        (CLOSES, lottery.DrawEnded),
    ],
)
def test_a_draw_is_open_to_the_instant(session, member_id, at, refusal):
    draw = make_draw(session)
    if refusal is None:
        assert play(session, member_id, draw, now=at).no == 1
        return
    with pytest.raises(refusal):
        play(session, member_id, draw, now=at)
    assert available(session, member_id) == 100


def test_a_draft_is_nothing_to_play(session, member_id):
    draw = make_draw(session)
    draft = lottery.draft(session, draw.definition | {"code": "later"}, by="anna", now=MORNING)
    for draw_id in (draft.id, 404):
        with pytest.raises(lottery.DrawUnknown):
            lottery.play(session, member_id, draw_id=draw_id, rng=Random(1), now=MORNING)


def test_limits_of_a_shop_day_and_for_ever(session, member_id):
    draw = make_draw(session, limits={"day": 2, "ever": 3})
    for _ in range(2):
        play(session, member_id, draw, now=LATE)
    with pytest.raises(lottery.DayLimitReached, match="day-limit") as refused:
        play(session, member_id, draw, now=LATE)
    assert refused.value.detail == "今天的 2 次抽奖机会已用完，明天再来"
    midnight = LATE + timedelta(minutes=1)
    play(session, member_id, draw, now=midnight)
    with pytest.raises(lottery.LimitReached):
        play(session, member_id, draw, now=midnight)
    assert available(session, member_id) == 70
    other = make_member(session).id
    assert play(session, other, draw, now=midnight).no == 1


def test_a_short_balance_changes_nothing(session, member_id):
    draw = make_draw(session, cost={"kind": "points", "points": 101})
    with pytest.raises(points.Insufficient):
        play(session, member_id, draw)
    assert lottery.plays(session, member_id, draw.id, limit=9) == []


def test_only_members_of_its_tiers_play(session, member_id):
    draw = make_draw(session, tiers=["gold"])
    with pytest.raises(lottery.TierNotAllowed):
        play(session, member_id, draw)
    account = points.lock(session, member_id, now=MORNING)
    tiers.set_manual(session, account, "gold", until_at=CLOSES, by="anna", reason="贵宾", now=MORNING)
    assert play(session, member_id, draw).no == 1


def test_who_has_left_plays_no_more(session, member_id):
    draw = make_draw(session, goods())
    account = points.lock(session, member_id, now=MORNING)
    points.close(session, account, source_id=1, now=MORNING)
    with pytest.raises(points.AccountClosed):
        play(session, member_id, draw)
    assert members.get(session, member_id)
