import pytest

from backend import checkin
from backend.demo.check_ins import RULES, reward_check_ins
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def test_the_demo_rewards_days_in_a_row(session):
    reward_check_ins(session, by="demo", now=MORNING)
    version, book = checkin.live(session, now=MORNING)
    assert (version, list(book.steps("streak")), book.daily.points) == (2, [3, 7], 5)
    assert book.make_ups.per_month == RULES["make_ups"]["per_month"]
