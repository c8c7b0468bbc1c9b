from random import Random

import pytest

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


@pytest.mark.parametrize(
    ("supply", "refusal"),
    [
        ({"stock": 2}, "coupons.sold-out"),
        ({"stock_per_day": 2}, "coupons.sold-out-today"),
        ({"stock": 3, "stock_per_day": 2}, "coupons.sold-out-today"),
        ({"stock": 2, "stock_per_day": 2}, "coupons.sold-out"),
    ],
)
def test_the_first_get_what_there_is_and_the_others_are_told_why(session, supply, refusal):
    members = [make_member(session) for _ in range(3)]
    template = make_template(session, supply={"per_member": None} | supply)
    assert give(session, template, members) == ["", "", refusal]
    assert give(session, template, members, source=points.Source("handout", 2)) == [refusal] * 3
    assert coupons.count_faults(session) == []
