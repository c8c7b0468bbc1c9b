"""Plays over real connections (C9), with negative controls that show that the races can be lost."""

import subprocess
import sys

import pytest
from sqlalchemy import event, func, select, update

from backend import coupons, lottery, points
from backend.app import create_app
from backend.kit.db import run
from backend.kit.errors import DomainError
from backend.lottery.models import Draw, Play, Stock
from tests.factories.coupons import make_template
from tests.factories.draws import ALWAYS, gift, goods, make_draw, voucher
from tests.factories.draws import play as play_once
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.clocks import MORNING
from tests.support.meetings import meeting, rewritten
from tests.support.phone import member_client
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.unguarded import unguarded_database

CROWD, FEW, PIECES, TAPS = 40, 12, 3, 10


@pytest.fixture
def runtime(mariadb, clock):
    race(CROWD, lambda _: mariadb.connect().close())  # opening connections takes a busy machine seconds
    return make_runtime(mariadb, clock)


@pytest.fixture(scope="module")
def unguarded(mariadb_engine):
    """Nobody locks what is read, counters may pass the stock, and two plays of one player may have one number."""
    weaker = (
        "ALTER TABLE lottery_stocks DROP CONSTRAINT ck_lottery_stocks_given_within_stock",
        "ALTER TABLE lottery_plays DROP INDEX uq_lottery_plays_draw_id_player_id_no, ADD INDEX (draw_id)",
    )
    with unguarded_database(*weaker) as engine:
        race(CROWD, lambda _: engine.connect().close())
        yield engine


def crowd(sessions, size):
    with sessions.write.begin() as session:
        return [make_member(session).id for _ in range(size)]


def opened(sessions, *prizes, **changes):
    with sessions.write.begin() as session:
        return make_draw(session, *prizes, **changes).id


def rush(runtime, draw_id, members):
    """What the plays of members were answered, one each, sent at the same moment: the number given, or a code."""
    app = create_app(runtime)
    phones = [member_client(app, member_id) for member_id in members]
    replies = race(len(members), lambda number: phones[number].post(f"/api/mp/v1/draws/{draw_id}/plays"))
    words = [reply.json.get("given") or reply.json["code"] for reply in replies]
    return {word: words.count(word) for word in set(words)}


def faults(sessions, draw_id):
    with sessions.read() as session:
        return lottery.verify(session, session.get(Draw, draw_id))


def assert_paid_for_every_play(sessions, members):
    with sessions.read() as session:
        assert points.verify(session, members) == []
        for member_id in members:
            own = select(func.count()).where(Play.member_id == member_id)
            spent = 100 - points.summary(session, member_id, now=MORNING).available
            assert spent == 10 * session.scalar(own)


def test_of_40_members_3_win_the_3_pieces_and_the_others_are_given_the_fallback(runtime, deadlocks):
    members, draw_id = crowd(runtime.sessions, CROWD), opened(runtime.sessions, goods(stock=PIECES))
    assert rush(runtime, draw_id, members) == {1: PIECES, 2: CROWD - PIECES}
    assert faults(runtime.sessions, draw_id) == []
    assert_paid_for_every_play(runtime.sessions, members)
    with runtime.sessions.read() as session:
        waiting = [win for one in members for win in lottery.wins(session, one, now=MORNING, limit=9)]
    assert len({win.pickup_code for win in waiting}) == PIECES
    assert deadlocks == []


def test_of_12_members_3_win_the_3_pieces_of_the_day(runtime, deadlocks):
    members, draw_id = crowd(runtime.sessions, FEW), opened(runtime.sessions, goods(stock=9, per_day=PIECES))
    assert rush(runtime, draw_id, members) == {1: PIECES, 2: FEW - PIECES}
    assert faults(runtime.sessions, draw_id) == []
    assert deadlocks == []


def test_of_12_members_3_get_the_3_coupons_that_a_template_has(runtime, deadlocks):
    members = crowd(runtime.sessions, FEW)
    with runtime.sessions.write.begin() as session:
        template = make_template(session, supply={"stock": PIECES, "per_member": None})
    draw_id = opened(runtime.sessions, voucher(template.code, stock=10, per_day=10))
    assert rush(runtime, draw_id, members) == {1: PIECES, 2: FEW - PIECES}
    assert faults(runtime.sessions, draw_id) == []
    with runtime.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(coupons.Coupon)) == PIECES
    assert_paid_for_every_play(runtime.sessions, members)
    assert deadlocks == []


def test_without_the_condition_the_same_rush_gives_more_than_there_is_and_verify_tells(unguarded, clock):
    """The negative control: the stock is looked at, and taken from whatever is left of it by then."""
    runtime = make_runtime(unguarded, clock)
    members, draw_id = crowd(runtime.sessions, CROWD), opened(runtime.sessions, goods(stock=PIECES))
    with rewritten(unguarded, "lottery_stocks.given <", "lottery_stocks.given - 1000 <"):
        assert rush(runtime, draw_id, members)[1] > PIECES
    assert [fault.row for fault in faults(runtime.sessions, draw_id)][-1] == "lottery_stocks 1"


def test_of_10_parallel_plays_of_one_member_3_count_where_3_are_allowed(runtime, sessions, deadlocks):
    (member_id,), draw_id = crowd(sessions, 1), opened(sessions, limits={"day": 3})
    assert rush(runtime, draw_id, [member_id] * TAPS) == {1: 3, "lottery.day-limit-reached": TAPS - 3}
    with sessions.read() as session:
        assert [one.no for one in lottery.plays(session, member_id, draw_id, limit=TAPS)] == [3, 2, 1]
    assert_paid_for_every_play(sessions, [member_id])
    assert faults(sessions, draw_id) == []
    assert deadlocks == []


def test_of_10_parallel_plays_of_2_tickets_2_count(runtime, sessions):
    draw_id = opened(sessions, cost={"kind": "ticket"}, tickets={"event": 2})
    (member_id,) = crowd(sessions, 1)
    source = points.Source("event", 1)

    def give(_):
        return run(sessions.write, lambda s: lottery.give_tickets(s, member_id, "event", source=source, now=MORNING))

    assert sorted(race(4, give)) == [0, 0, 0, 2]
    assert rush(runtime, draw_id, [member_id] * TAPS) == {1: 2, "lottery.no-ticket": TAPS - 2}
    assert faults(sessions, draw_id) == []


def test_without_locks_one_member_plays_more_often_than_is_allowed(unguarded, clock):
    """The negative control of the limits."""
    runtime = make_runtime(unguarded, clock)
    draw_id = opened(runtime.sessions, cost={"kind": "ticket"}, tickets={"event": 9}, limits={"day": 1})
    (member_id,) = crowd(runtime.sessions, 1)
    with runtime.sessions.write.begin() as session:
        lottery.give_tickets(session, member_id, "event", source=points.Source("event", 1), now=MORNING)
    with meeting(unguarded, "UPDATE lottery_tickets", patience=20):
        assert rush(runtime, draw_id, [member_id] * 2) == {1: 2}


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "tap-1"}])
def test_what_somebody_takes_at_the_last_moment_is_given_in_no_part(runtime, sessions, mariadb, headers):
    """The last piece is seen, its points are credited, and then it is gone: they are undone, the fallback is given."""
    (member_id,), draw_id = crowd(sessions, 1), opened(sessions, gift(stock=1))
    turns = iter([True])

    def take_away(_connection, _cursor, statement, *_rest):
        if statement.startswith("UPDATE lottery_stocks") and next(turns, False):
            with mariadb.begin() as rival:
                rival.execute(update(Stock).values(given=1))

    event.listen(mariadb, "before_cursor_execute", take_away)
    try:
        reply = member_client(create_app(runtime), member_id).post(f"/api/mp/v1/draws/{draw_id}/plays", headers=headers)
    finally:
        event.remove(mariadb, "before_cursor_execute", take_away)
    assert (reply.status_code, reply.json["given"], reply.json["fell_back"]) == (201, 2, "sold-out")
    assert_paid_for_every_play(sessions, [member_id])
    with sessions.read() as session:
        sources = [entry.source_kind for entry in points.entries(session, member_id, limit=9)]
        assert sources == ["draw", "join"]


def test_many_tills_hand_out_one_prize_once(sessions, runtime):
    (member_id,), draw_id = crowd(sessions, 1), opened(sessions, goods())
    with sessions.write.begin() as session:
        places = [make_store(session).id for _ in range(4)]
        play_once(session, member_id, session.get(Draw, draw_id))
        code = lottery.wins(session, member_id, now=MORNING, limit=1)[0].pickup_code

    def hand_out(number):
        try:
            store_id = places[number]
            return run(
                sessions.write, lambda s: lottery.hand_out(s, code=code, store_id=store_id, now=MORNING).store_id
            )
        except DomainError as refusal:
            return refusal.code

    said = race(4, hand_out)
    assert said.count("lottery.handed-out-elsewhere") == 3


def test_a_call_that_is_killed_has_played_wholly_or_not_at_all(runtime, sessions, mariadb):
    """Killed before the stock is taken, before the commit, after it; made again with its key it is played once."""
    members, draw_id = crowd(sessions, 3), opened(sessions, goods(stock=ALWAYS))
    deaths = ("stock", "before-commit", "after-commit")
    url = mariadb.url.render_as_string(hide_password=False)
    killed = [f"{death}:{one}" for death, one in zip(deaths, members, strict=True)]
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "tests.backend.lottery.dying", url, str(draw_id), *killed],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout.split() == ["9", "9", "9"]

    def plays():
        with sessions.read() as session:
            return [len(lottery.plays(session, one, draw_id, limit=9)) for one in members]

    assert plays() == [0, 0, 1]
    assert faults(sessions, draw_id) == []
    app = create_app(runtime)
    for death, one in zip(deaths, members, strict=True):
        headers = {"Idempotency-Key": death}
        assert member_client(app, one).post(f"/api/mp/v1/draws/{draw_id}/plays", headers=headers).status_code == 201
    assert plays() == [1, 1, 1]
    assert faults(sessions, draw_id) == []
    assert_paid_for_every_play(sessions, members)
