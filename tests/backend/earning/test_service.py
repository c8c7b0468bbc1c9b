from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from backend import earning, points, rulebooks
from backend.earning import Event
from backend.points import Expiry, Source
from tests.factories.earning import make_bill, make_rule, publish
from tests.factories.members import make_member
from tests.support.clocks import MORNING

GIFT = 100
BILL = Source("purchase", 7)


@pytest.fixture
def member_id(session):
    return make_member(session).id


def award(session, member_id, event, source=BILL, **parts):
    account = points.lock(session, member_id, now=MORNING)
    return earning.award(session, account, event, source=source, now=MORNING, **parts)


def give_up(session, member_id, *kept, number=1, source=BILL):
    account = points.lock(session, member_id, now=MORNING)
    refund = Source("refund", number)
    return earning.give_up(session, account, source=source, lines_kept=kept, refund=refund, now=MORNING)


def available(session, member_id):
    return points.summary(session, member_id, now=MORNING).available


def test_an_award_credits_and_says_what_each_rule_gave(session, member_id):
    given = award(session, member_id, make_bill(19_999, multiplier=12_000))
    assert (given.points, given.wanted, given.book_version, given.sources) == (239, 239, 1, (BILL,))
    assert given.grants == (earning.Grant("purchase", 239, 239, None),)
    entry = points.entry_of(session, member_id, BILL)
    assert (entry.amount, entry.expires_at) == (239, points.HOUSE_EXPIRY.of(MORNING))
    assert available(session, member_id) == GIFT + 239


def test_with_a_time_to_settle_points_are_promised(session, member_id):
    given = award(session, member_id, make_bill(10_000), settles_at=MORNING + timedelta(days=7))
    assert given.points == 100
    balance = points.summary(session, member_id, now=MORNING)
    assert (balance.available, balance.pending) == (GIFT, 100)


def test_each_time_that_points_are_good_for_is_a_part_of_its_own(session, member_id):
    publish(
        session,
        make_rule("a"),
        make_rule("b", "gift", effect={"fixed": 7}, expiry="never"),
        make_rule("c", "gift", effect={"fixed": 5}, expiry={"months": 1}),
        make_rule("d", "gift", effect={"fixed": 2}, expiry="never"),
    )
    given = award(session, member_id, make_bill(10_000))
    assert given.sources == (BILL, Source("purchase", "7:2"), Source("purchase", "7:3"))
    entries = [points.entry_of(session, member_id, source) for source in given.sources]
    assert [entry.amount for entry in entries] == [100, 9, 5]
    assert [entry.expires_at for entry in entries] == [
        points.HOUSE_EXPIRY.of(MORNING),
        None,
        Expiry("months", 1).of(MORNING),
    ]


def test_nothing_given_is_kept_too_and_credits_nothing(session, member_id):
    given = award(session, member_id, make_bill(99))
    assert (given.points, given.sources, given.grants) == (0, (), ())
    assert points.entry_of(session, member_id, BILL) is None
    (told,) = earning.explain(session, member_id=member_id, source=BILL)
    assert (told.outcome, told.granted) == ("matched", 0)


def test_one_source_is_awarded_once(session, member_id):
    award(session, member_id, make_bill(10_000))
    award(session, member_id, make_bill(10_000))
    with pytest.raises(IntegrityError):
        session.flush()


def test_the_rules_in_force_when_it_happened_judge_it_whenever_it_is_reported(session, member_id):
    tomorrow = MORNING + timedelta(days=1)
    publish(session, make_rule("double", effect={"per_yuan": 20_000}), live_from=tomorrow)
    assert award(session, member_id, make_bill(10_000)).points == 100
    later = make_bill(10_000, at=tomorrow)
    assert award(session, member_id, later, Source("purchase", 8)).points == 200
    late_report = make_bill(10_000, at=tomorrow - timedelta(microseconds=1))
    assert award(session, member_id, late_report, Source("purchase", 9)).book_version == 1
