from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from backend import earning, members, points
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


def test_points_that_settle_later_still_count_their_expiry_from_now(session, member_id):
    settles_at = MORNING + timedelta(days=7)
    award(session, member_id, make_bill(10_000), settles_at=settles_at)
    points.lock(session, member_id, now=settles_at)
    entry = points.entry_of(session, member_id, BILL)
    assert (entry.at, entry.expires_at) == (settles_at, points.HOUSE_EXPIRY.of(MORNING))


def test_a_cap_cuts_a_rule_short_and_the_reply_says_by_how_much(session, member_id):
    """P2: at the cap the reply says what was wanted and what was given."""
    publish(session, make_rule("a", caps={"day": 150}), make_rule("b", "gift", effect={"fixed": 5}))
    first, second, third = (
        award(session, member_id, make_bill(10_000), Source("purchase", number)) for number in range(3)
    )
    assert [(one.points, one.wanted) for one in (first, second, third)] == [(105, 105), (55, 105), (5, 105)]
    assert [grant.granted for grant in second.grants] == [50, 5]


def test_caps_begin_anew_with_the_shops_day_and_month(session, member_id):
    publish(session, make_rule("a", caps={"day": 10, "month": 25, "ever": 30}), live_from=MORNING, now=MORNING)
    midnight = make_bill(1_000).at.replace(hour=16)  # in Shanghai the next day begins
    instants = [midnight + timedelta(days=days) for days in (0, 1, 2, 31, 32)]
    given = [
        award(session, member_id, make_bill(1_000, at=at), Source("purchase", number)).points
        for number, at in enumerate([midnight - timedelta(microseconds=1), *instants])
    ]
    assert given == [10, 10, 5, 0, 5, 0]


def test_a_budget_is_shared_by_all_members_and_by_all_versions_of_a_rule(session, member_id):
    publish(session, make_rule("a", budget=150))
    other = make_member(session).id
    assert award(session, member_id, make_bill(10_000)).points == 100
    given = award(session, other, make_bill(10_000))
    assert (given.points, given.wanted) == (50, 100)
    publish(session, make_rule("a", budget=170))
    assert award(session, other, make_bill(10_000), Source("purchase", 8)).points == 20


def test_a_refund_takes_back_what_is_no_longer_earned(session, member_id):
    award(session, member_id, make_bill(10_000, 5_050))
    given_up = give_up(session, member_id, 10_000, 3_000)
    assert (given_up.points, given_up.taken) == (20, points.TakenBack(0, 20, 0))
    assert give_up(session, member_id, 9_999, 3_000, number=2).points == 1
    assert give_up(session, member_id, 9_998, 3_000, number=3) == earning.GivenUp(0, None)
    assert give_up(session, member_id, 0, 0, number=4).points == 129
    assert available(session, member_id) == GIFT


def test_a_refund_takes_what_is_pending_first(session, member_id):
    award(session, member_id, make_bill(10_000), settles_at=MORNING + timedelta(days=7))
    assert give_up(session, member_id, 4_000).taken == points.TakenBack(60, 0, 0)
    assert points.summary(session, member_id, now=MORNING).pending == 40


def test_each_part_of_an_award_is_taken_back_from(session, member_id):
    publish(session, make_rule("a"), make_rule("b", "gift", effect={"per_yuan": 5_000}, expiry="never"))
    award(session, member_id, make_bill(10_000), settles_at=MORNING + timedelta(days=7))
    assert give_up(session, member_id, 0).taken == points.TakenBack(150, 0, 0)


def test_a_rule_whose_threshold_is_no_longer_met_loses_all_its_points(session, member_id):
    over_100 = make_rule("much", "gift", effect={"fixed": 50}, conditions={"min_amount_fen": 10_000})
    publish(session, make_rule("a"), over_100)
    assert award(session, member_id, make_bill(12_000)).points == 170
    assert give_up(session, member_id, 10_000).points == 20
    assert give_up(session, member_id, 9_999, number=2).points == 51


def test_when_a_threshold_fails_the_next_best_rule_comes_in_its_place(session, member_id):
    over_100 = make_rule("much", "pick", effect={"per_yuan": 20_000}, conditions={"min_amount_fen": 10_000})
    publish(session, over_100, make_rule("plain", "pick"))
    assert award(session, member_id, make_bill(15_000)).points == 300
    assert give_up(session, member_id, 9_000).points == 210
    told = {one.rule_code: one for one in earning.explain(session, member_id=member_id, source=BILL)}
    assert (told["much"].granted, told["much"].kept) == (300, 0)
    assert (told["plain"].granted, told["plain"].kept) == (0, 90)
    assert give_up(session, member_id, 0, number=2).points == 90


def test_a_refund_gives_caps_and_budgets_their_room_back(session, member_id):
    publish(session, make_rule("a", caps={"day": 100}, budget=120))
    assert award(session, member_id, make_bill(20_000)).points == 100
    assert give_up(session, member_id, 15_000).points == 0
    assert give_up(session, member_id, 4_000, number=2).points == 60
    given = award(session, member_id, make_bill(20_000), Source("purchase", 8))
    assert (given.points, given.wanted) == (60, 200)


def test_nobody_keeps_more_than_before(session, member_id):
    award(session, member_id, make_bill(10_000))
    give_up(session, member_id, 5_000)
    with pytest.raises(ValueError, match="more is kept"):
        give_up(session, member_id, 6_000, number=2)


def test_what_was_never_awarded_cannot_be_given_up(session, member_id):
    with pytest.raises(earning.AwardUnknown):
        give_up(session, member_id, 0)
    award(session, member_id, make_bill(10_000))
    with pytest.raises(earning.AwardUnknown):
        give_up(session, make_member(session).id, 0)


def test_an_older_award_is_given_up_and_explained_by_the_rules_it_was_made_by(session, member_id):
    """P4: a new version never changes the past."""
    event = make_bill(10_000, 20_000, multiplier=12_000)
    award(session, member_id, event)
    award(session, member_id, event, Source("purchase", 8))
    before = earning.explain(session, member_id=member_id, source=BILL)
    assert give_up(session, member_id, 10_000, 0).points == 240
    publish(session, make_rule("purchase", effect={"fixed": 1}), make_rule("new", effect={"per_yuan": 90_000}))
    again = earning.explain(session, member_id=member_id, source=Source("purchase", 8))
    assert again == before
    assert give_up(session, member_id, 10_000, 0, number=2, source=Source("purchase", 8)).points == 240
    assert award(session, member_id, event, Source("purchase", 9)).book_version == 2


def test_joining_is_rewarded_as_the_rules_say(session, member_id):
    (entry,) = points.entries(session, member_id, limit=5)
    assert (entry.amount, entry.source_kind, entry.source_id) == (GIFT, "join", str(member_id))
    publish(session, make_rule("join", "gift", trigger="registration", effect={"fixed": 66}))
    assert available(session, make_member(session).id) == 66


def test_a_complete_profile_is_rewarded_as_the_rules_say(session, member_id):
    publish(session, make_rule("profile", "gift", trigger="profile-completed", effect={"fixed": 30}))
    changes = members.ProfileChanges(gender="female", birthday=date(1990, 4, 5))
    for _ in range(2):
        members.update_profile(session, member_id, changes=changes, now=MORNING)
    assert available(session, member_id) == GIFT + 30
    source = Source("rule", "profile-completed")
    assert points.entry_of(session, member_id, source).amount == 30


@pytest.mark.parametrize(("condition", "fits"), [({"tiers": ["basic"]}, True), ({"tiers": ["gold"]}, False)])
def test_the_tier_is_looked_up_where_a_rule_asks(session, member_id, condition, fits):
    publish(session, make_rule("visit", "gift", trigger="check-in", effect={"fixed": 3}, conditions=condition))
    assert award(session, member_id, Event("check-in", MORNING)).points == (3 if fits else 0)


def test_tags_are_looked_up_where_a_rule_asks_and_kept_as_they_were(session, member_id):
    publish(session, make_rule("vip", "gift", effect={"fixed": 3}, conditions={"tags": ["VIP", "宝妈"]}))
    assert award(session, member_id, make_bill(100)).points == 0
    members.tag(session, member_id, "宝妈")
    assert award(session, member_id, make_bill(100), Source("purchase", 8)).points == 3
    members.untag(session, member_id, "宝妈")
    (told,) = earning.explain(session, member_id=member_id, source=Source("purchase", 8))
    assert told.outcome == "matched"


def test_an_award_without_limits_costs_three_statements_beside_the_ledgers(session, member_id, count_statements):
    account = points.lock(session, member_id, now=MORNING)
    with count_statements(session) as ledger:
        points.credit(session, account, 100, source=Source("purchase", 1), now=MORNING)
        session.flush()
    rules = [make_rule(f"rule-{number}", "gift", effect={"fixed": number + 1}) for number in range(10)]
    publish(session, make_rule("a"), *rules)
    session.expire_all()
    account = points.lock(session, member_id, now=MORNING)
    with count_statements(session) as said:
        given = earning.award(session, account, make_bill(*[1_000] * 20), source=BILL, now=MORNING)
        session.flush()
    assert len(given.grants) == 11
    assert len(said) == len(ledger) + 3, said
