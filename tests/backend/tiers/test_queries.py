from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import tiers
from backend.members import Member, MembershipClosed
from tests.factories.members import make_member
from tests.factories.tiers import YEAR, definition, publish_book, tier
from tests.factories.tiers import buy as tiers_buy
from tests.support.clocks import LATE, MORNING


def buy(session, account, fen, number=1):
    return tiers_buy(session, account, fen, number, now=LATE)


def test_nobody_has_no_standing(session):
    with pytest.raises(tiers.NoStanding):
        tiers.standing(session, 404, now=MORNING)


def test_a_new_member_is_in_the_base_tier(session, account):
    found = tiers.standing(session, account.member_id, now=MORNING)
    assert (found.tier.code, found.growth, found.since_at) == ("basic", 0, MORNING)
    assert found.next
    assert (found.next.code, found.missing) == ("silver", 2_000)
    assert (found.valid_until, found.last_day, found.last_day_of_grace) == (None, None, None)


def test_the_top_tier_misses_nothing(session, account):
    buy(session, account, 6_000_000)
    found = tiers.standing(session, account.member_id, now=LATE)
    assert (found.tier.code, found.next, found.missing, found.missing_ways) == ("diamond", None, 0, ())


def test_who_stands_in_a_tier_is_a_condition_for_statements_about_many(session, account):
    other = make_member(session).id
    buy(session, account, 250_000)
    session.flush()

    def standing_in(*codes):
        these = Member.id.in_([account.member_id, other])
        return session.scalars(select(Member.id).where(these, tiers.stands_in(Member.id, codes))).all()

    assert standing_in("silver") == [account.member_id]
    assert sorted(standing_in("silver", "basic")) == sorted([account.member_id, other])
    assert standing_in("gold") == []
    tiers.close_standing(session, MembershipClosed(other, LATE))
    session.flush()
    assert standing_in("basic") == []


def test_the_first_book_is_what_there_was_before_books(session):
    found = tiers.tiers_now(session, now=LATE)
    shown = [(one.code, one.name, one.growth, one.multiplier, one.price) for one in found]
    assert shown == [
        ("basic", "普通", 0, 10_000, 10_000),
        ("silver", "银卡", 2_000, 12_000, 9_800),
        ("gold", "金卡", 10_000, 15_000, 9_500),
        ("diamond", "钻石", 50_000, 20_000, 9_200),
    ]


def test_a_standing_is_right_before_any_job_has_run(session, account):
    """T5: lazily exact, and nothing is written."""
    book = definition(tier("gold", {"spent_fen": 100_000, "days": 30}, validity=YEAR, grace_days=10))
    publish_book(session, book, at=MORNING)
    buy(session, account, 100_000)
    session.flush()
    end = MORNING.replace(year=2027, day=1, hour=16)
    moment, grace = timedelta(microseconds=1), timedelta(days=10)
    instants = (end - moment, end, end + grace - moment, end + grace)
    found = [tiers.standing(session, account.member_id, now=at) for at in instants]
    assert [one.tier.code for one in found] == ["gold", "gold", "gold", "basic"]
    assert [one.valid_until for one in found] == [end, end, end, None]
    assert [one.grace_until for one in found] == [end + grace] * 3 + [None]
    assert [one.since_at for one in found] == [LATE, LATE, LATE, end + grace]
    assert not session.dirty


def test_a_quote_writes_nothing_and_agrees_with_the_purchase(session, account):
    """L22"""
    buy(session, account, 150_000)
    session.flush()
    quoted = tiers.quote_purchase(session, account.member_id, spent_fen=50_000, now=LATE)
    assert (quoted.tier.code, quoted.growth, quoted.after.code) == ("basic", 500, "silver")
    assert not [*session.dirty, *session.new]
    outcome = buy(session, account, 50_000, 2)
    assert (outcome.before, outcome.growth, outcome.tier) == (quoted.tier, quoted.growth, quoted.after)


def test_a_tier_of_an_older_book_is_still_known(session):
    publish_book(session, definition(tier("black", {"growth": 5})), at=MORNING)
    assert tiers.tier_of(session, "black", now=MORNING).name == "BLACK"
    assert tiers.tier_of(session, "silver", now=LATE).name == "银卡"
    with pytest.raises(LookupError):
        tiers.tier_of(session, "platinum", now=LATE)


def test_history_comes_in_pages_newest_first(session, account):
    for number, fen in enumerate((200_000, 800_000, 4_000_000), start=1):
        buy(session, account, fen, number)
    session.flush()
    newest = tiers.history(session, account.member_id, limit=2)
    assert [change.to_code for change in newest] == ["diamond", "gold"]
    older = tiers.history(session, account.member_id, before=newest[-1].growth_seq, limit=2)
    assert [change.to_code for change in older] == ["silver"]
