from dataclasses import replace
from time import perf_counter

import pytest
from sqlalchemy import select

from backend import members
from backend.checkin import CheckIn
from backend.kit.db import connect
from backend.members import Identity
from backend.oa import texts
from backend.oa.desk import PUSHES, Desk, Patience
from backend.oa.reactions import Pushed
from backend.oa.receipts import Receipt, Reply
from backend.oa.replies import Links
from backend.wechat import Event, TextMessage
from backend.wechat.simulator import MINI_PROGRAM, OFFICIAL_ACCOUNT, App, SimulatorConfig
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.runtimes import MP, OA, make_runtime
from tests.support.simulator import running_simulator

LINKS = Links(MP.appid, "https://shop.example")
WECHAT_HANGS_UP_AFTER_S = 5
SHORT = Patience(lookup_s=0.2, work_s=0.2)
LONG = Patience(lookup_s=60, work_s=60)


def pushed(message):
    return Pushed(message, OA.appid, MORNING, LINKS)


def said(words, *, openid="o-1", msg_id="1"):
    return pushed(TextMessage(from_user=openid, to_user="gh_1", created_at=MORNING, msg_id=msg_id, text=words))


def followed(openid):
    return pushed(Event(from_user=openid, to_user="gh_1", created_at=MORNING, msg_id=None, kind="subscribe"))


@pytest.fixture
def wechat(clock):
    apps = (App(OFFICIAL_ACCOUNT, OA), App(MINI_PROGRAM, MP))
    with running_simulator(SimulatorConfig(apps=apps, clock=clock)) as wechat:
        yield wechat


@pytest.fixture
def desk_of(wechat):
    """Desks whose stragglers are awaited, so that they reach into no other test."""
    desks = []

    def make(runtime, patience=LONG):
        desks.append(Desk(runtime, patience))
        return desks[-1]

    yield make
    for desk in desks:
        desk._lookups._pool.shutdown()
        desk._workers._pool.shutdown()


@pytest.fixture
def connected(engine, clock, wechat):
    """A runtime that talks to the simulated WeChat."""
    return make_runtime(engine, clock, wechat_url=wechat.base_url)


def identity(runtime, openid):
    with runtime.sessions.read() as session:
        return session.scalar(select(Identity).where(Identity.openid == openid))


class TestNewFollower:
    def test_is_bound_by_the_unionid_that_wechat_tells(self, desk_of, connected, wechat):
        user = wechat.new_user()
        wechat.follow(user)
        with connected.sessions.write.begin() as session:
            member = make_member(session, unionid=user.unionid)
        reply = desk_of(connected).answer(followed(user.oa_openid))
        assert "欢迎回来" in reply.said
        assert identity(connected, user.oa_openid).member_id == member.id

    @pytest.mark.parametrize("fault", [{"errcode": 45009}, {"http_status": 502}, {"drop": "before"}, {"html": True}])
    def test_is_welcomed_when_wechat_does_not_tell(self, desk_of, connected, wechat, fault):
        user = wechat.new_user()
        wechat.fault("cgi-bin/user/info", **fault)
        assert "欢迎关注" in desk_of(connected).answer(followed(user.oa_openid)).said
        assert identity(connected, user.oa_openid).follows
        assert identity(connected, user.oa_openid).unionid is None

    def test_is_welcomed_when_wechat_is_away(self, desk_of, runtime):
        assert "欢迎关注" in desk_of(runtime).answer(followed("o-1")).said

    def test_can_be_found_for_asking_again(self, desk_of, connected, wechat):
        user = wechat.new_user()
        wechat.fault("cgi-bin/user/info", errcode=-1, times=9)
        desk_of(connected).answer(followed(user.oa_openid))
        with connected.sessions.read() as session:
            found = members.followers_without_unionid(session, limit=10)
        assert [follower.openid for follower in found] == [user.oa_openid]

    @pytest.mark.slow
    def test_is_welcomed_in_time_when_wechat_is_slow(self, desk_of, connected, wechat):
        user = wechat.new_user()
        wechat.fault("cgi-bin/user/info", delay_ms=4500)
        desk, begun = desk_of(connected, replace(LONG, lookup_s=Patience().lookup_s)), perf_counter()
        reply = desk.answer(followed(user.oa_openid))
        assert perf_counter() - begun < WECHAT_HANGS_UP_AFTER_S
        assert "欢迎关注" in reply.said
        assert identity(connected, user.oa_openid).follows

    def test_crowd_does_not_queue_behind_a_slow_wechat(self, desk_of, connected, wechat):
        """As many as there are threads wait for WeChat, the next are welcomed at once."""
        users = [wechat.new_user() for _ in range(6)]
        wechat.fault("cgi-bin/user/info", delay_ms=3000, times=6)
        desk = desk_of(connected, replace(LONG, lookup_s=0.01))
        assert all("欢迎关注" in desk.answer(followed(user.oa_openid)).said for user in users)
        assert len(wechat.calls("cgi-bin/user/info")) <= 4


class TestPatience:
    def test_default_leaves_a_second_for_the_way(self):
        assert Patience().lookup_s + Patience().work_s <= WECHAT_HANGS_UP_AFTER_S - 1

    def test_slow_database_is_not_waited_for(self, desk_of, runtime, lines):
        """While somebody else holds what the answer needs, a writer is told so; the work is done later, once."""
        with runtime.sessions.write.begin() as session:
            make_member(session, unionid="u")
            members.follow(session, appid=OA.appid, openid="o-1", unionid="u", now=MORNING)
        message, desk = said(texts.CHECK_IN), desk_of(runtime, SHORT)
        with runtime.sessions.write() as blocker:
            blocker.add(Receipt(key=bytes.fromhex(message.message.dedup_key), reply=None, received_at=MORNING))
            blocker.flush()  # as a first try that still runs
            assert desk.answer(message) == Reply(texts.BUSY, MORNING)
            blocker.rollback()
        assert [line["event"] for line in lines if line["log_level"] == "error"] == ["oa.no-answer-in-time"]
        reply = desk_of(runtime).answer(message)
        assert "签到成功" in reply.said
        with runtime.sessions.read() as session:
            assert len(session.scalars(select(CheckIn)).all()) == 1

    def test_event_is_answered_without_words_when_the_database_is_slow(self, desk_of, runtime):
        event = followed("o-1")
        with runtime.sessions.write() as blocker:
            blocker.add(Receipt(key=bytes.fromhex(event.message.dedup_key), reply=None, received_at=MORNING))
            blocker.flush()  # as a first try that still runs
            assert desk_of(runtime, replace(SHORT, lookup_s=60)).answer(event) == Reply(None, MORNING)

    @pytest.mark.parametrize("url", ["sqlite:////nowhere/none.db", "mysql+pymysql://root@127.0.0.1:9/none"])
    def test_database_away(self, desk_of, clock, url):
        desk = desk_of(make_runtime(connect(url), clock))
        assert desk.answer(said(texts.CHECK_IN)) == Reply(texts.BUSY, MORNING)
        assert desk.answer(followed("o-1")) == Reply(None, MORNING)
        assert desk.note(followed("o-1")) == Reply(None, MORNING)

    def test_bug_is_loud_here_and_mute_outside(self, desk_of, runtime, lines):
        broken = replace(runtime, sessions=replace(runtime.sessions, write=None))
        assert desk_of(broken).answer(said(texts.POINTS)) == Reply(texts.BUSY, MORNING)
        assert [line["event"] for line in lines] == ["oa.bug"]

    def test_log_names_nobody(self, desk_of, runtime, lines):
        broken = replace(runtime, sessions=replace(runtime.sessions, write=None))
        desk_of(broken).answer(said(texts.POINTS, openid="o-secret"))
        desk_of(runtime, SHORT).answer(followed("o-secret"))
        assert lines
        assert "o-secret" not in str(lines)


def test_pushes_are_counted_by_what_became_of_them(desk_of, runtime):
    def count(outcome):
        return PUSHES.labels(outcome)._value.get()

    taken, failed = count("taken"), count("failed")
    desk_of(runtime).answer(said(texts.POINTS))
    desk_of(replace(runtime, sessions=replace(runtime.sessions, write=None))).answer(said(texts.POINTS))
    assert (count("taken") - taken, count("failed") - failed) == (1, 1)
