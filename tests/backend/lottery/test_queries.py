from datetime import timedelta

from backend import lottery, members
from tests.factories.draws import BEFORE, CLOSES, definition, gift, goods, make_draw, play
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.statements import statements_of


def test_current_draws_are_those_that_are_published_and_not_over(session):
    announced = make_draw(session, opens_at=(MORNING + timedelta(days=1)).isoformat())
    running, paused, ended, called_off = (make_draw(session) for _ in range(4))
    lottery.draft(session, definition(), by="anna", now=BEFORE)
    lottery.pause(session, paused.code, by="anna", now=MORNING)
    lottery.close(session, ended.code, by="anna", now=MORNING)
    lottery.cancel(session, called_off.code, by="anna", now=MORNING)
    session.flush()
    found = lottery.current(session, now=MORNING, limit=9)
    assert [draw.id for draw in found] == [paused.id, running.id, announced.id]
    assert [draw.phase(MORNING) for draw in found] == ["paused", "open", "announced"]
    assert [draw.id for draw in lottery.current(session, now=MORNING, before_id=paused.id, limit=1)] == [running.id]
    assert lottery.current(session, now=CLOSES, limit=9) == []
    assert len(lottery.all_draws(session)) == 6


def test_how_a_member_stands_in_many_draws_takes_three_statements(session, member_id):
    draws = [make_draw(session, limits={"day": 2, "ever": 5}, tiers=["gold"]), make_draw(session), make_draw(session)]
    play(session, member_id, draws[1])
    with statements_of(session) as said:
        standings = lottery.mine(session, member_id, draws, now=MORNING)
    assert len(said) <= 5  # two of ours, and what a standing takes
    assert [(one.allowed, one.played, one.left) for one in standings.values()] == [
        (False, 0, 2),
        (True, 1, None),
        (True, 0, None),
    ]


def test_what_is_left_is_the_smaller_of_both_limits(session, member_id):
    draw = make_draw(session, limits={"day": 2, "ever": 3})

    def left(now):
        return lottery.mine(session, member_id, [draw], now=now)[draw.id].left

    tomorrow = MORNING + timedelta(days=1)
    assert left(MORNING) == 2
    for at in (MORNING, MORNING):
        play(session, member_id, draw, now=at)
    assert (left(MORNING), left(tomorrow)) == (0, 1)


def test_winners_are_masked_newest_first_and_without_consolations(session, member_id):
    draw = make_draw(session, prizes=[goods(stock=2), gift(0, name="安慰奖", fallback=True)])
    other = make_member(session, nickname="王大锤").id
    for one in (member_id, other, member_id):
        play(session, one, draw)
    first, second = lottery.winners(session, draw.id, limit=9)
    assert [(one.name, one.prize_no) for one in (first, second)] == [("王*", 1), ("小*", 1)]
    assert lottery.winners(session, draw.id, before_id=first.play_id, limit=1) == [second]
    members.erase(session, members.locked(session, other))
    assert lottery.winners(session, draw.id, limit=1)[0].name == "会*"


def test_wins_that_wait_are_paged(session, member_id):
    draw = make_draw(session, goods(stock=3))
    ids = [play(session, member_id, draw).id for _ in range(3)]
    assert [one.play_id for one in lottery.wins(session, member_id, now=MORNING, limit=2)] == ids[:0:-1]
    rest = lottery.wins(session, member_id, now=MORNING, before_id=ids[1], limit=2)
    assert [one.play_id for one in rest] == ids[:1]
    assert lottery.wins(session, member_id, now=rest[0].pick_up_by, limit=2) == []
    assert [one.id for one in lottery.plays(session, member_id, draw.id, before_id=ids[2], limit=9)] == ids[1::-1]
