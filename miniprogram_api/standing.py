"""My tier as the mini-program shows it: until when, what it gives, and every way to the next."""

from backend import tiers
from backend.kit.calendar import shop_day
from backend.kit.schema import Day, Schema


class TierOut(Schema):
    """A tier, and the growth value that alone leads there (null where none does)."""

    code: str
    name: str
    growth: int | None


class NeedOut(Schema):
    """One thing that is missing, in the unit of its kind (fen, purchases, growth value, friends), and in words.

    What counts only in a window counts from `from_day` to `until_day`.
    """

    kind: str
    missing: int
    from_day: Day | None
    until_day: Day | None
    words: str


class BenefitsOut(Schema):
    """What a tier gives; `price` and `multiplier` (of points) are per 10,000. `words` are all of it, to be shown."""

    price: int
    multiplier: int
    birthday_gift_points: int
    parking_minutes: int
    free_shipping: bool
    early_access_hours: int
    priority_service: bool
    shopper_visits: int
    words: list[str]


class StandingOut(Schema):
    """My tier, valid through `valid_through` (null: it does not end) and held through `grace_through`.

    `missing` growth value leads to `next` (null at the top); `ways` are all the ways there: one of them is enough, and
    takes all that it lists.
    """

    code: str
    name: str
    growth: int
    since_on: Day
    valid_through: Day | None
    grace_through: Day | None
    benefits: BenefitsOut
    next: TierOut | None
    missing: int
    ways: list[list[NeedOut]]


def standing_out(standing: tiers.Standing) -> StandingOut:
    """A standing as its member may see it."""
    coming, tier = standing.next, standing.tier
    return StandingOut(
        code=tier.code,
        name=tier.name,
        growth=standing.growth,
        since_on=shop_day(standing.since_at),
        valid_through=standing.last_day,
        grace_through=standing.last_day_of_grace,
        benefits=BenefitsOut(**tier.benefits.model_dump(), words=tiers.benefits_words(tier.benefits)),
        next=coming and TierOut(code=coming.code, name=coming.name, growth=coming.growth),
        missing=standing.missing,
        ways=[[_need(need, standing) for need in way] for way in standing.missing_ways],
    )


def _need(need: tiers.Need, standing: tiers.Standing) -> NeedOut:
    return NeedOut(
        kind=need.kind,
        missing=need.missing,
        from_day=need.from_day,
        until_day=need.until_day,
        words=tiers.need_words(need, standing.names),
    )
