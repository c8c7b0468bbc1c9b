import pytest
from sqlalchemy import update

from backend import benefits
from backend.benefits.counting import put_back, take, used
from backend.benefits.models import Quota
from backend.kit.guarded import hit_one


def test_taken_up_to_the_quota_and_given_back(session, member_id):
    assert used(session, member_id, "a", "2026") is None
    take(session, member_id, "a", "2026", 3, most=5)
    with pytest.raises(benefits.QuotaUsedUp) as error:
        take(session, member_id, "a", "2026", 3, most=5)
    assert error.value.details == {"left": 2}
    take(session, member_id, "a", "2026", 2, most=5)
    put_back(session, member_id, "a", "2026", 4)
    assert used(session, member_id, "a", "2026") == 1
    with pytest.raises(RuntimeError):
        put_back(session, member_id, "a", "2026", 2)


def test_a_quota_that_fell_leaves_nothing_and_not_less(session, member_id):
    take(session, member_id, "a", "2026", 9, most=None)
    with pytest.raises(benefits.QuotaUsedUp) as error:
        take(session, member_id, "a", "2026", 1, most=5)
    assert error.value.details == {"left": 0}


def test_whether_a_row_was_hit(session, member_id):
    take(session, member_id, "a", "2026", 1, most=None)
    assert hit_one(session, update(Quota).where(Quota.used == 1).values(used=2))
    assert not hit_one(session, update(Quota).where(Quota.used == 1).values(used=2))
