from datetime import timedelta

import pytest

from backend import scenes
from backend.scenes import Led
from tests.factories.members import make_follower, make_identity
from tests.factories.scenes import make_scene
from tests.factories.stores import make_store
from tests.support.clocks import MORNING


def test_pages_of_scenes(session):
    store = make_store(session, code="HQ")
    made = [make_scene(session), make_scene(session, kind="store", store_code="HQ"), make_scene(session)]
    assert scenes.page(session, limit=2) == made[:0:-1]
    assert scenes.page(session, before_id=made[1].id, limit=2) == made[:1]
    assert scenes.page(session, kind="store", limit=9) == [made[1]]
    assert scenes.page(session, store_id=store.id, limit=9) == [made[1]]


def test_scenes_that_wait_for_their_codes(session):
    first, _, gone, last = (make_scene(session, drawn=drawn) for drawn in (False, True, False, False))
    scenes.retire(session, gone.code, now=MORNING)
    assert scenes.undrawn(session, limit=9) == [first, last]


def test_by_code(session):
    scene = make_scene(session)
    assert scenes.by_code(session, scene.code) is scene
    with pytest.raises(scenes.SceneUnknown):
        scenes.by_code(session, scene.code.lower())


class TestWhatLedWhoJoins:
    def test_first_touch_of_the_same_person(self, session):
        first, second = make_scene(session), make_scene(session)
        follower = make_follower(session, unionid="u-1")
        scenes.note_follow(session, first.code, follower.id, now=MORNING)
        scenes.note_scan(session, second.code, follower.id, now=MORNING + timedelta(days=1))
        app = make_identity(session, unionid="u-1")
        assert scenes.led_here(session, app.id, None) == Led(first.code, None)
        assert scenes.led_here(session, app.id, "1047") == Led(first.code, None)

    def test_scene_that_the_mini_program_was_opened_with_comes_first(self, session):
        first, second = make_scene(session), make_scene(session)
        follower = make_follower(session, unionid="u-1")
        scenes.note_follow(session, first.code, follower.id, now=MORNING)
        assert scenes.led_here(session, follower.id, second.code) == Led(second.code, None)

    def test_an_invitation_names_who_invites(self, session):
        scene, follower = make_scene(session, kind="referral", subject="INVITE7"), make_follower(session)
        scenes.note_follow(session, scene.code, follower.id, now=MORNING)
        assert scenes.led_here(session, follower.id, None) == Led(scene.code, "INVITE7")

    def test_nobody_else_is_led(self, session):
        scenes.note_follow(session, make_scene(session).code, make_follower(session).id, now=MORNING)
        stranger = make_identity(session)
        assert scenes.led_here(session, stranger.id, None) == Led(None, None)
        assert scenes.led_here(session, stranger.id, "1047") == Led("1047", None)
