"""What a coupon template says: worth, scope, audience, supply, validity, stacking, cost. A version never changes."""

import json
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from backend.kit.money import PER_TEN_THOUSAND
from backend.kit.schema import Day, Fen, Instant, Schema

MOST_WORDS: Final = 500
MOST_DAYS: Final = 400
LONGEST_VALIDITY: Final = 3660
LARGEST_STOCK: Final = 100_000_000
PARSED_DEFINITIONS: Final = 256


def _told_once(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if not values or len(set(values)) < len(values):
        raise ValueError("不能为空，也不能重复")
    return values


Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Words = Annotated[tuple[Word, ...], Field(max_length=MOST_WORDS), AfterValidator(_told_once)]
Weekdays = Annotated[tuple[Annotated[int, Field(strict=True, ge=1, le=7)], ...], AfterValidator(_told_once)]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
Hours = Annotated[tuple[tuple[TimeOfDay, TimeOfDay], ...], Field(max_length=24), AfterValidator(_told_once)]
Above0 = Annotated[int, Field(strict=True, ge=1, le=LARGEST_STOCK)]
FenAbove0 = Annotated[int, Field(strict=True, ge=1, le=10**9)]
Price = Annotated[int, Field(strict=True, ge=0, lt=PER_TEN_THOUSAND)]


class CashOff(Schema):
    """满减: so much off where the goods in scope cost at least the threshold; `every` threshold anew (每满减)."""

    kind: Literal["cash-off"]
    off_fen: FenAbove0
    threshold_fen: Fen = 0
    every: bool = False

    @model_validator(mode="after")
    def _is_a_discount(self) -> Self:
        if self.threshold_fen and self.off_fen > self.threshold_fen:
            raise ValueError("优惠金额不能大于门槛")
        if self.every and not self.threshold_fen:
            raise ValueError("每满减须有门槛")
        return self


class PercentOff(Schema):
    """折扣: goods in scope cost `price` per ten thousand (8500 is 85折), `most_fen` off at the most."""

    kind: Literal["percent-off"]
    price: Price
    most_fen: FenAbove0 | None = None
    threshold_fen: Fen = 0


class FixedPrice(Schema):
    """一口价: one piece in scope, the dearest there is, costs so much."""

    kind: Literal["fixed-price"]
    price_fen: Fen


class Gift(Schema):
    """兑换: something is handed over."""

    kind: Literal["gift"]
    what: Word


class Service(Schema):
    """服务: something is done."""

    kind: Literal["service"]
    what: Word


class Parking(Schema):
    """停车: so many minutes are free."""

    kind: Literal["parking"]
    minutes: Annotated[int, Field(strict=True, ge=1, le=10_000)]


class Shipping(Schema):
    """运费: so much of the shipping fee, or all of it."""

    kind: Literal["shipping"]
    most_fen: FenAbove0 | None = None


Worth = Annotated[CashOff | PercentOff | FixedPrice | Gift | Service | Parking | Shipping, Field(discriminator="kind")]
DISCOUNTS: Final = (CashOff, PercentOff, FixedPrice)


class Goods(Schema):
    """Which lines of a bill: all that is told must hold, of a list any one."""

    counters: Words | None = None
    brands: Words | None = None
    categories: Words | None = None
    skus: Words | None = None


class Scope(Schema):
    """Where and for what a coupon is good, and what is left out of that: a line that any exclusion names."""

    stores: Words | None = None
    goods: Goods = Goods()
    without: Goods = Goods()


class Usable(Schema):
    """When in its validity a coupon can be used: shop days and hours ("10:00" to before "12:00"). Weekdays 1 to 7."""

    weekdays: Weekdays | None = None
    hours: Hours | None = None
    not_on: Annotated[tuple[Day, ...], Field(max_length=MOST_DAYS)] = ()


class Audience(Schema):
    """Who may have it: members of these tiers, with any of these tags (segments)."""

    tiers: Words | None = None
    tags: Words | None = None


class PerMember(Schema):
    """The most that one member gets, of all versions and in all ways, in a shop day, week, month, year, or ever."""

    most: Above0
    per: Literal["day", "week", "month", "year", "ever"] = "ever"


class Supply(Schema):
    """How many there are, and when members may claim one by themselves (never, unless `claimable`)."""

    stock: Above0 | None = None
    stock_per_day: Above0 | None = None
    per_member: PerMember | None = PerMember(most=1)
    claimable: bool = False
    claim_from: Instant | None = None
    claim_until: Instant | None = None

    @model_validator(mode="after")
    def _window(self) -> Self:
        if self.claim_from and self.claim_until and self.claim_from >= self.claim_until:
            raise ValueError("领取时间的开始须早于结束")
        return self


class FixedDays(Schema):
    """Good from the first to the last shop day, both included."""

    first: Day
    last: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first > self.last:
            raise ValueError("有效期的开始不能晚于结束")
        return self


class RelativeDays(Schema):
    """Good for so many shop days, the first of them so many days after the day on which it was got (0: at once)."""

    days: Annotated[int, Field(strict=True, ge=1, le=LONGEST_VALIDITY)]
    after: Annotated[int, Field(strict=True, ge=0, le=LONGEST_VALIDITY)] = 0


class Stacking(Schema):
    """What a coupon goes together with on one bill. Two go together where each allows the other.

    `others` is "none", "any", or codes of templates; `same` how many of its own template a bill takes.
    """

    others: Literal["none", "any"] | Words = "none"
    same: Annotated[int, Field(strict=True, ge=1, le=20)] = 1
    member_price: bool = True
    points: bool = True


class Cost(Schema):
    """Who bears what a redemption costs, and at which price it is settled (null: the discount that was given)."""

    bearer: Literal["mall", "store", "brand"] = "mall"
    brand: Word | None = None
    settlement_fen: Fen | None = None

    @model_validator(mode="after")
    def _brand_is_named(self) -> Self:
        if (self.bearer == "brand") != (self.brand is not None):
            raise ValueError("由品牌承担时须填品牌，否则不填")
        return self


class Definition(Schema):
    """One version of a template. `on_refund`: whether a coupon comes back when all of its bill is returned."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
    terms: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""
    worth: Worth
    scope: Scope = Scope()
    usable: Usable = Usable()
    audience: Audience = Audience()
    supply: Supply = Supply()
    validity: FixedDays | RelativeDays
    stacking: Stacking = Stacking()
    cost: Cost = Cost()
    transferable: bool = False
    on_refund: Literal["restore", "keep"] = "restore"


def parsed(definition: dict[str, Any]) -> Definition:
    """The model of a stored definition; equal ones are read once. Raises pydantic's ValidationError."""
    return _parsed(json.dumps(definition, sort_keys=True))


@lru_cache(PARSED_DEFINITIONS)
def _parsed(text: str) -> Definition:
    return Definition.model_validate_json(text)
