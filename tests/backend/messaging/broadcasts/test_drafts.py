import pytest
from sqlalchemy import select

from backend import operators as staff
from backend.messaging import broadcasts
from backend.messaging.broadcasts import drafts
from backend.messaging.broadcasts.errors import NameTaken, TemplateUnknown, TooManyTests
from backend.messaging.broadcasts.models import Listed
from backend.messaging.models import Message
from backend.messaging.rules import Queue
from config import policy
from tests.factories.broadcasts import MAKER, OTHER, WORDS, make_broadcast, make_wish
from tests.factories.members import make_member
from tests.support.clocks import MORNING


@pytest.fixture(autouse=True)
def staffed(operators):
    """Somebody to draft."""


def test_a_draft_keeps_what_it_says_to_whom(session):
    made = make_broadcast(session, name=" 春装 ", audience={"birthday_month": 3}, per_minute=600)
    assert (made.name, made.template, made.kind, made.words) == ("春装", "campaign", "marketing", WORDS)
    assert (made.audience, made.per_minute, made.status) == ({"birthday_month": 3}, 600, "draft")
    assert (made.made_by, made.made_at, made.approved_by, made.starts_at) == (MAKER, MORNING, None, None)


def test_a_service_message_of_the_catalogue_is_one_of_service(session):
    words = {"tier": "银卡", "at": "2026年3月1日 09:00"}
    assert make_broadcast(session, template="tier_lost", words=words).kind == "service"


def test_a_name_is_used_once(session):
    make_broadcast(session, name="周年庆")
    with pytest.raises(NameTaken):
        make_broadcast(session, name="周年庆 ", by=OTHER)


def test_what_the_catalogue_does_not_have_is_refused(session):
    with pytest.raises(TemplateUnknown):
        make_broadcast(session, template="nosuch")


def test_who_is_no_operator_drafts_nothing(session):
    with pytest.raises(staff.OperatorUnknown):
        make_broadcast(session, by="nobody")


def test_a_list_is_kept_once_a_member(session, monkeypatch):
    monkeypatch.setattr(drafts, "ROWS_AN_INSERT", 2)
    made = make_broadcast(session, people=[5, 3, 4, 3])
    assert made.audience == {"listed": True}
    mine = select(Listed.member_id).where(Listed.broadcast_id == made.id)
    assert sorted(session.scalars(mine)) == [3, 4, 5]


def test_whether_there_is_a_list_is_not_for_the_audience_to_say(session):
    assert make_broadcast(session, audience={"listed": True}).audience == {}


def test_a_test_is_a_message_of_its_own_with_all_words_as_often_as_asked_for(session):
    made, member_id = make_broadcast(session), make_member(session).id
    broadcasts.send_test(session, made.id, [member_id, member_id], by=OTHER, now=MORNING)
    session.flush()
    mine = select(Message).where(Message.member_id == member_id, Message.template == "campaign")
    (told,) = session.scalars(mine).all()
    assert (told.words, told.queue) == (WORDS, Queue.MARKETING)
    later = MORNING.replace(minute=59)
    broadcasts.send_test(session, made.id, [member_id], by=OTHER, now=later)
    session.flush()
    assert len(session.scalars(mine).all()) == 2


def test_a_test_goes_to_few(session):
    made = make_broadcast(session)
    with pytest.raises(TooManyTests):
        broadcasts.send_test(session, made.id, range(policy.BROADCAST_TESTS + 1), by=MAKER, now=MORNING)


def test_a_wish_does_not_show_who_is_on_its_list():
    assert "8000" not in repr(make_wish(people=[8000]))
