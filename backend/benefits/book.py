"""What the rule book "benefits" says: which benefits there are, and how much of each a tier gives in which period."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints, ValidationError
from sqlalchemy.orm import Session

from backend import plans, rulebooks, stores, tiers
from backend.benefits.errors import BookRefused
from backend.kit.definitions import faults
from backend.kit.schema import Day, Schema

KIND: Final = "benefits"
MOST_BENEFITS: Final = 40
LONGEST_CODE: Final = 32

Kind = Literal["parking", "booking", "priority_returns", "adviser", "birthday_gift", "alteration", "delivery", "other"]
Per = Literal["day", "month", "year", "visit"]

PLAIN: Final[frozenset[Kind]] = frozenset({"booking", "priority_returns", "alteration", "delivery", "other"})
"""What the counter notes as used."""
BOOKED: Final[frozenset[Kind]] = frozenset({"booking", "alteration", "delivery", "birthday_gift", "other"})
"""What may be had by appointment."""

Code = Annotated[str, StringConstraints(pattern=rf"^[0-9a-z][0-9a-z-]{{0,{LONGEST_CODE - 1}}}$")]
TierCode = Annotated[str, StringConstraints(min_length=1, max_length=16)]
StoreCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._-]{1,20}$")]
Count = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Days = Annotated[int, Field(strict=True, ge=0, le=31)]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]*$")
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class Quota(Schema):
    """How much of a benefit there is in a period: times, or minutes of parking; without an amount as much as wanted."""

    amount: Count | None = None
    per: Per


class Step(Schema):
    """Who kept goods for so much on the day of a stay parks so many minutes free."""

    from_fen: Annotated[int, Field(strict=True, ge=1, le=10**11)]
    minutes: Annotated[int, Field(strict=True, ge=1, le=10_080)]


class Price(Schema):
    """So many points buy so many minutes, begun ones whole; `most_points` of them for one stay."""

    points: Annotated[int, Field(strict=True, ge=1, le=10**6)]
    minutes: Annotated[int, Field(strict=True, ge=1, le=1_440)]
    most_points: Annotated[int, Field(strict=True, ge=1, le=10**7)]


class ParkingTerms(Schema):
    """What parking is free for besides the tier: the highest step that the purchases of the day reach, and points."""

    purchases: Annotated[tuple[Step, ...], Field(max_length=20)] = ()
    points: Price | None = None


class BirthdayTerms(Schema):
    """From so many days before the birthday until so many after it the gift waits to be asked for and picked up."""

    days_before: Days = 0
    days_after: Days = 0


class Benefit(Schema):
    """One benefit. A tier without a quota does not have it; `stores` null is everywhere, days null are always.

    `plan` is what a membership that is paid for gives, where it carries the code: the better of it and the tier's
    counts. A use by such a membership is worth `worth_fen` apiece, where its price goes back.
    """

    code: Code
    kind: Kind
    name: Words
    description: Text = ""
    quotas: dict[TierCode, Quota]
    stores: Annotated[tuple[StoreCode, ...], Field(min_length=1, max_length=200)] | None = None
    from_on: Day | None = None
    until_on: Day | None = None
    plan: Quota | None = None
    worth_fen: Annotated[int, Field(strict=True, ge=0, le=10_000_000)] = 0
    parking: ParkingTerms | None = None
    birthday: BirthdayTerms | None = None

    def is_valid_on(self, day: date) -> bool:
        """Whether it can be used on a shop day; `until_on` is its last one."""
        return (self.from_on is None or self.from_on <= day) and (self.until_on is None or day <= self.until_on)


class BenefitBook(Schema):
    """The catalogue, in the order in which it is shown."""

    benefits: Annotated[tuple[Benefit, ...], Field(max_length=MOST_BENEFITS)]

    def of_code(self, code: str) -> Benefit | None:
        """The benefit with this code."""
        return next((one for one in self.benefits if one.code == code), None)

    def parking_on(self, day: date) -> Benefit | None:
        """What parking is free by on a shop day."""
        return next((one for one in self.benefits if one.kind == "parking" and one.is_valid_on(day)), None)


def checked(definition: dict[str, Any]) -> BenefitBook:
    """The catalogue that a definition says, in which nothing contradicts. Raises BookRefused with all that is wrong."""
    try:
        book = BenefitBook.model_validate(definition)
    except ValidationError as error:
        raise BookRefused(why=faults(error)) from error
    found = list(dict.fromkeys(_contradictions(book)))
    if found:
        raise BookRefused(why="；".join(found))
    return book


def draft(session: Session, definition: dict[str, Any], *, now: datetime, **how: Any) -> rulebooks.Book:
    """Keep a definition as the next version. Tiers and stores that it names must be there.

    Raises BookRefused, rulebooks.BookOutdated, rulebooks.NoteRefused, rulebooks.DefinitionRefused.
    """
    found = strangers(session, checked(definition), now=now)
    if found:
        raise BookRefused(why="；".join(found))
    return rulebooks.draft(session, KIND, definition, now=now, **how)


def strangers(session: Session, book: BenefitBook, *, now: datetime) -> list[str]:
    """What a catalogue names and the shop does not know: tiers of no book in force, stores that there are not.

    To be asked of a catalogue in force, too: a new book of tiers may leave its names behind.
    """
    ranks = {tier.code for tier in tiers.tiers_now(session, now=now)}
    named = {code for one in book.benefits for code in one.stores or ()}
    known = stores.known_codes(session, stores.Store, named) if named else set()
    return [
        *(f"权益 {one.code} 提到未知等级 {code}" for one in book.benefits for code in one.quotas if code not in ranks),
        *(
            f"权益 {one.code} 提到未知门店 {code}"
            for one in book.benefits
            for code in one.stores or ()
            if code not in known
        ),
    ]


def unkept(session: Session, book: BenefitBook, *, now: datetime) -> list[str]:
    """What memberships on sale promise and the catalogue does not keep."""
    kept = {one.code for one in book.benefits if one.plan is not None}
    sold = [one for one in plans.live(session, now=now)[1].plans if one.on_sale]
    return [f"付费会员 {one.code} 的权益 {code} 未写 plan" for one in sold for code in one.benefits if code not in kept]


def live(session: Session, *, now: datetime) -> tuple[BenefitBook, int]:
    """The catalogue in force at `now`, and its version."""
    book = rulebooks.live(session, KIND, now=now)
    return _parsed(book), book.version


def of_version(session: Session, version: int) -> BenefitBook:
    """The catalogue as a version of it said. Raises rulebooks.BookUnknown."""
    return _parsed(rulebooks.get(session, KIND, version))


@lru_cache(maxsize=16)
def _parsed(book: rulebooks.Book) -> BenefitBook:
    """Keyed by all but the definition, which never changes once a version is published."""
    return checked(book.definition)


def _contradictions(book: BenefitBook) -> Iterator[str]:
    codes = [one.code for one in book.benefits]
    yield from (f"权益代码 {code} 重复" for code in sorted({code for code in codes if codes.count(code) > 1}))
    for one in book.benefits:
        yield from _of_one(one)
    parking = [one for one in book.benefits if one.kind == "parking"]
    for no, one in enumerate(parking):
        if any(_overlap(one, other) for other in parking[no + 1 :]):
            yield f"权益 {one.code} 与另一项停车权益的有效期重叠"


def _of_one(one: Benefit) -> Iterator[str]:
    if not one.quotas and one.plan is None:
        yield f"权益 {one.code} 没有任何等级享有"
    if one.from_on and one.until_on and one.until_on < one.from_on:
        yield f"权益 {one.code} 的有效期先于开始就已结束"
    if (one.kind == "parking") != (one.parking is not None):
        yield f"权益 {one.code}：停车权益须写明 parking，其他权益不可写"
    if (one.kind == "birthday_gift") != (one.birthday is not None):
        yield f"权益 {one.code}：生日礼须写明 birthday，其他权益不可写"
    if one.kind in {"birthday_gift", "adviser"} and any(quota.amount not in {None, 1} for quota in one.quotas.values()):
        yield f"权益 {one.code} 每位会员只有一份，amount 只能为 1 或不写"
    if one.plan is not None and any(quota.per != one.plan.per for quota in one.quotas.values()):
        yield f"权益 {one.code} 的 plan 须与各等级按同一周期计算"
    if one.worth_fen and one.plan is None:
        yield f"权益 {one.code} 没有 plan，worth_fen 不会起作用"
    if one.parking is not None:
        yield from _of_parking(one.code, one.parking)


def _of_parking(code: str, terms: ParkingTerms) -> Iterator[str]:
    for lower, higher in pairwise(terms.purchases):
        if higher.from_fen <= lower.from_fen or higher.minutes <= lower.minutes:
            yield f"权益 {code} 的消费门槛须逐级递增，免费时长也须递增"
    if terms.points is not None and terms.points.most_points < terms.points.points:
        yield f"权益 {code} 的 most_points 连一份时长也买不到"


def _overlap(one: Benefit, other: Benefit) -> bool:
    begins = max(one.from_on or date.min, other.from_on or date.min)
    return begins <= min(one.until_on or date.max, other.until_on or date.max)
