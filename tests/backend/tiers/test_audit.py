"""What is stored of a tier is what its journal says (T1); what was changed by hand is found."""

import pytest

from backend import points, tiers
from backend.kit.calendar import shop_day
from backend.points import Source
from backend.tiers.models import GrowthEntry, TierStanding
from tests.factories.members import make_member
from tests.support.clocks import LATE, MORNING


@pytest.fixture
def member_id(session):
    account = points.lock(session, make_member(session).id, now=MORNING)
    for number, fen in ((1, 150_000), (2, 60_000)):
        why = Source("purchase", number)
        tiers.count_purchase(session, account, spent_fen=fen, counts_on=shop_day(LATE), source=why, now=LATE)
    session.flush()
    return account.member_id


def faults(session, member_id):
    session.flush()
    session.expire_all()
    return [fault.what for fault in tiers.verify(session, [member_id])]


def test_a_good_standing_has_no_fault(session, member_id):
    assert faults(session, member_id) == []


@pytest.mark.parametrize(("column", "value"), [("tier_code", "gold"), ("growth", 99), ("last_seq", 9)])
def test_a_standing_changed_by_hand_is_found(session, member_id, column, value):
    setattr(session.get(TierStanding, member_id), column, value)
    assert faults(session, member_id)


def test_a_line_changed_by_hand_is_found(session, member_id):
    line = session.get(GrowthEntry, (member_id, 2))
    line.value, line.spent_fen = 0, 0
    assert faults(session, member_id)
