from random import Random

from backend import coupons, points
from backend.coupons.many import issue_to_many
from tests.factories.coupons import make_template
from tests.factories.members import make_member
from tests.support.clocks import MORNING

LIST = points.Source("handout", 1)


def give(session, template, members, *, source=LIST):
    outcomes = dict.fromkeys(sorted(member.id for member in members), "")
    issue_to_many(session, template, outcomes, source=source, rng=Random(1), now=MORNING)
    return list(outcomes.values())


def test_one_source_gives_each_one_and_the_stock_is_locked_once(session, count_statements):
    members = [make_member(session) for _ in range(3)]
    template = make_template(session)
    with count_statements(session) as said:
        assert give(session, template, members) == ["", "", ""]
    assert sum("UPDATE coupon_templates" in one for one in said) == 1
    assert give(session, template, members) == ["", "", ""]
    assert coupons.template(session, template.code).issued == 3


def test_the_first_get_what_there_is(session):
    members = [make_member(session) for _ in range(3)]
    template = make_template(session, supply={"per_member": None, "stock": 2})
    assert give(session, template, members) == ["", "", "coupons.sold-out"]
    assert coupons.count_faults(session) == []
