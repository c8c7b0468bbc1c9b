from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from backend import lottery
from backend.lottery.models import DayStock, Stock
from backend.lottery.rules import commitment
from tests.factories.draws import AFTERWARDS, BEFORE, CLOSES, definition, gift, goods, make_draw, play, voucher
from tests.support.clocks import MORNING

INSTANT = timedelta(microseconds=1)


@pytest.fixture
def engine(on_sqlite):
    return on_sqlite


def test_a_draft_is_replaced_until_it_is_published(session):
    said = definition(goods(5))
    first = lottery.draft(session, said, by="anna", now=BEFORE)
    again = lottery.draft(session, said | {"title": "新春抽奖"}, by="bert", now=BEFORE)
    assert (again.id, again.title, again.commitment) == (first.id, "新春抽奖", None)
    published = lottery.publish(session, first.code, by="anna", rng=Random(1), now=BEFORE)
    assert published.book.title == "新春抽奖"
    for late in (
        lambda: lottery.draft(session, said, by="anna", now=BEFORE),
        lambda: lottery.publish(session, first.code, by="anna", rng=Random(1), now=BEFORE),
    ):
        with pytest.raises(lottery.NotADraft):
            late()
    deeds = [(one.deed, one.by) for one in lottery.decisions(session, first.id)]
    assert deeds == [("draft", "anna"), ("draft", "bert"), ("publish", "anna")]


def test_publishing_commits_to_a_seed_that_nobody_is_shown(session):
    draw = make_draw(session, goods(5), seed=3)
    seed = Random(3).randbytes(32)
    assert draw.commitment == commitment(seed)
    assert seed not in draw.seed_sealed
    assert seed.hex().encode() not in draw.seed_sealed
    assert lottery.revealed(session, draw, now=AFTERWARDS - INSTANT) is None
    assert lottery.revealed(session, draw, now=AFTERWARDS) == seed


def test_publishing_lays_out_the_stock_of_every_day(session):
    draw = make_draw(session, goods(5, stock=9, per_day=2), gift(5, per_day=4))
    stocks = session.execute(select(Stock.prize_no, Stock.stock, Stock.given)).all()
    assert stocks == [(1, 9, 0)]
    days = session.execute(select(DayStock.prize_no, DayStock.stock).where(DayStock.draw_id == draw.id)).all()
    assert sorted(days) == [(1, 2)] * 8 + [(2, 4)] * 8  # seven times 24 hours touch eight days


@pytest.mark.parametrize("late_by", [timedelta(0), timedelta(hours=1)])
def test_the_seed_is_committed_to_before_the_draw_opens(session, late_by):
    drafted = lottery.draft(session, definition(), by="anna", now=BEFORE)
    with pytest.raises(lottery.OpensTooSoon):
        lottery.publish(session, drafted.code, by="anna", rng=Random(1), now=MORNING + late_by)


def test_tiers_must_exist(session):
    with pytest.raises(lottery.DefinitionRefused, match="refused") as refused:
        lottery.draft(session, definition(tiers=["gold", "wood"]), by="anna", now=BEFORE)
    assert refused.value.detail == "抽奖规则有误：tiers：没有等级 wood"


def test_templates_of_coupons_must_exist(session):
    with pytest.raises(lottery.DefinitionRefused) as refused:
        lottery.draft(session, definition(voucher("none")), by="anna", now=BEFORE)
    assert refused.value.detail == "抽奖规则有误：满300减50：没有券模板 none"


def test_an_unknown_draw(session):
    for deed in (lottery.pause, lottery.resume, lottery.close, lottery.cancel):
        with pytest.raises(lottery.DrawUnknown):
            deed(session, "none", by="anna", now=MORNING)
    with pytest.raises(lottery.DrawUnknown):
        lottery.publish(session, "none", by="anna", rng=Random(1), now=MORNING)


def test_nobody_plays_a_paused_draw_until_it_goes_on(session, member_id):
    draw = make_draw(session)
    lottery.pause(session, draw.code, by="anna", now=MORNING)
    with pytest.raises(lottery.DrawPaused):
        play(session, member_id, draw)
    with pytest.raises(lottery.NotRunning):
        lottery.pause(session, draw.code, by="anna", now=MORNING)
    lottery.resume(session, draw.code, by="anna", now=MORNING)
    assert play(session, member_id, draw).no == 1
    with pytest.raises(lottery.NotRunning):
        lottery.resume(session, draw.code, by="anna", now=MORNING)


@pytest.mark.parametrize(("end", "phase"), [(lottery.close, "closed"), (lottery.cancel, "cancelled")])
def test_a_draw_that_is_ended_early_shows_its_seed_and_keeps_what_was_played(session, member_id, end, phase):
    draw = make_draw(session, goods())
    kept = play(session, member_id, draw)
    ended = end(session, draw.code, by="anna", now=MORNING + timedelta(hours=1))
    assert (ended.phase(MORNING), ended.ends_at) == (phase, MORNING + timedelta(hours=1))
    assert lottery.revealed(session, draw, now=ended.ends_at + timedelta(minutes=5)) is not None
    with pytest.raises(lottery.DrawEnded):
        play(session, member_id, draw)
    assert [win.play_id for win in lottery.wins(session, member_id, now=MORNING, limit=9)] == [kept.id]
    for deed in (lottery.pause, lottery.resume, lottery.close, lottery.cancel):
        with pytest.raises(lottery.NotRunning):
            deed(session, draw.code, by="anna", now=MORNING)


def test_what_is_over_by_itself_cannot_be_ended(session):
    draw = make_draw(session)
    with pytest.raises(lottery.NotRunning):
        lottery.cancel(session, draw.code, by="anna", now=CLOSES)
