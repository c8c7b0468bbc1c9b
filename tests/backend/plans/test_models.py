import pytest

from tests.backend.plans.test_service import place
from tests.support.clocks import MORNING


def test_what_is_not_paid_has_no_days_and_is_not_good(session, member_id):
    order = place(session, member_id)
    with pytest.raises(ValueError, match="not paid"):
        _ = order.span
    assert (order.is_good_at(MORNING), order.plan.code) == (False, "gold-year")
