from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from backend import members, scenes
from backend.members import Identity, MemberJoined
from backend.scenes.models import SceneTouch, SceneVisitor
from tests.factories.members import make_application, make_follower, make_identity, make_member
from tests.factories.scenes import figures, make_scene
from tests.support.clocks import LATE, MORNING
from tests.support.runtimes import OA

NOTHING = {"scans": 0, "people": 0, "follows": 0, "unfollows": 0, "joins": 0}


@pytest.fixture
def scene(session):
    return make_scene(session)


@pytest.fixture
def follower(session):
    return make_follower(session, unionid="u-1")


def leave(session, follower, now=MORNING):
    members.unfollow(session, appid=OA.appid, openid=follower.openid, now=now)
    session.flush()


def rows(session, model):
    return session.scalar(select(func.count()).select_from(model))


def test_following_by_a_code(session, scene, follower):
    assert scenes.note_follow(session, scene.code, follower.id, now=MORNING) is scene
    assert figures(session) == NOTHING | {"scans": 1, "people": 1, "follows": 1}


def test_scans_of_one_person_are_one_person_a_day(session, scene, follower):
    scenes.note_follow(session, scene.code, follower.id, now=MORNING)
    for at in (MORNING, LATE, LATE + timedelta(minutes=1)):
        scenes.note_scan(session, scene.code, follower.id, now=at)
    first, second = scenes.statistics(session, scenes.Asked(), by="day", limit=9)
    assert (first.scans, first.people, second.scans, second.people) == (3, 1, 1, 1)
    assert (first.key, second.key) == (("2026-03-01",), ("2026-03-02",))


def test_two_scenes_count_apart_and_the_first_keeps_the_follower(session, scene, follower):
    other = make_scene(session)
    scenes.note_follow(session, scene.code, follower.id, now=MORNING)
    scenes.note_scan(session, other.code, follower.id, now=MORNING)
    assert figures(session, code=other.code) == NOTHING | {"scans": 1, "people": 1}
    leave(session, follower)
    assert figures(session, code=scene.code)["unfollows"] == 1
    assert figures(session, code=other.code)["unfollows"] == 0


def test_being_told_twice_of_a_follow_counts_it_once(session, scene, follower):
    for _ in range(2):
        scenes.note_follow(session, scene.code, follower.id, now=MORNING)
    assert figures(session) == NOTHING | {"scans": 2, "people": 1, "follows": 1}


def test_who_leaves_is_taken_off_and_forgotten(session, scene, follower):
    scenes.note_follow(session, scene.code, follower.id, now=MORNING)
    leave(session, follower)
    leave(session, follower)
    assert figures(session) == NOTHING | {"scans": 1, "people": 1, "follows": 1, "unfollows": 1}
    assert rows(session, SceneTouch) == 0


def test_who_comes_back_is_a_new_follower_of_the_scene_he_comes_by(session, scene, follower):
    other = make_scene(session)
    scenes.note_follow(session, scene.code, follower.id, now=MORNING)
    leave(session, follower)
    back = members.follow(session, appid=OA.appid, openid=follower.openid, unionid=None, now=MORNING)
    session.flush()
    scenes.note_follow(session, other.code, back.id, now=MORNING)
    nets = {line.key[0]: line.net for line in scenes.statistics(session, scenes.Asked(), by="scene", limit=9)}
    assert nets == {scene.code: 0, other.code: 1}


def test_who_followed_before_and_leaves_was_never_gained(session, scene, follower):
    scenes.note_scan(session, scene.code, follower.id, now=MORNING)
    leave(session, follower)
    assert figures(session) == NOTHING | {"scans": 1, "people": 1}
    assert rows(session, SceneTouch) == 0


def test_of_who_left_only_a_digest_of_the_day_is_kept_until_it_is_over(session, scene, follower):
    scenes.note_follow(session, scene.code, follower.id, now=MORNING)
    session.flush()
    leave(session, follower)
    assert rows(session, SceneVisitor) == 1
    assert scenes.forget_visitors(session, date(2026, 3, 1), limit=9) == 0
    assert scenes.forget_visitors(session, date(2026, 3, 2), limit=9) == 1


@pytest.mark.parametrize("code", ["", "NOBODY", "store-7"])
def test_unknown_codes_count_nothing(session, follower, code):
    assert scenes.note_follow(session, code, follower.id, now=MORNING) is None
    assert rows(session, SceneTouch) == 0


def test_retired_and_over_codes_count_nothing(session, scene, follower):
    scenes.retire(session, scene.code, now=MORNING)
    over = make_scene(session, days=1, drawn=True)
    assert scenes.note_scan(session, scene.code, follower.id, now=MORNING) is None
    assert scenes.note_scan(session, over.code, follower.id, now=MORNING + timedelta(days=1)) is None
    assert figures(session) == NOTHING


def test_who_is_lost_after_a_scene_was_retired_is_taken_off(session, scene, follower):
    scenes.note_follow(session, scene.code, follower.id, now=MORNING)
    scenes.retire(session, scene.code, now=MORNING)
    leave(session, follower)
    assert figures(session)["unfollows"] == 1


def test_membership_that_ends_takes_no_follower_away(session, rng, scene, follower):
    scenes.note_follow(session, scene.code, follower.id, now=MORNING)
    member = make_member(session, unionid="u-1", rng=rng)
    assert follower.member_id == member.id
    session.flush()
    members.erase(session, member)
    assert rows(session, SceneTouch) == 1
    assert figures(session)["unfollows"] == 0


def test_who_left_the_account_can_leave_the_shop(session, rng, scene, follower):
    scenes.note_follow(session, scene.code, follower.id, now=MORNING)
    member = make_member(session, unionid="u-1", rng=rng)
    leave(session, follower)
    members.erase(session, member)
    assert session.scalar(select(Identity.id).where(Identity.openid == follower.openid)) is None


class TestJoins:
    def join(self, session, rng, scene_code):
        identity = make_identity(session, unionid="u-1")
        application = replace(make_application(), scene=scenes.led_here(session, identity.id, scene_code).scene)
        return members.join(session, identity.id, application=application, rng=rng, now=MORNING).member

    def test_by_first_touch_is_counted_and_noted(self, session, rng, scene, follower):
        scenes.note_follow(session, scene.code, follower.id, now=MORNING)
        assert self.join(session, rng, None).join_scene == scene.code
        assert figures(session)["joins"] == 1

    def test_by_nothing_or_by_words_of_others_is_not(self, session, rng):
        assert self.join(session, rng, "1047").join_scene == "1047"
        assert figures(session) == NOTHING

    def test_by_a_retired_scene_is_not(self, session, scene):
        scenes.retire(session, scene.code, now=MORNING)
        scenes.note_join(session, MemberJoined(1, "mini-program", scene.code, MORNING))
        assert figures(session) == NOTHING
