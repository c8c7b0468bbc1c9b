from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend import points, tiers
from backend.kit.calendar import shop_day
from backend.points import Source
from backend.tiers.models import GrowthEntry, TierChange, TierStanding
from tests.factories.tiers import YEAR, definition, publish_book, tier
from tests.factories.tiers import buy as tiers_buy
from tests.factories.tiers import give_back as tiers_give_back
from tests.support.clocks import LATE, MORNING

GOLDEN = {"any": [{"spent_in_a_day_fen": 80_000}, {"spent_fen": 200_000, "days": 30}]}


def buy(session, account, fen, number=1, *, now=LATE, on=None):
    return tiers_buy(session, account, fen, number, now=now, on=on)


def give_back(session, account, fen, number=1, *, of=1, whole=False, now=LATE):
    return tiers_give_back(session, account, fen, of=of, number=number, whole=whole, now=now)


def entries(session, account):
    session.flush()
    lines = select(GrowthEntry).where(GrowthEntry.member_id == account.member_id).order_by(GrowthEntry.seq)
    return session.scalars(lines).all()


def code_at(session, account, now):
    return tiers.standing(session, account.member_id, now=now).tier.code


def test_a_purchase_raises_the_tier_at_once_and_leaves_its_evidence(session, account):
    outcome = buy(session, account, 1_200_099)
    assert (outcome.before.code, outcome.tier.code, outcome.growth) == ("basic", "gold", 12_000)
    found = tiers.standing(session, account.member_id, now=LATE)
    assert (found.tier.code, found.since_at, found.missing) == ("gold", LATE, 38_000)
    session.flush()
    change = session.scalars(select(TierChange)).one()
    assert (change.from_code, change.to_code, change.growth_seq, change.at) == ("basic", "gold", 1, LATE)
    assert (change.cause, change.book_version) == ("purchase", 1)
    assert change.evidence == [[{"kind": "growth", "needed": 10_000, "had": 12_000}]]


def test_rises_and_falls_are_announced(session, account):
    heard = []
    session.info["listeners"] = {
        fact: [lambda _session, said: heard.append(said)] for fact in (tiers.TierReached, tiers.TierLost)
    }
    buy(session, account, 200_000)
    buy(session, account, 100, 2)
    session.flush()
    give_back(session, account, 200)
    assert heard == [
        tiers.TierReached(account.member_id, "silver", "银卡", "basic", 1, LATE),
        tiers.TierLost(account.member_id, "basic", "普通", "silver", 3, LATE),
    ]


def test_one_source_counts_once(session, account):
    buy(session, account, 100)
    session.flush()
    buy(session, account, 100)
    with pytest.raises(IntegrityError):
        session.flush()


def test_spending_and_expiring_points_never_change_a_tier(session, account):
    """T2"""
    buy(session, account, 200_000)
    before = tiers.standing(session, account.member_id, now=LATE)
    points.spend(session, account, 60, source=Source("exchange", 1), now=LATE)
    assert tiers.standing(session, account.member_id, now=LATE) == before
    later = LATE + timedelta(days=800)
    account = points.lock(session, account.member_id, now=later)
    assert points.summary(session, account.member_id, now=later).available == 0
    assert tiers.standing(session, account.member_id, now=later) == before
    assert tiers.verify(session, [account.member_id]) == []


def test_growth_value_of_a_refund_does_not_depend_on_how_it_is_cut_up(session, account):
    buy(session, account, 100_050)
    session.flush()
    taken = [give_back(session, account, 30, number).growth for number in range(1, 11)]
    assert sum(taken) == -3
    assert (taken.count(0), tiers.standing(session, account.member_id, now=LATE).growth) == (7, 997)


def test_a_refund_of_what_never_counted_takes_nothing(session, account):
    outcome = give_back(session, account, 100, of=404)
    assert (outcome.tier.code, outcome.growth, entries(session, account)) == ("basic", 0, [])


@pytest.mark.parametrize(("on_refund", "expected"), [("recheck", "basic"), ("at-period-end", "gold")])
def test_a_refund_rechecks_by_the_stated_policy(session, account, on_refund, expected):
    """T6"""
    publish_book(session, definition(tier("gold", GOLDEN, validity=YEAR), on_refund=on_refund), at=MORNING)
    assert buy(session, account, 80_000).tier.code == "gold"
    session.flush()
    assert give_back(session, account, 1).tier.code == expected
    assert code_at(session, account, LATE + timedelta(days=366)) == "basic"
    assert tiers.verify(session, [account.member_id]) == []


@pytest.mark.parametrize("on_refund", ["recheck", "at-period-end"])
def test_what_came_back_helps_no_later_purchase(session, account, on_refund):
    """T1: in windows, where the stored way reads only the lines of some days."""
    publish_book(session, definition(tier("gold", {"spent_fen": 200_000, "days": 30}), on_refund=on_refund), at=MORNING)
    buy(session, account, 150_000)
    give_back(session, account, 100_000, now=LATE + timedelta(days=1))
    session.flush()
    assert buy(session, account, 149_999, 2, now=LATE + timedelta(days=2)).tier.code == "basic"
    session.flush()
    assert tiers.verify(session, [account.member_id]) == []
    assert buy(session, account, 1, 3, now=LATE + timedelta(days=3)).tier.code == "gold"


def test_a_wholly_returned_purchase_was_no_purchase(session, account):
    book = definition(tier("silver", {"purchases": 2, "days": 60}, validity=YEAR))
    publish_book(session, book, at=MORNING)
    buy(session, account, 0)
    assert buy(session, account, 5_000, 2).tier.code == "silver"
    session.flush()
    assert give_back(session, account, 4_999, of=2).tier.code == "silver"
    assert give_back(session, account, 1, 2, of=2, whole=True).tier.code == "basic"


def test_check_ins_count_as_the_book_says(session, account):
    assert tiers.count_check_in(session, account, shop_day(LATE), now=LATE) is None
    publish_book(session, definition(tier("silver", {"growth": 10}), growth={"check_in": 5}), at=LATE)
    now = LATE + timedelta(days=1)
    assert tiers.count_check_in(session, account, shop_day(now), now=now).growth == 5
    now += timedelta(days=1)
    assert tiers.count_check_in(session, account, shop_day(now), now=now).tier.code == "silver"
    assert [line.kind for line in entries(session, account)] == ["check-in", "check-in"]


def test_growth_value_decays_in_the_journal(session, account):
    decay = {"decay": {"every": "month", "keep": 9_000}}
    publish_book(session, definition(tier("silver", {"growth": 500}, validity=YEAR), growth=decay), at=MORNING)
    tiers.add_growth(session, account, 1_000, kind="event", source=Source("event", 1), now=LATE)
    later = LATE + timedelta(days=62)
    assert tiers.standing(session, account.member_id, now=later).growth == 810
    outcome = tiers.add_growth(session, account, 5, kind="event", source=Source("event", 2), now=later)
    assert (outcome.growth, tiers.standing(session, account.member_id, now=later).growth) == (5, 815)
    told = [(line.kind, line.amount, line.growth_after) for line in entries(session, account)]
    assert told == [("event", 1_000, 1_000), ("decay", -100, 900), ("decay", -90, 810), ("event", 5, 815)]
    assert tiers.verify(session, [account.member_id]) == []


def test_a_refund_after_a_decay_leaves_what_would_have_been_left_without_the_purchase(session, account):
    decay = {"decay": {"every": "month", "keep": 5_000}}
    publish_book(session, definition(tier("silver", {"growth": 5_000}), growth=decay), at=MORNING)
    buy(session, account, 20_000)
    buy(session, account, 10_000, 2)
    later = LATE + timedelta(days=40)
    session.flush()
    outcome = give_back(session, account, 20_000, whole=True, now=later)
    assert (outcome.growth, tiers.standing(session, account.member_id, now=later).growth) == (-100, 50)
    assert tiers.verify(session, [account.member_id]) == []


def test_a_correction_takes_no_more_than_there_is(session, account):
    tiers.add_growth(session, account, 2_000, kind="event", source=Source("event", 1), now=LATE)
    outcome = tiers.add_growth(session, account, -5_000, kind="correction", source=Source("adjustment", 1), now=LATE)
    assert (outcome.before.code, outcome.tier.code, outcome.growth) == ("silver", "basic", -2_000)


def test_a_late_call_is_judged_by_the_instant_of_the_one_before(session, account):
    """Clocks of machines differ: nobody goes back in time."""
    buy(session, account, 100_000, now=LATE)
    buy(session, account, 100_000, 2, now=LATE - timedelta(seconds=5))
    assert [line.at for line in entries(session, account)] == [LATE, LATE]
    assert tiers.verify(session, [account.member_id]) == []


def test_a_call_writes_what_time_did_first(session, account):
    book = definition(tier("gold", GOLDEN, validity={"months": 1}))
    publish_book(session, book, at=MORNING)
    buy(session, account, 80_000)
    later = LATE + timedelta(days=60)
    outcome = buy(session, account, 100, 2, now=later)
    assert (outcome.before.code, outcome.tier.code) == ("basic", "basic")
    fell = session.scalars(select(TierChange).order_by(TierChange.growth_seq.desc())).first()
    assert (fell.cause, fell.at) == ("period-end", MORNING.replace(month=4, day=1, hour=16))
    assert fell.evidence[0][0]["needed"] == 80_000
    assert [line.kind for line in entries(session, account)] == ["purchase", "time", "purchase"]


def test_a_purchase_reads_the_standing_once_and_of_the_journal_only_its_windows(session, account, count_statements):
    publish_book(session, definition(tier("gold", GOLDEN)), at=MORNING)
    buy(session, account, 100)
    session.flush()
    session.expire_all()
    account = points.lock(session, account.member_id, now=LATE)
    with count_statements(session) as said:
        standing = tiers.standing(session, account.member_id, now=LATE)
        buy(session, account, 100, 2)
        session.flush()
    assert standing.tier.code == "basic"
    read = sorted(one.split("FROM")[1].split()[0] for one in said if one.startswith("SELECT"))
    assert read == ["growth_entries", "growth_entries", "rule_books", "rule_books", "tier_standings"]
    assert sorted(one.split()[0] for one in said if not one.startswith("SELECT")) == ["INSERT", "UPDATE"]


def test_a_standing_that_opened_says_since_when(session, account):
    row = session.get(TierStanding, account.member_id)
    assert (row.opened_at, row.since_at, row.judged_at, row.book_version) == (MORNING, MORNING, MORNING, 1)
    assert (row.due_at, row.warn_at, row.terms) == (None, None, {})
