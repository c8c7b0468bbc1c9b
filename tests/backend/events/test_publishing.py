from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import events, media
from backend.events.models import EventVersion
from tests.factories.events import BEFORE, OVER, STARTS, definition, first_session, make_event, plan, register
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

LATER = {"starts_at": (STARTS + timedelta(hours=1)).isoformat()}


def say(session, event, **changes):
    told = {**event.book.model_dump(mode="json"), **changes}
    return events.change(session, told, by="ben", reason="场地调整", now=MORNING)


def test_a_draft_may_be_said_anew_and_is_not_shown(session):
    told = definition()
    first = events.draft(session, told, by="anna", now=BEFORE)
    again = events.draft(session, told | {"title": "烘焙课"}, by="anna", now=BEFORE)
    assert (again.id, again.title, again.status, again.version) == (first.id, "烘焙课", "draft", 0)
    with pytest.raises(events.EventUnknown):
        events.shown(session, first.id)
    assert events.sessions_of(session, [first.id]) == []


def test_what_is_published_is_shown_with_its_sessions(session):
    store = make_store(session)
    event = make_event(session, plan(store=store.code, title="上午场"))
    place = first_session(session, event)
    assert (event.status, event.version, place.store_id, place.capacity) == ("published", 1, store.id, 2)
    assert place.deadline_at == STARTS - timedelta(hours=24)
    assert [one.deed for one in events.decisions(session, event.id)] == ["publish", "draft"]
    with pytest.raises(events.NotADraft):
        events.publish(session, event.code, by="anna", now=BEFORE)
    with pytest.raises(events.NotADraft):
        events.draft(session, event.definition, by="anna", now=BEFORE)


def test_texts_are_cleaned_and_pictures_are_ours(session):
    event = make_event(session, description="<p onclick='x'>欢迎</p><script>alert(1)</script>")
    assert event.book.description == "<p>欢迎</p>"
    with pytest.raises(media.PictureUnknown):
        make_event(session, picture_url=f"/media/{'0' * 64}/800.jpg")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tiers": ["onyx"]}, "没有等级 onyx"),
        ({"terms": {"early_access": {"onyx": 1}}}, "没有等级 onyx"),
        ({"attendance": {"coupon": "none"}}, "没有券模板 none"),
        ({"sessions": [plan(store="SH99")]}, "没有门店 SH99"),
    ],
)
def test_what_it_names_must_be_there(session, changes, words):
    told = definition(**changes) if "sessions" not in changes else definition() | changes
    with pytest.raises(events.DefinitionRefused) as refused:
        events.draft(session, told, by="anna", now=BEFORE)
    assert words in refused.value.detail


def test_what_is_over_is_not_published(session):
    drafted = events.draft(session, definition(), by="anna", now=BEFORE)
    with pytest.raises(events.DefinitionRefused):
        events.publish(session, drafted.code, by="anna", now=OVER)
    with pytest.raises(events.EventUnknown):
        events.publish(session, "none", by="anna", now=BEFORE)


def test_a_change_is_a_version_and_only_those_concerned_are_told(session, others, heard):
    event = make_event(session, plan(), plan("two"))
    one, two = events.sessions_of(session, [event.id])
    moved, stays = others(2)
    register(session, moved, one)
    register(session, stays, two)
    say(session, event, sessions=[plan(place="五楼", **LATER), plan("two"), plan("three")])
    assert (event.version, one.version, two.version) == (2, 2, 1)
    assert (one.change, one.news_due, two.news_due) == ("时间调整为3月7日15:00，地点有调整", True, False)
    assert one.deadline_at == STARTS - timedelta(hours=23)
    assert len(events.sessions_of(session, [event.id])) == 3
    assert session.scalars(select(EventVersion.version).where(EventVersion.event_id == event.id)).all() == [1, 2]


def test_who_registered_before_a_change_cancels_freely(session, member_id):
    event = make_event(session)
    place = first_session(session, event)
    made = register(session, member_id, place)
    late = STARTS - timedelta(hours=3)
    assert not events.can_cancel_free(place, made, now=late)
    say(session, event, sessions=[plan(place="五楼")])
    assert events.can_cancel_free(place, made, now=late)
    assert events.cancel(session, member_id, made.id, now=late).status == "cancelled"


def test_raised_capacity_moves_up_who_waits(session, event, place, others, heard):
    members = others(4)
    made = [register(session, one, place) for one in members]
    say(session, event, sessions=[plan(capacity=3)])
    assert [one.status for one in made] == ["registered"] * 3 + ["waiting"]
    assert (place.taken, place.waiting, place.version) == (3, 1, 1)
    assert heard(members[2]) == ["event_moved_up"]


def test_capacity_is_not_lowered_below_who_comes(session, event, place, others):
    for one in others(2):
        register(session, one, place)
    with pytest.raises(events.CapacityTooSmall) as refused:
        say(session, event, sessions=[plan(capacity=1)])
    assert "已有 2 人" in refused.value.detail


def test_what_is_no_more_published_is_not_changed(session, event):
    with pytest.raises(events.EventUnknown):
        events.change(session, definition(), by="ben", now=MORNING)
    events.cancel_event(session, event.code, reason="停电", by="ben", now=MORNING)
    with pytest.raises(events.NotPublished):
        say(session, event)
