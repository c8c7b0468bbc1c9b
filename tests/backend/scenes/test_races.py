"""Counting is exact however many scan at once, with a negative control that shows the race is real."""

import pytest

from backend.kit.db import run
from backend.oa.reactions import Pushed, react
from backend.oa.replies import Links
from backend.scenes.models import SceneDay
from backend.wechat import Event
from tests.factories.members import make_follower
from tests.factories.scenes import figures, make_scene
from tests.support.clocks import MORNING
from tests.support.meetings import meeting
from tests.support.races import race
from tests.support.runtimes import OA, make_runtime
from tests.support.unguarded import unguarded_database

CROWD = 24
LINKS = Links("wx-mp", "https://shop.example")


@pytest.fixture
def runtime(mariadb, clock):
    return make_runtime(mariadb, clock)


def follow(runtime, code, openid):
    event = Event(
        from_user=openid, to_user="gh_1", created_at=MORNING, msg_id=None, kind="subscribe", key=f"qrscene_{code}"
    )
    return run(runtime.sessions.write, lambda session: react(session, Pushed(event, OA.appid, MORNING, LINKS)))


def scan(runtime, code, openid):
    event = Event(from_user=openid, to_user="gh_1", created_at=MORNING, msg_id=None, kind="SCAN", key=code)
    return run(runtime.sessions.write, lambda session: react(session, Pushed(event, OA.appid, MORNING, LINKS)))


def test_a_crowd_follows_by_one_new_scene_at_once(runtime, deadlocks):
    code = run(runtime.sessions.write, lambda session: make_scene(session).code)
    replies = race(CROWD, lambda number: follow(runtime, code, f"o-{number}"))
    assert all("欢迎参加春日市集" in reply for reply in replies)
    with runtime.sessions.read() as session:
        assert figures(session) == {"scans": CROWD, "people": CROWD, "follows": CROWD, "unfollows": 0, "joins": 0}
    assert deadlocks == []


def test_a_few_scan_again_and_again_at_once(runtime):
    code = run(runtime.sessions.write, lambda session: make_scene(session).code)
    followers = [run(runtime.sessions.write, make_follower).openid for _ in range(3)]
    race(CROWD, lambda number: scan(runtime, code, followers[number % 3]))
    with runtime.sessions.read() as session:
        assert figures(session) == {"scans": CROWD, "people": 3, "follows": 0, "unfollows": 0, "joins": 0}


def test_without_the_lock_scans_are_lost(mariadb_engine, clock):
    """The negative control."""
    with unguarded_database() as engine:
        unguarded = make_runtime(engine, clock)
        code = run(unguarded.sessions.write, lambda session: make_scene(session).code)
        follow(unguarded, code, "o-first")
        with meeting(engine, f"UPDATE {SceneDay.__tablename__}", patience=20):
            race(2, lambda number: follow(unguarded, code, f"o-{number}"))
        with unguarded.sessions.read() as session:
            assert figures(session)["scans"] < 3
