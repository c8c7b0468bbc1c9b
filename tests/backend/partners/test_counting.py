from datetime import date

import pytest

from backend.partners import counting
from backend.partners.errors import BudgetUsedUp, MemberCapReached, PartnerCapReached
from backend.partners.incoming import cancel, prepare
from backend.partners.models import Counter
from backend.partners.rules import IN
from tests.factories.partners import terms
from tests.support.clocks import MORNING

DAY = date(2026, 3, 1)
NEXT = date(2026, 3, 2)


def used(session, partner, what):
    row = session.get(Counter, (partner.id, what), populate_existing=True)
    return row.used if row else None


def test_a_partner_has_so_many_points_a_day_and_all_in_all(session, partner):
    way = terms(partner_day=100, budget=150)
    counting.take(session, partner.id, IN, way, ours=100, day=DAY)
    with pytest.raises(PartnerCapReached):
        counting.take(session, partner.id, IN, way, ours=1, day=DAY)
    counting.take(session, partner.id, IN, way, ours=50, day=NEXT)
    with pytest.raises(BudgetUsedUp):
        counting.take(session, partner.id, IN, way, ours=1, day=NEXT)
    assert used(session, partner, "in:2026-03-01") == 100
    assert used(session, partner, "in:ever") == 150


def test_a_member_has_so_many_points_a_day(session, partner, alias, member_id):
    prepare(session, partner.id, ref="1", member=alias, given=1_000, now=MORNING)
    counting.check_member(session, member_id, partner.id, IN, terms(), ours=500, day=DAY)
    with pytest.raises(MemberCapReached) as refused:
        counting.check_member(session, member_id, partner.id, IN, terms(), ours=501, day=DAY)
    assert refused.value.details == {"left": 500}
    counting.check_member(session, member_id, partner.id, IN, terms(), ours=1_000, day=NEXT)


def test_what_came_to_nothing_counts_no_more(session, partner, alias, member_id):
    prepare(session, partner.id, ref="1", member=alias, given=2_000, now=MORNING)
    cancel(session, partner.id, "1", now=MORNING)
    assert used(session, partner, "in:ever") == 0
    counting.check_member(session, member_id, partner.id, IN, terms(), ours=1_000, day=DAY)


def test_more_than_was_counted_is_never_given_back(session, partner, alias):
    exchange = prepare(session, partner.id, ref="1", member=alias, given=100, now=MORNING)
    counting.put_back(session, exchange)
    with pytest.raises(RuntimeError):
        counting.put_back(session, exchange)
