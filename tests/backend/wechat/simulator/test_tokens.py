from datetime import timedelta

from backend.kit.clock import FixedClock
from tests.backend.wechat.simulator.calling import call, plain_token, stable_token, works
from tests.support.simulator import RunningSimulator


def test_stable_token_stays_until_five_minutes_before_its_end(simulator: RunningSimulator, clock: FixedClock):
    first = stable_token(simulator)
    clock.move(timedelta(seconds=6899))
    same = stable_token(simulator)
    assert (same["access_token"], same["expires_in"]) == (first["access_token"], 301)
    clock.move(timedelta(seconds=1))
    assert stable_token(simulator)["access_token"] != first["access_token"]
    assert works(simulator, first)
    clock.move(timedelta(seconds=300))
    assert not works(simulator, first)


def test_both_kinds_of_token_live_side_by_side(simulator: RunningSimulator):
    stable, plain = stable_token(simulator), plain_token(simulator)
    assert works(simulator, stable)
    assert works(simulator, plain)


def test_plain_token_ends_five_minutes_after_the_next(simulator: RunningSimulator, clock: FixedClock):
    first, second = plain_token(simulator), plain_token(simulator)
    assert first["access_token"] != second["access_token"]
    clock.move(timedelta(seconds=299))
    assert works(simulator, first)
    clock.move(timedelta(seconds=1))
    assert not works(simulator, first)
    assert works(simulator, second)


def test_forced_refresh_ends_the_old_token_and_is_limited(simulator: RunningSimulator, clock: FixedClock):
    first = stable_token(simulator)
    second = stable_token(simulator, force_refresh=True)
    assert not works(simulator, first)
    assert works(simulator, second)
    assert stable_token(simulator, force_refresh=True)["errcode"] == 45011
    for _ in range(19):
        clock.move(timedelta(seconds=30))
        assert "access_token" in stable_token(simulator, force_refresh=True)
    clock.move(timedelta(seconds=30))
    assert stable_token(simulator, force_refresh=True)["errcode"] == 45009


def test_expired_token_is_said_to_be_expired(simulator: RunningSimulator, clock: FixedClock):
    token = stable_token(simulator)
    clock.move(timedelta(seconds=7200))
    assert call(simulator, token)["errcode"] == 42001
