"""A short year of a store on each engine, and a process that is killed in it; `make soak` replays a long one."""

from random import Random

import pytest
from sqlalchemy import text

from backend.kit.clock import FixedClock
from bench.soak.closing import Closing, faults
from bench.soak.crew import Hand, run_year
from bench.soak.kinds import STEPS
from bench.soak.night import Night
from bench.soak.place import open_store
from bench.soak.shift import Dangers, Shift
from bench.soak.year import OPENING, Year
from tests.support.runtimes import make_runtime


def nobody(_at):
    raise AssertionError("nobody is killed here")


def close(runtime, worlds, year):
    """The last night and what is wrong after it."""
    last = Night(runtime, year.end, Random(1), sweeps=True)
    return faults(Closing(runtime, worlds, last), tell=lambda *_: None)


@pytest.mark.slow
def test_a_short_year_ends_with_all_invariants_holding(runtime):
    year = Year(steps=1_000, seed=7)
    shift = Shift(runtime, open_store(runtime, processes=1)[0], year, Dangers(), nobody, lambda: None)
    for day in range(year.days):
        shift.trade(day)
        shift.night(day)
    assert shift.faults == []
    assert shift.tally["! crash"] > 0
    assert sum(shift.tally[step.name] > 0 for step in STEPS) > len(STEPS) // 2
    assert close(runtime, [shift.world], year) == []


@pytest.mark.slow
def test_what_is_planted_is_found(mariadb):
    """The negative control: a database that gives every earning a point too many."""
    runtime, year = make_runtime(mariadb, FixedClock(OPENING)), Year(steps=250, seed=7)
    shift = Shift(runtime, open_store(runtime, processes=1)[0], year, Dangers(), nobody, lambda: None)
    with mariadb.begin() as connection:
        generous = "BEFORE INSERT ON point_lots FOR EACH ROW SET NEW.amount = NEW.amount + 1"
        connection.execute(text(f"CREATE TRIGGER planted {generous}"))
    try:
        for day in range(year.days):
            shift.trade(day)
            shift.night(day)
        assert close(runtime, [shift.world], year) != []
    finally:
        with mariadb.begin() as connection:
            connection.execute(text("DROP TRIGGER planted"))


@pytest.mark.slow
def test_a_killed_process_is_followed_by_one_that_goes_on_where_it_was(mariadb):
    url = mariadb.url.render_as_string(hide_password=False)
    runtime, year = make_runtime(mariadb, FixedClock(OPENING)), Year(steps=80, seed=3)
    (world,) = open_store(runtime, processes=1)
    hand, seen = Hand(url, world, year, Dangers(steps=50, nights=2)), []
    run_year([hand], tell=seen.append)
    assert hand.faults == []
    assert hand.tally["! killed"] > 0
    assert hand.tally["steps"] == seen[-1] == 80
    assert close(runtime, [hand.world], year) == []
