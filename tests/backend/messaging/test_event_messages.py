from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from backend import events, messaging
from backend.messaging.models import Message
from tests.factories.members import make_member
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

SHOWN = {"event": "亲子烘焙课", "at": "2026年3月7日 14:00", "place": "四楼会员厅", "code": "4029133775"}


@pytest.fixture
def told(session):
    """Tell a member something of a registration; what they will hear: the templates and their words."""
    member_id = make_member(session).id
    told = {
        "member_id": member_id,
        "registration_id": 4711,
        "title": "亲子烘焙课",
        "starts_at": datetime(2026, 3, 7, 6, tzinfo=UTC),
        "place": "四楼会员厅",
        "code": "4029133775",
        "session_version": 1,
        "at": MORNING,
    }

    def tell(verb, fact, **parts):
        verb(session, fact(**told | parts))
        session.flush()
        ours = select(Message).where(Message.member_id == member_id, Message.template != "joined")
        return [(one.template, one.words) for one in session.scalars(ours.order_by(Message.id))]

    return tell


@pytest.mark.parametrize(
    ("fact", "template", "more"),
    [
        (events.EventRegistered, "event_registered", {}),
        (events.EventMovedUp, "event_moved_up", {}),
        (events.EventTomorrow, "event_tomorrow", {}),
        (events.EventSoon, "event_soon", {}),
        (events.EventChanged, "event_changed", {"what": "地点有调整"}),
        (events.EventCancelled, "event_cancelled", {"why": "讲师临时有事"}),
        (events.RegistrationRemoved, "event_removed", {"why": "不符合参加年龄"}),
        (events.WaitedInVain, "event_not_moved_up", {}),
    ],
)
def test_each_news_of_a_registration_has_its_message(told, fact, template, more):
    heard = told(messaging.tell_of_event, fact, **more)
    assert heard == [(template, SHOWN | more)]
    needed = messaging.CATALOGUE[template]
    assert needed.text.format_map(SHOWN | more)
    assert messaging.fields(needed.official_account, SHOWN | more)


def test_a_second_change_is_told_again(told):
    told(messaging.tell_of_event, events.EventChanged, what="地点有调整")
    assert len(told(messaging.tell_of_event, events.EventChanged, what="地点有调整", session_version=2)) == 2


@pytest.mark.parametrize(("points", "reward"), [(50, "可得50积分"), (0, "帮助我们做得更好")])
def test_who_came_is_thanked_and_asked(told, points, reward):
    until = datetime(2026, 3, 14, 16, tzinfo=UTC)
    words = {"event": "亲子烘焙课", "day": "2026年3月7日", "reward": reward, "last_day": "2026年3月14日"}
    heard = told(messaging.tell_event_over, events.EventOver, points=points, ask_until=until)
    assert heard == [("event_thanks", words)]
