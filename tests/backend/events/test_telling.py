from backend.events.facts import EventSoon
from backend.events.telling import of
from tests.factories.events import STARTS, register
from tests.support.clocks import MORNING


def test_a_fact_says_when_and_where_to_come(session, event, place, member_id):
    made = register(session, member_id, place)
    fact = EventSoon(**of(event, place, made, now=MORNING))
    assert (fact.member_id, fact.title, fact.starts_at, fact.place) == (member_id, "亲子烘焙课", STARTS, "四楼会员厅")
    assert (fact.code, fact.session_version, fact.at) == (made.code, 1, MORNING)
