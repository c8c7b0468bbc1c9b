"""What time does by night, and whom it warns (T5, T10)."""

from datetime import timedelta

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from backend import points, tiers
from backend.points import Source
from backend.tiers.history import EVENT, FRIEND, PAID, Line
from backend.tiers.instants import MOMENT, last_day
from backend.tiers.models import TierStanding
from backend.tiers.replay import replay
from backend.tiers.review import carry_on, needed_to_keep
from backend.tiers.standings import validity_of
from tests.backend.tiers.lives import BEGIN, ENDING, doings, on, purchase
from tests.factories.members import make_member
from tests.factories.tiers import YEAR, buy, definition, give_back, listen, midnight, noon, publish_book, tier, timeline
from tests.support import nights
from tests.support.clocks import MORNING

GOLD = tier(
    "gold",
    {"spent_fen": 100_000, "days": 30},
    keep={"any": [{"spent_fen": 200_000, "days": 365}, {"purchases": 4, "days": 365}]},
    name="金卡",
    validity=YEAR,
)
END = midnight("2027-03-02")


def members_with_gold(session, count):
    publish_book(session, definition(GOLD), at=MORNING)
    accounts = [points.lock(session, make_member(session).id, now=MORNING) for _ in range(count)]
    for account in accounts:
        buy(session, account, 100_000, now=MORNING)
    session.flush()
    return [account.member_id for account in accounts]


def codes(session, member_ids):
    stored = select(TierStanding.member_id, TierStanding.tier_code).where(TierStanding.member_id.in_(member_ids))
    return dict(tuple(row) for row in session.execute(stored))


def test_the_night_writes_down_what_is_due_slice_by_slice_and_once(session):
    gone = members_with_gold(session, 3)
    assert nights.review(session, now=END - MOMENT, limit=10) == {}
    first = nights.review(session, now=END, limit=2)
    session.flush()
    second = nights.review(session, now=END, limit=2)
    session.flush()
    assert (first, second) == ({"reviewed": 2, "rose": 0, "fell": 2}, {"reviewed": 1, "rose": 0, "fell": 1})
    assert nights.review(session, now=END, limit=2) == {}
    assert codes(session, gone) == dict.fromkeys(gone, "basic")
    assert tiers.verify(session, gone) == []


def test_who_left_is_no_longer_due(session):
    (member_id,) = members_with_gold(session, 1)
    account = points.lock(session, member_id, now=MORNING)
    points.close(session, account, source_id=1, now=MORNING)
    session.flush()
    assert nights.review(session, now=END, limit=5) == {}
    session.expire_all()
    assert session.get(TierStanding, member_id).due_at is None


def test_a_new_book_reaches_who_does_nothing_when_they_are_carried_on(session):
    member_ids = members_with_gold(session, 2)
    publish_book(session, definition(GOLD, tier("black", {"purchases": 1, "days": 5})), at=MORNING + timedelta(days=1))
    now = MORNING + timedelta(days=2)
    assert carry_on(session, member_ids, now=now) == {"reviewed": 2, "rose": 2, "fell": 0}
    assert codes(session, member_ids) == dict.fromkeys(member_ids, "black")


def test_thirty_days_before_the_end_the_member_hears_exactly_what_is_missing(session):
    (member_id,) = members_with_gold(session, 1)
    account = points.lock(session, member_id, now=MORNING)
    buy(session, account, 20_000, 2, now=noon("2026-07-01"))
    session.flush()
    heard = listen(session)
    told_at = END - timedelta(days=30)
    assert nights.warn(session, now=told_at - MOMENT, limit=5) is None
    assert heard == []
    assert nights.warn(session, now=told_at, limit=5) is None
    assert len(heard) == 1
    session.flush()
    nights.warn(session, now=told_at + timedelta(days=1), limit=5)
    (told,) = heard
    assert (told.member_id, told.tier_code, told.tier_name, told.last_day) == (
        member_id,
        "gold",
        "金卡",
        last_day(END),
    )
    assert told.words == "再消费¥1800.00或再消费3次或再消费¥1000.00"
    assert [[(need.kind, need.missing) for need in way] for way in told.ways] == [
        [("spent", 180_000)],
        [("purchases", 3)],
        [("spent", 100_000)],
    ]


def test_who_will_keep_the_tier_hears_nothing_until_a_return_changes_that(session):
    (member_id,) = members_with_gold(session, 1)
    account = points.lock(session, member_id, now=MORNING)
    buy(session, account, 99_000, 2, now=noon("2026-11-01"))
    buy(session, account, 101_000, 3, now=noon("2026-12-20"), on=on("2026-11-25"))
    session.flush()
    now = END - timedelta(days=20)
    assert session.get(TierStanding, member_id).valid_until > END
    heard = listen(session)
    nights.warn(session, now=now, limit=5)
    give_back(session, account, 101_000, of=3, whole=True, now=now)
    session.flush()
    assert session.get(TierStanding, member_id).valid_until == END
    nights.warn(session, now=now, limit=5)
    assert [fact.words for fact in heard if isinstance(fact, tiers.TierFallsSoon)] == [
        "再消费¥1010.00或再消费3次或再消费¥1000.00"
    ]


def test_warnings_go_through_all_in_slices(session):
    member_ids = members_with_gold(session, 3)
    heard = listen(session)
    place, slices = 0, 0
    while place is not None:
        place = nights.warn(session, now=END - timedelta(days=5), limit=2, after_member_id=place)
        session.flush()
        slices += 1
    assert (slices, sorted(fact.member_id for fact in heard)) == (2, sorted(member_ids))


def test_what_decays_until_then_is_part_of_what_is_missing():
    decay = {"decay": {"every": "month", "keep": 5_000}}
    paid = [Line(1, PAID, noon("2026-03-10"), from_at=noon("2026-03-10"), until_at=noon("2026-05-10"))]
    either = {"any": [{"growth": 1_000}, {"paid_membership": True}]}
    gold = tier("gold", either, keep={"growth": 100}, validity={"months": 2})
    books = timeline(definition(gold, growth=decay))
    paid.append(Line(2, EVENT, noon("2026-03-10"), value=150))
    career = replay(paid, books, opened_at=BEGIN, at=noon("2026-04-20"))
    kept_by, *others = needed_to_keep(career)
    assert [(need.needed, need.had, need.missing) for need in kept_by] == [(200, 75, 125)]
    assert [[need.kind for need in way] for way in others] == [["growth"], ["paid-membership"]]
    for value, expected in ((124, "basic"), (125, "gold")):
        acted = [*paid, Line(3, EVENT, noon("2026-04-20"), value=value)]
        assert replay(acted, books, opened_at=BEGIN, at=noon("2026-05-10")).state.tier == expected


@settings(max_examples=40, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.data(), ENDING, doings(max_size=6))
def test_doing_what_the_warning_says_keeps_the_tier(data, book, lines):
    """T10: any one of the ways, on any of the days that it names, keeps the tier past its end, as a replay tells."""
    books = timeline(book)
    lines = [*(purchase(900 + number, BEGIN, 50_000, 0) for number in range(2)), *lines]
    end = validity_of(replay(lines, books, opened_at=BEGIN, at=lines[-1].at))[0]
    assume(end is not None)
    at = max(lines[-1].at, end - timedelta(days=data.draw(st.integers(1, 30)), hours=5))
    career = replay(lines, books, opened_at=BEGIN, at=at)
    ways = needed_to_keep(career)
    assume(ways)
    end, way = validity_of(career)[0], data.draw(st.sampled_from(ways))
    first = max([at, *(midnight(need.from_day.isoformat()) for need in way if need.from_day)])
    acted_at = data.draw(st.sampled_from([first, first + (end - MOMENT - first) // 2, end - MOMENT]))
    acted = [*lines, *doing_it(way, acted_at)]
    kept = replay(acted, books, opened_at=BEGIN, at=end)
    rank = career.book.rank
    assert rank(kept.state.tier) >= rank(career.state.tier)
    assert validity_of(kept)[0] != end


def doing_it(way, at):
    """The lines of a member who does just what a way says."""
    needs = {need.kind: need for need in sorted(way, key=lambda need: (need.missing, need.tier or ""))}
    fen = max((needs[kind].missing for kind in ("spent", "spent-in-a-day") if kind in needs), default=0)
    count = max(1 if fen else 0, needs["purchases"].missing if "purchases" in needs else 0)
    lines = [purchase(800 + number, at, fen if number == 0 else 0, 0) for number in range(count)]
    bought = sum(line.value for line in lines)
    if "growth" in needs and needs["growth"].missing > bought:
        lines.append(Line(840, EVENT, at, value=needs["growth"].missing - bought))
    for number in range(needs["friends"].missing if "friends" in needs else 0):
        tier_code = needs["friends"].tier or "basic"
        lines.append(Line(850 + number, FRIEND, at, friend_id=90 + number, tier_code=tier_code))
    if "paid-membership" in needs:
        lines.append(Line(880, PAID, at, from_at=at, until_at=at + timedelta(days=400)))
    return lines


def test_the_source_of_a_warning_is_not_a_line(session):
    (member_id,) = members_with_gold(session, 1)
    nights.warn(session, now=END - timedelta(days=5), limit=2)
    account = points.lock(session, member_id, now=END - timedelta(days=5))
    outcome = tiers.add_growth(
        session, account, 1, kind="event", source=Source("event", 1), now=END - timedelta(days=5)
    )
    assert outcome.tier.code == "gold"
    session.flush()
    row = session.get(TierStanding, member_id)
    assert (row.warned_for, row.warn_at) == (END, None)
