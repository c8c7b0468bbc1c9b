"""Exchanges over real connections, with negative controls that show that the races can be lost."""

import pytest
from sqlalchemy.exc import OperationalError

from backend import partners, points
from backend.kit.db import run
from backend.kit.errors import DomainError
from backend.partners import Exchange
from backend.partners.models import Counter
from config import policy
from tests.factories.members import make_member
from tests.factories.partners import link, make_partner, terms
from tests.support.clocks import MORNING
from tests.support.meetings import lockless, meeting, rewritten
from tests.support.races import race
from tests.support.runtimes import make_runtime

CROWD = 20
LATE = MORNING + policy.PARTNER_PREPARED_FOR
UNGUARDED = "AND partner_counters.used + %(used_2)s <= "


@pytest.fixture
def runtime(mariadb, clock):
    race(CROWD, lambda _: mariadb.connect().close())  # opening connections takes a busy machine seconds
    return make_runtime(mariadb, clock)


def crowd(runtime, size, **caps):
    """A partner that knows so many members by these names."""
    with runtime.sessions.write.begin() as session:
        partner = make_partner(session, ours_in=terms(**caps))
        return partner.id, [link(session, partner, make_member(session).id).alias for _ in range(size)]


def prepare(runtime, partner_id, ref, alias):
    """Ten of theirs for five of ours; the code of a refusal."""
    try:
        return run(
            runtime.sessions.write,
            lambda session: partners.prepare(session, partner_id, ref=ref, member=alias, given=10, now=MORNING).status,
        )
    except DomainError as refusal:
        return refusal.code


def rush(runtime, partner_id, aliases):
    """What each is answered who asks at the same moment, and what was counted."""
    said = race(len(aliases), lambda number: prepare(runtime, partner_id, str(number), aliases[number]))
    with runtime.sessions.read() as session:
        counter = session.get(Counter, (partner_id, "in:ever"))
    return {word: said.count(word) for word in set(said)}, counter.used


def test_of_20_one_gets_the_last_points_of_the_day(runtime):
    partner_id, aliases = crowd(runtime, CROWD, partner_day=5)
    assert rush(runtime, partner_id, aliases) == ({"prepared": 1, "partners.partner-cap-reached": CROWD - 1}, 5)


def test_of_20_one_gets_the_last_points_of_the_budget(runtime):
    partner_id, aliases = crowd(runtime, CROWD, budget=5)
    assert rush(runtime, partner_id, aliases) == ({"prepared": 1, "partners.budget-used-up": CROWD - 1}, 5)


def test_without_the_guard_all_get_them(runtime, mariadb):
    partner_id, aliases = crowd(runtime, 2, partner_day=5)
    with rewritten(mariadb, UNGUARDED, "AND 0 * %(used_2)s <= "):
        assert rush(runtime, partner_id, aliases) == ({"prepared": 2}, 10)


def test_a_member_gets_the_last_points_of_the_day_once(runtime):
    partner_id, (alias,) = crowd(runtime, 1, member_day=5)
    assert rush(runtime, partner_id, [alias] * 5)[0] == {"prepared": 1, "partners.member-cap-reached": 4}


def test_without_the_lock_more_than_once(runtime, mariadb):
    partner_id, (alias,) = crowd(runtime, 1, member_day=5)
    with lockless(mariadb), meeting(mariadb, "SELECT sum(partner_exchanges.ours)", patience=10):
        assert rush(runtime, partner_id, [alias] * 2)[0] == {"prepared": 2}


def test_one_reference_is_one_exchange(runtime):
    partner_id, (alias,) = crowd(runtime, 1)
    said = race(8, lambda _: prepare(runtime, partner_id, "same", alias))
    assert said == ["prepared"] * 8
    with runtime.sessions.read() as session:
        assert session.get(Counter, (partner_id, "in:ever")).used == 5


def confirmed_or_lapsed(runtime):
    """How an exchange ends that is confirmed at the last moment and lapses at the next, and what of it is left."""
    partner_id, (alias,) = crowd(runtime, 1)
    prepare(runtime, partner_id, "1", alias)
    with runtime.sessions.read() as session:
        (exchange_id,) = partners.due_to_lapse(session, now=LATE, limit=9)
    ways = (
        lambda session: partners.confirm(session, partner_id, "1", now=MORNING),
        lambda session: partners.lapse_due(session, exchange_id, now=LATE),
    )

    def go(number):
        try:
            run(runtime.sessions.write, ways[number])
        except partners.ExchangeOver:
            return "over"
        except OperationalError as error:
            return "caught by the net" if "confirmed_on_a_day" in str(error) else str(error)
        return "done"

    said = race(2, go)
    with runtime.sessions.read() as session:
        exchange = session.get(Exchange, exchange_id)
        had = points.summary(session, exchange.member_id, now=LATE).available
        counted = session.get(Counter, (partner_id, "in:ever")).used
        return said, (exchange.status, had, counted)


def test_what_is_confirmed_while_it_lapses_is_one_of_both(runtime):
    said, ended = confirmed_or_lapsed(runtime)
    assert ended in {("confirmed", 105, 5), ("lapsed", 100, 0)}
    assert "caught by the net" not in said


def test_without_the_lock_both_try_and_at_best_the_net_beneath_holds(runtime, mariadb):
    with lockless(mariadb), meeting(mariadb, "UPDATE partner_exchanges", patience=10):
        said, ended = confirmed_or_lapsed(runtime)
    assert "caught by the net" in said or ended == ("confirmed", 105, 0)
