from dataclasses import dataclass

from config import policy


@dataclass(frozen=True)
class Tier:
    """A tier and what it gives: points multiplier and price, both per ten thousand."""

    code: str
    name: str
    growth: int
    multiplier: int
    price: int


TIERS = tuple(Tier(rule.code, rule.name, rule.growth, rule.multiplier, rule.price) for rule in policy.TIERS)
BASE = TIERS[0]


def tier_at(growth: int) -> Tier:
    """The tier that a growth value qualifies for: a value equal to the threshold does."""
    return max((tier for tier in TIERS if tier.growth <= growth), key=lambda tier: tier.growth, default=BASE)


def tier_of(code: str) -> Tier:
    """The tier with this code. Raises LookupError."""
    for tier in TIERS:
        if tier.code == code:
            return tier
    raise LookupError(f"no tier {code}")


def next_tier(tier: Tier) -> Tier | None:
    """The tier above, None above the highest."""
    return min(
        (higher for higher in TIERS if higher.growth > tier.growth), key=lambda higher: higher.growth, default=None
    )
