from dataclasses import dataclass

from sqlalchemy.orm import Session

from backend import members, tiers
from backend.kit.errors import Invalid
from backend.purchases import rules
from backend.purchases.receipts import Line
from config import policy

LARGEST_BILL_FEN = 10**11


class BillTooLarge(Invalid):
    """The lines add up to more than any bill."""

    code = "purchases.bill-too-large"
    message = "金额超出上限"


@dataclass(frozen=True)
class Quote:
    """What a basket would cost and earn now. `tier` is the member's, `tier_after` the one after buying it."""

    total_fen: int
    discount_fen: int
    payable_fen: int
    points: int
    growth: int
    tier: tiers.Tier | None
    tier_after: tiers.Tier | None


@dataclass(frozen=True)
class Assessment:
    """What paying an amount earns: points and growth value, by the rates of `tier` (None without a member)."""

    tier: tiers.Tier | None
    points: int
    growth: int
    multiplier: int


def quote(session: Session, *, member_id: int | None, lines: tuple[Line, ...]) -> Quote:
    """What the lines would cost and earn now; writes nothing.

    Paying `payable_fen` for them gives these numbers, and what `record` would refuse of them is refused by the same
    name. Raises BillTooLarge, members.MemberUnknown, members.Blocked, members.Closed.
    """
    total = checked_sum(lines)
    standing = standing_of(session, member_of(session, member_id))
    payable = rules.payable(total, price=standing.tier.price) if standing else total
    gain = assess(standing, payable)
    return Quote(
        total_fen=total,
        discount_fen=total - payable,
        payable_fen=payable,
        points=gain.points,
        growth=gain.growth,
        tier=gain.tier,
        tier_after=tiers.tier_at(standing.growth + gain.growth) if standing else None,
    )


def member_of(session: Session, member_id: int | None) -> members.Member | None:
    """The member of a sale, None for a sale without one. Raises members.MemberUnknown."""
    return None if member_id is None else members.get(session, member_id)


def standing_of(session: Session, member: members.Member | None) -> tiers.Standing | None:
    """Where the member of a sale stands, None without a member. Raises members.Blocked, members.Closed."""
    return tiers.standing(session, members.active(member).id) if member else None


def assess(standing: tiers.Standing | None, paid_fen: int) -> Assessment:
    """What paying an amount earns for a member who stands there."""
    if standing is None:
        return Assessment(tier=None, points=0, growth=0, multiplier=0)
    multiplier = standing.tier.multiplier
    earned = rules.points_for(paid_fen, per_yuan=policy.POINTS_PER_YUAN, multiplier=multiplier)
    return Assessment(standing.tier, earned, rules.growth_for(paid_fen), multiplier)


def checked_sum(lines: tuple[Line, ...]) -> int:
    """What the lines cost together. Raises BillTooLarge."""
    total = sum(line.amount_fen for line in lines)
    if total > LARGEST_BILL_FEN:
        raise BillTooLarge
    return total
