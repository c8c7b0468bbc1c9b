from backend import members
from backend.coupons.audience import Asker, is_for
from backend.coupons.definition import Definition
from tests.factories.coupons import make_definition
from tests.factories.members import make_member
from tests.support.clocks import MORNING


def terms(**audience):
    return Definition.model_validate(make_definition(audience=audience))


def test_tier_and_any_of_the_tags_are_asked_for(session, count_statements):
    member = make_member(session)
    members.tag(session, member.id, "亲友")
    session.flush()
    asker = Asker(session, member.id, MORNING)
    assert is_for(asker, terms())
    assert is_for(asker, terms(tags=["亲友", "贵宾"]))
    assert not is_for(asker, terms(tags=["贵宾"]))
    assert not is_for(asker, terms(tiers=["gold"], tags=["亲友"]))
    assert is_for(asker, terms(tiers=[asker.tier_code]))
    with count_statements(session) as said:
        assert is_for(asker, terms(tiers=[asker.tier_code], tags=["亲友"]))
    assert said == []
