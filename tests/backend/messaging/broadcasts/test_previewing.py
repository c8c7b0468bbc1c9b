from datetime import timedelta

import pytest

from backend import preferences
from backend.kit.db import run
from backend.messaging import broadcasts
from backend.messaging.broadcasts import Reach, previewing
from backend.messaging.broadcasts.errors import BroadcastUnknown
from tests.backend.messaging.broadcasts.pigeons import Pigeons
from tests.factories.broadcasts import make_broadcast
from tests.support.clocks import MORNING

LATER = MORNING + timedelta(hours=1)


@pytest.fixture
def people(operators, join):
    return join(8)


@pytest.fixture
def look(sessions):
    broadcast_id = run(sessions.write, make_broadcast).id

    def ask(*channels):
        with sessions.read() as session:
            return broadcasts.preview(session, channels, broadcast_id, now=LATER)

    return ask


def test_each_member_is_counted_for_the_first_channel_that_reaches(people, look):
    some, more = Pigeons("notice", known=people[:3]), Pigeons("mini-program", known=people[:5], cost_fen=4)
    found = look(more, some)
    assert (found.members, found.asked, found.inbox_only) == (8, 8, 3)
    assert found.reach == [Reach("mini-program", 2, cost_fen=8), Reach("notice", 3, cost_fen=0)]


def test_it_says_what_members_would_read(people, look):
    found = look()
    assert found.title == "会员活动通知"
    assert found.lines == [("活动名称", "周年庆会员日"), ("活动内容", "全场满三百减五十")]
    assert found.text == "周年庆会员日：全场满三百减五十"
    assert (found.reach, found.inbox_only) == ([], 8)


def test_who_wants_none_by_that_way_is_not_counted_there(sessions, people, look):
    def refuse(session):
        ways = [preferences.OFFICIAL_ACCOUNT]
        preferences.choose_marketing(session, people[0], ways, wanted=False, source="test", now=MORNING)

    run(sessions.write, refuse)
    assert look(Pigeons("notice")).reach == [Reach("notice", 7, 0)]


def test_a_channel_that_marketing_never_takes_is_not_counted(people, look):
    assert look(Pigeons("official-account")).reach == []


def test_of_many_members_some_are_asked(people, look, monkeypatch):
    monkeypatch.setattr(previewing, "SAMPLE", 2)
    found = look(Pigeons("notice"))
    assert 0 <= found.asked <= 4
    assert found.members == 8
    assert found.reach == ([Reach("notice", 8, 0)] if found.asked else [])


def test_what_the_catalogue_has_no_more_is_refused(sessions, people):
    def forget(session):
        made = make_broadcast(session)
        made.template = "forgotten"
        return made.id

    broadcast_id = run(sessions.write, forget)
    with sessions.read() as session, pytest.raises(broadcasts.TemplateUnknown):
        broadcasts.preview(session, (), broadcast_id, now=LATER)


def test_there_is_none(sessions):
    with sessions.read() as session, pytest.raises(BroadcastUnknown):
        broadcasts.preview(session, (), 404, now=LATER)
