"""Random books of tiers and random lives, for properties."""

from datetime import date, timedelta

from hypothesis import strategies as st

from backend.kit.calendar import shop_day
from backend.tiers.book import growth_for
from backend.tiers.history import EVENT, FRIEND, FRIEND_TIER, MANUAL, PAID, PURCHASE, REFUND, Line
from tests.factories.tiers import definition, midnight, tier, timeline

BEGIN = midnight("2026-01-20")
CODES = ("basic", "silver", "gold")

WINDOWS = st.sampled_from([1, 7, 30, 60, "calendar-year"])
LEAVES = st.one_of(
    st.fixed_dictionaries({"spent_fen": st.sampled_from([10_000, 30_000, 50_000]), "days": WINDOWS}),
    st.fixed_dictionaries({"spent_in_a_day_fen": st.sampled_from([10_000, 30_000]), "days": st.sampled_from([1, 20])}),
    st.fixed_dictionaries({"purchases": st.integers(1, 3), "days": WINDOWS}),
    st.fixed_dictionaries({"growth": st.sampled_from([100, 300, 500])}),
    st.fixed_dictionaries({"friends": st.integers(1, 2), "tier": st.sampled_from([None, "silver"])}),
    st.just({"paid_membership": True}),
)
CONDITIONS = st.one_of(
    LEAVES,
    st.builds(lambda parts: {"any": parts}, st.lists(LEAVES, min_size=1, max_size=2)),
    st.builds(lambda parts: {"all": parts}, st.lists(LEAVES, min_size=1, max_size=2)),
)
MONTHS = [{"months": 1}, {"months": 2}, {"months": 3}]
VALIDITIES = st.sampled_from([*MONTHS, "year-end", "forever"])
GIFTS = st.sampled_from([None, {"points": 10, "again_after_days": 60}])


def rising(code, validities):
    """A tier above the lowest."""
    return st.builds(
        lambda **parts: tier(code, **parts),
        qualify=CONDITIONS,
        keep=st.none() | CONDITIONS,
        validity=validities,
        grace_days=st.sampled_from([0, 0, 5, 20]),
        landing=st.sampled_from(["full", "one-step"]),
        gift=GIFTS,
    )


DECAYS = st.none() | st.fixed_dictionaries(
    {"every": st.sampled_from(["month", "year"]), "keep": st.sampled_from([5_000, 9_000])}
)


def books(validities=VALIDITIES):
    """Books of three tiers."""
    return st.builds(
        lambda silver, gold, decay, on_refund, change: definition(
            silver, gold, growth={"decay": decay}, on_refund=on_refund, change=change
        ),
        rising("silver", validities),
        rising("gold", validities),
        DECAYS,
        st.sampled_from(["recheck", "at-period-end"]),
        st.sampled_from(["protect", "recompute"]),
    )


BOOKS = books()
ENDING = books(st.sampled_from(MONTHS))
"""Books whose tiers all end."""
MOMENTS = st.builds(
    lambda days, hours, microseconds: BEGIN + timedelta(days=days, hours=hours, microseconds=microseconds),
    st.integers(1, 200),
    st.integers(0, 23),
    st.sampled_from([-1, 0, 1]),
)
TIMELINES = st.builds(
    lambda first, further: timeline(first, *sorted(further, key=lambda dated: dated[0])),
    BOOKS,
    st.lists(st.tuples(MOMENTS, BOOKS), max_size=1),
)


def purchase(seq, at, fen, late):
    on = shop_day(at) - timedelta(days=late)
    return Line(
        seq,
        PURCHASE,
        at,
        value=growth_for(fen, 10_000),
        spent_fen=fen,
        purchases=1,
        counts_on=on,
        per_yuan=10_000,
    )


SPENDING = st.sampled_from([0, 99, 5_000, 10_000, 20_050, 30_000, 50_000])
LATE = st.sampled_from([0, 0, 0, 2, 12])
PURCHASES = st.tuples(st.just(PURCHASE), SPENDING, LATE)
ACTS = st.one_of(
    PURCHASES,
    PURCHASES,
    PURCHASES,
    st.tuples(st.just(EVENT), st.sampled_from([5, 120, 400]), st.just(0)),
    st.tuples(st.sampled_from([FRIEND, FRIEND_TIER]), st.integers(1, 3), st.sampled_from(CODES)),
    st.tuples(st.just(PAID), st.integers(0, 5), st.integers(1, 60)),
    st.tuples(st.just(MANUAL), st.sampled_from([None, "silver", "gold"]), st.sampled_from([None, 4, 40])),
)


def doings(first_seq=1, max_size=12):
    """Lines that give: purchases, growth value, friends, paid memberships, tiers given by hand; in order."""
    told = st.lists(st.tuples(MOMENTS, ACTS), min_size=max_size // 3, max_size=max_size)
    return told.map(
        lambda acts: [
            _line(seq, at, *act) for seq, (at, act) in enumerate(sorted(acts, key=lambda one: one[0]), start=first_seq)
        ]
    )


def _line(seq, at, kind, one, other):
    match kind:
        case "purchase":
            return purchase(seq, at, one, other)
        case "event":
            return Line(seq, EVENT, at, value=one)
        case "paid":
            from_at = at + timedelta(days=one)
            return Line(seq, PAID, at, from_at=from_at, until_at=from_at + timedelta(days=other))
        case "manual":
            return Line(seq, MANUAL, at, tier_code=one, until_at=other and at + timedelta(days=other))
        case _:
            return Line(seq, kind, at, friend_id=one, tier_code=other)


@st.composite
def refunds(draw, lines, first_seq=500):
    """Returns of some of the purchases, of a part or of all, at any time after."""
    made = []
    for line in lines:
        if line.kind == PURCHASE and draw(st.booleans()):
            whole = draw(st.booleans())
            fen = line.spent_fen if whole else draw(st.integers(0, line.spent_fen))
            at = line.at + timedelta(days=draw(st.integers(0, 90)), microseconds=1)
            made.append(
                Line(
                    first_seq + len(made),
                    REFUND,
                    at,
                    spent_fen=-fen,
                    purchases=-int(whole),
                    counts_on=line.counts_on,
                    of_seq=line.seq,
                )
            )
    return made


def on(day: str) -> date:
    return date.fromisoformat(day)
