import re

import pytest

from backend import members
from tests.backend.oa.pages.browser import SHOP, Browser
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.databases import sqlite_copy
from tests.support.phone import simulated_wechat
from tests.support.runtimes import OA, make_runtime


@pytest.fixture
def engine(sqlite_template, tmp_path):
    """What pages show is told by domains, which are tested on each engine."""
    with sqlite_copy(sqlite_template, tmp_path) as engine:
        yield engine


@pytest.fixture(scope="module")
def running_wechat():
    with simulated_wechat() as running:
        yield running


@pytest.fixture
def wechat(running_wechat):
    """A simulated WeChat without the faults of the test before."""
    yield running_wechat
    running_wechat.clear_faults()


@pytest.fixture
def runtime(engine, clock, wechat):
    return make_runtime(engine, clock, wechat_url=wechat.base_url, public_base_url=SHOP)


@pytest.fixture
def user(wechat):
    return wechat.new_user()


@pytest.fixture
def stranger(client, wechat, user):
    """The browser of somebody who is no member."""
    return Browser(client, wechat, user)


@pytest.fixture
def member_id(sessions, user):
    """A member who follows the account with the WeChat of the browser."""
    with sessions.write.begin() as session:
        member = make_member(session, unionid=user.unionid)
        members.follow(session, appid=OA.appid, openid=user.oa_openid, unionid=user.unionid, now=MORNING)
    return member.id


@pytest.fixture
def browser(stranger, member_id):
    """The browser of a member who is signed in."""
    assert stranger.open("/wechat/pages/card").status_code == 200
    return stranger


@pytest.fixture
def csrf(browser):
    """What forms of the member's browser carry."""
    return lambda: re.search(r'name="csrf" value="(\w+)"', browser.open("/wechat/pages/inbox").text)[1]
