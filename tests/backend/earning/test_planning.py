import pytest

from backend import members
from backend.earning import limits, planning
from backend.earning.events import Event
from tests.factories.earning import make_bill, make_rule, publish
from tests.factories.members import make_member
from tests.support.clocks import MORNING


@pytest.fixture
def member_id(session):
    return make_member(session).id


def plan(session, member_id, event):
    return planning.plan(session, member_id, event, now=MORNING)


def test_a_plan_says_what_is_wanted_and_what_limits_leave(session, member_id):
    publish(session, make_rule("a", caps={"day": 30}), make_rule("b", "gift", effect={"fixed": 5}, expiry="never"))
    planned = plan(session, member_id, make_bill(10_000))
    assert (planned.wanted, planned.assessment.points, planned.rooms["a"].by) == (105, 35, "day")
    assert [(grant.rule_code, grant.wanted, grant.granted) for grant in planned.grants] == [("a", 100, 30), ("b", 5, 5)]


def test_planning_again_sees_what_others_took_meanwhile(session, member_id):
    publish(session, make_rule("a", budget=100))
    planned = plan(session, member_id, make_bill(10_000))
    limits.take_budgets(session, [(planned.amounts[0][0], 60)])
    again = planning.within_limits(session, member_id, planned, locked=True)
    assert (planned.assessment.points, again.assessment.points, again.wanted) == (100, 40, 100)


def test_nothing_is_looked_up_that_no_rule_asks_for(session, member_id, count_statements):
    with count_statements(session) as said:
        planned = plan(session, member_id, make_bill(10_000))
    assert len(said) == 1  # the book
    assert (planned.event.tier_code, planned.event.tags) == (None, None)


def test_what_the_event_tells_is_not_looked_up(session, member_id):
    publish(session, make_rule("a", conditions={"tiers": ["gold"], "tags": ["VIP"]}))
    told = make_bill(10_000, tier_code="gold", tags=frozenset({"VIP"}))
    assert plan(session, member_id, told).assessment.points == 100
    assert plan(session, member_id, make_bill(10_000)).event.tier_code == "basic"


def test_tags_are_asked_for_only_by_rules_of_the_trigger_that_are_on(session, member_id):
    members.tag(session, member_id, "VIP")
    publish(
        session,
        make_rule("a", conditions={"tags": ["VIP"]}),
        make_rule("b", "gift", trigger="survey", effect={"fixed": 1}),
        make_rule("c", "gift", trigger="survey", effect={"fixed": 1}, conditions={"tags": ["VIP"]}, enabled=False),
    )
    assert plan(session, member_id, make_bill(100)).event.tags == {"VIP"}
    assert plan(session, member_id, Event("survey", MORNING)).event.tags is None
