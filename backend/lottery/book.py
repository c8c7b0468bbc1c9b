"""The document that says what a draw is. Once it is published it never changes."""

import json
from datetime import date, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from backend.kit.calendar import shop_day
from backend.kit.schema import Fen, Instant, Points, Schema
from backend.lottery.rules import WHOLE, place_of
from config import policy

Trigger = Literal["purchase", "check-in", "referral", "event"]
MOST_PRIZES: Final = 20
LONGEST: Final = timedelta(days=366)
CONSOLATIONS: Final = ("points", "nothing")

Code = Annotated[str, StringConstraints(pattern=r"^[0-9a-z][0-9a-z-]{0,31}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Odds = Annotated[int, Field(strict=True, ge=0, le=WHOLE)]
Pieces = Annotated[int, Field(strict=True, ge=1, le=10**9)]
Count = Annotated[int, Field(strict=True, ge=1, le=1000)]
Days = Annotated[int, Field(strict=True, ge=1, le=365)]


class _Prize(Schema):
    """A prize, how likely it is per million, and how many pieces there are: in all, and on each shop day."""

    name: Name
    odds: Odds
    stock: Pieces | None = None
    per_day: Pieces | None = None
    fallback: bool = False

    @property
    def limited(self) -> bool:
        """Whether it can run out."""
        return self.stock is not None or self.per_day is not None


class PointsPrize(_Prize):
    """Points, good for as long as the house has it."""

    kind: Literal["points"]
    points: Points


class CouponPrize(_Prize):
    """A coupon of a template; where the template gives none to the member, the fallback is given."""

    kind: Literal["coupon"]
    template: Code

    @property
    def limited(self) -> bool:
        """The template has a stock of its own."""
        return True


class GoodsPrize(_Prize):
    """Goods, handed over at any store for a code, on the day of the win or one of so many days after it."""

    kind: Literal["goods"]
    pick_up_within_days: Days = policy.PICK_UP_WITHIN_DAYS


class NothingPrize(_Prize):
    """Better luck next time."""

    kind: Literal["nothing"]


Prize = Annotated[PointsPrize | CouponPrize | GoodsPrize | NothingPrize, Field(discriminator="kind")]


class PointsCost(Schema):
    """A play costs points."""

    kind: Literal["points"]
    points: Points


class TicketCost(Schema):
    """A play costs one ticket."""

    kind: Literal["ticket"]


class PurchaseTickets(Schema):
    """So many tickets for each purchase of at least `min_fen`, paid in money."""

    min_fen: Fen
    tickets: Count


class TicketRules(Schema):
    """What gives how many tickets, from the publication of the draw to its end."""

    purchase: PurchaseTickets | None = None
    check_in: Count | None = None
    referral: Count | None = None
    event: Count | None = None

    @property
    def given(self) -> bool:
        """Whether anything gives any."""
        return any(getattr(self, name) is not None for name in TicketRules.model_fields)

    def of(self, trigger: Trigger, fen: int) -> int:
        """How many tickets something gives; `fen` is what was paid."""
        if trigger == "purchase":
            return self.purchase.tickets if self.purchase and fen >= self.purchase.min_fen else 0
        amount: int | None = getattr(self, trigger.replace("-", "_"))
        return amount or 0


class Limits(Schema):
    """How often a member may play: on one shop day, and in all."""

    day: Count | None = None
    ever: Count | None = None


class DrawBook(Schema):
    """A draw. Prizes lie side by side in this order: the first takes the rolls from 0 up, as many as its odds."""

    code: Code
    title: Name
    description: Annotated[str, StringConstraints(max_length=2000)] = ""
    opens_at: Instant
    closes_at: Instant
    cost: Annotated[PointsCost | TicketCost, Field(discriminator="kind")]
    tickets: TicketRules = TicketRules()
    limits: Limits = Limits()
    tiers: Annotated[tuple[Code, ...], Field(min_length=1, max_length=50)] | None = None
    prizes: Annotated[tuple[Prize, ...], Field(min_length=1, max_length=MOST_PRIZES)]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        # what was published is read by this, too: what is to be refused from now on belongs into `drafting`
        if wrong := [*_wrong_times(self), *_wrong_odds(self), *_wrong_names(self), *_wrong_stocks(self)]:
            raise ValueError("；".join(wrong))
        return self

    @property
    def fallback_no(self) -> int:
        """The number of the prize that is given in place of one that has run out."""
        return next(no for no, prize in enumerate(self.prizes, start=1) if prize.fallback)

    @property
    def days(self) -> list[date]:
        """The shop days on which it can be open."""
        first, last = shop_day(self.opens_at), shop_day(self.closes_at - timedelta(microseconds=1))
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]

    def prize(self, no: int) -> Prize:
        """The prize of a number; they are counted from 1."""
        return self.prizes[no - 1]

    def prize_at(self, rolled: int) -> int:
        """The number of the prize that a roll falls on."""
        return place_of([prize.odds for prize in self.prizes], rolled) + 1

    def wins(self, no: int) -> bool:
        """Whether a prize is something to tell of: neither nothing nor the consolation."""
        prize = self.prize(no)
        return prize.kind != "nothing" and not prize.fallback


def canonical(definition: dict[str, Any]) -> str:
    """The text of a definition that its digest is taken of: JSON in UTF-8, keys sorted, no blanks."""
    return json.dumps(definition, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(definition: dict[str, Any]) -> bytes:
    """The SHA-256 of the canonical text of a definition."""
    return sha256(canonical(definition).encode()).digest()


def parsed(definition: dict[str, Any]) -> DrawBook:
    """The model of a stored definition; equal definitions are read once. Raises pydantic's ValidationError."""
    return _parsed(canonical(definition))


@lru_cache(maxsize=64)
def _parsed(text: str) -> DrawBook:
    return DrawBook.model_validate_json(text)


def _wrong_times(book: DrawBook) -> list[str]:
    if not book.opens_at < book.closes_at <= book.opens_at + LONGEST:
        return [f"closes_at 须晚于 opens_at，且不超过 {LONGEST.days} 天"]
    return []


def _wrong_odds(book: DrawBook) -> list[str]:
    whole = sum(prize.odds for prize in book.prizes)
    found = [f"各奖项 odds 之和须为 {WHOLE}，现为 {whole}"] if whole != WHOLE else []
    return found + [f"{prize.name}：odds 须大于 0" for prize in book.prizes if not prize.odds and not prize.fallback]


def _wrong_names(book: DrawBook) -> list[str]:
    names = [prize.name for prize in book.prizes]
    return [f"奖项名称 {name} 重复" for name in sorted(set(names)) if names.count(name) > 1]


def _wrong_stocks(book: DrawBook) -> list[str]:
    fallbacks = [prize for prize in book.prizes if prize.fallback]
    found = [] if len(fallbacks) == 1 else ["须有且只有一个奖项为 fallback（其他奖项发完时改发此项）"]
    for prize in book.prizes:
        if prize.fallback and (prize.limited or prize.kind not in CONSOLATIONS):
            found.append(f"{prize.name}：fallback 须为积分或未中奖，且不限库存")
        if prize.kind == "nothing" and prize.limited:
            found.append(f"{prize.name}：未中奖不限库存")
        if prize.kind == "goods" and prize.stock is None:
            found.append(f"{prize.name}：实物奖品须填库存")
        if prize.stock is not None and prize.per_day is not None and prize.per_day > prize.stock:
            found.append(f"{prize.name}：per_day 不能大于 stock")
    return found
