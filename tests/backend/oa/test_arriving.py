from datetime import date

import pytest
from sqlalchemy import select

from backend import checkin, members, scenes
from backend.oa.arriving import arrived
from tests.backend.oa.test_reactions import OPENID, happened, react
from tests.factories.books import change_book
from tests.factories.members import make_member
from tests.factories.scenes import figures, make_scene
from tests.factories.stores import make_store
from tests.support.clocks import MORNING
from tests.support.runtimes import OA

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

PLACES = {"required": False, "points": 3, "radius_m": None, "by_scene": True, "sites": []}


@pytest.fixture
def member(session):
    """A member who follows the official account as OPENID."""
    member = make_member(session, unionid="u-1")
    members.follow(session, appid=OA.appid, openid=OPENID, unionid="u-1", now=MORNING)
    session.flush()
    return member


@pytest.fixture
def identity(session, member):
    return session.scalar(select(members.Identity).where(members.Identity.openid == OPENID))


@pytest.fixture
def store(session):
    return make_store(session)


@pytest.fixture
def code(session, store):
    return make_scene(session, kind="store", label="南京路店", store_code=store.code).code


def let_places(session, **parts):
    change_book(session, "check-in", places=PLACES | parts)


def test_who_scans_a_stores_code_is_checked_in_there_once_a_day(session, member, store, code):
    let_places(session)
    said = [react(session, happened("SCAN", key=code)) for _ in range(2)]
    assert "签到成功！已连续签到 1 天，获得 8 积分" in said[0]
    assert said[1].endswith("今天已经签到过了")
    (visit,) = checkin.month(session, member.id, date(2026, 3, 1))
    assert (visit.kind, visit.store_id, visit.near) == ("place", store.id, None)
    assert figures(session)["scans"] == 2


def test_who_comes_back_by_it_is_checked_in_too(session, code):
    make_member(session, unionid="u-1")
    let_places(session)
    said = react(session, happened("subscribe", key=f"qrscene_{code}", unionid="u-1"))
    assert "欢迎光临南京路店" in said
    assert "签到成功" in said


def test_by_the_first_book_a_scan_is_a_scan(session, identity, code):
    assert arrived(session, identity, code, now=MORNING) == ""
    assert "签到" not in react(session, happened("SCAN", key=code))


def test_other_codes_and_old_ones_and_strangers_are_not_checked_in(session, identity, code):
    let_places(session)
    for other in (None, "no-such", make_scene(session).code):
        assert arrived(session, identity, other, now=MORNING) == ""
    members.follow(session, appid=OA.appid, openid="o-2", unionid="u-2", now=MORNING)
    assert "签到" not in react(session, happened("SCAN", openid="o-2", key=code))
    scenes.retire(session, code, now=MORNING)
    assert arrived(session, identity, code, now=MORNING) == ""


def test_a_step_that_was_reached_is_told(session, identity, code):
    steps = [{"days": 1, "points": 9, "coupons": ["a", "b"], "tickets": [{"draw": "x", "count": 3}]}]
    change_book(session, "check-in", places=PLACES, streak=steps)
    said = arrived(session, identity, code, now=MORNING)
    assert said.endswith("\n🎁 连续签到满 1 天，获得 9 积分、2 张优惠券、3 次抽奖机会")
