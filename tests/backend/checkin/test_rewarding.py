from datetime import date, timedelta

import pytest
from sqlalchemy import select

from backend import checkin, coupons, points
from backend.checkin import StepReward
from backend.checkin.rewarding import rewards_of
from backend.lottery.models import Ticket
from tests.backend.checkin.books import let_rules, step
from tests.factories.coupons import make_template
from tests.factories.draws import make_draw
from tests.factories.members import make_member
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

DAY = timedelta(days=1)
MONDAY = MORNING + DAY  # 2 March 2026


@pytest.fixture
def member_id(session):
    return make_member(session).id


def visit(session, member_id, *offsets, since=MONDAY):
    """Check in on days after the second of March; what the visits reached."""
    visits = [checkin.check_in(session, member_id, now=since + DAY * number) for number in offsets]
    return [[(one.kind, one.step, one.points) for one in visit.rewards] for visit in visits]


def given(session, member_id):
    rows = session.scalars(select(StepReward).where(StepReward.member_id == member_id).order_by(StepReward.id))
    return [(row.kind, row.cycle.isoformat(), row.step, row.book_version) for row in rows]


def test_by_the_first_book_nothing_but_days_pays(session, member_id):
    assert visit(session, member_id, 0, 1, 2) == [[], [], []]


def test_steps_of_a_streak_are_given_once_in_each_streak(session, member_id):
    let_rules(session, streak=[step(2, 20), step(3, 30)])
    assert visit(session, member_id, 0, 1, 2, 3, 5, 6) == [
        [],
        [("streak", 2, 20)],
        [("streak", 3, 30)],
        [],
        [],
        [("streak", 2, 20)],
    ]
    amounts = [
        entry.amount for entry in points.entries(session, member_id, limit=20) if entry.source_kind == "check-in-step"
    ]
    assert amounts == [20, 30, 20]


def test_days_of_a_week_and_of_a_month_need_not_follow_one_another(session, member_id):
    let_rules(session, week=[step(2, 5)], month=[step(4, 50)])
    assert visit(session, member_id, 0, 3, 5, 7, 8) == [
        [],
        [("week", 2, 5)],
        [],
        [("month", 4, 50)],
        [("week", 2, 5)],
    ]
    assert given(session, member_id) == [
        ("week", "2026-03-02", 2, 2),
        ("month", "2026-03-01", 4, 2),
        ("week", "2026-03-09", 2, 2),
    ]


def test_a_month_ends_with_its_last_day_in_the_shop(session, member_id):
    let_rules(session, month=[step(2, 5)])
    assert visit(session, member_id, 28, 29, 30) == [[], [("month", 2, 5)], []]  # 30 and 31 March, 1 April


def test_a_new_version_in_mid_cycle_takes_nothing_and_gives_nothing_twice(session, member_id):
    let_rules(session, streak=[step(2, 20), step(5, 50)])
    visit(session, member_id, 0, 1, 2)
    let_rules(session, now=MONDAY + DAY * 3, streak=[step(2, 99), step(3, 30)])
    assert visit(session, member_id, 3) == [[("streak", 3, 30)]]  # it was passed already: that counts
    let_rules(session, now=MONDAY + DAY * 4, streak=[])
    assert visit(session, member_id, 4) == [[]]
    assert given(session, member_id) == [("streak", "2026-03-02", 2, 2), ("streak", "2026-03-02", 3, 3)]
    sums = [entry.amount for entry in points.entries(session, member_id, limit=20)]
    assert sorted(sums) == [5, 6, 7, 8, 9, 20, 30, 100]


def test_coupons_and_tickets_are_given_too(session, member_id):
    template, draw = make_template(session), make_draw(session)
    gifts = {"coupons": [template.code], "tickets": [{"draw": draw.code, "count": 2}, {"draw": "no-such", "count": 1}]}
    let_rules(session, streak=[step(1, 0, **gifts)])
    (reward,) = checkin.check_in(session, member_id, now=MORNING).rewards
    assert (reward.points, reward.coupons) == (0, [template.code])
    assert [one.source_kind for one in coupons.wallet(session, member_id, pocket="ready", limit=9, now=MORNING)] == [
        "check-in-step"
    ]
    tickets = session.scalars(select(Ticket).where(Ticket.member_id == member_id)).all()
    assert [(one.draw_id, one.granted, one.source_id) for one in tickets] == [(draw.id, 2, str(reward.id))]


def test_a_coupon_that_is_not_to_be_had_spoils_no_check_in(session, member_id):
    let_rules(session, streak=[step(1, 10, coupons=["no-such"])])
    visit = checkin.check_in(session, member_id, now=MORNING)
    assert (visit.streak, visit.balance) == (1, 100 + 5 + 10)
    (refusal,) = coupons.promises_refused(session, limit=5)
    assert (refusal.template_code, refusal.source_kind) == ("no-such", "check-in-step")


def test_a_special_day_pays_more_and_gives_its_gifts_once(session, member_id):
    template = make_template(session)
    day = {"name": "会员日", "dates": ["2026-03-01"], "points": 50, "coupons": [template.code]}
    let_rules(session, special_days=[day, {"name": "周日", "weekdays": [7], "points": 7}])
    today = checkin.check_in(session, member_id, now=MORNING)
    assert (today.points, [(one.kind, one.coupons) for one in today.rewards]) == (62, [("special", [template.code])])
    assert checkin.check_in(session, member_id, now=MONDAY).points == 6
    assert given(session, member_id) == [("special", "2026-03-01", 1, 2)]


def test_rewards_are_found_by_the_days_that_reached_them(session, member_id):
    let_rules(session, streak=[step(2)])
    visit(session, member_id, 0, 1)
    day = date(2026, 3, 3)
    assert [one.reached_on for one in rewards_of(session, member_id, day, day)] == [day]
    assert rewards_of(session, member_id, day + DAY, day + DAY) == []
