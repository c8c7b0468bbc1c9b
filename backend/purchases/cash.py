"""Points as cash: how many points a bill may be paid with, and what they are worth. Pure; the rule book "cash" says."""

from dataclasses import dataclass
from typing import Annotated, Any, Final, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from backend.kit.definitions import faults
from backend.kit.errors import Conflict, DomainError, Invalid
from backend.kit.money import FEN_PER_YUAN, PER_TEN_THOUSAND
from backend.kit.schema import Schema

KIND: Final = "cash"
LARGEST: Final = 10**9

TierCode = Annotated[str, StringConstraints(pattern=r"^[0-9a-z][0-9a-z-]{0,15}$")]
Number = Annotated[int, Field(strict=True, ge=1, le=LARGEST)]
Rate = Annotated[int, Field(strict=True, ge=0, le=PER_TEN_THOUSAND)]


class CashBookRefused(Invalid):
    """The definition of a book is not what such a book says; `why` tells each place."""

    code = "points.cash-book-refused"
    message = "积分抵现规则有误：{why}"


class CashOff(Conflict):
    """Points are not taken as cash from members of this tier."""

    code = "points.cash-off"
    message = "积分抵现暂未开放"


class CashNeedsMember(Invalid):
    """Nobody showed a card: there are no points to pay with."""

    code = "points.cash-no-member"
    message = "使用积分须出示会员卡"


class CashBelowMinimum(Conflict):
    """A bill is paid with `least` points or with none."""

    code = "points.cash-minimum"
    message = "每单至少使用 {least} 积分"


class CashOutOfStep(Conflict):
    """Points are used in multiples of `step`."""

    code = "points.cash-step"
    message = "使用的积分须为 {step} 的整数倍"


class CashBillTooSmall(Conflict):
    """The share of the bill that points may pay is less than the least number of points."""

    code = "points.cash-bill-too-small"
    message = "本单金额较小，不能使用积分"


class CashOverShare(Conflict):
    """Points may pay a share of a bill: `most` of them of this one."""

    code = "points.cash-share"
    message = "本单最多使用 {most} 积分"


class Terms(Schema):
    """How points pay: so many for a yuan, at least `min_points`, in multiples of `step`, for at most `max_share` of
    the bill (per ten thousand).
    """

    enabled: bool
    points_per_yuan: Number
    min_points: Number
    step: Number
    max_share: Rate

    @model_validator(mode="after")
    def _steps_are_whole(self) -> Self:
        if self.step * FEN_PER_YUAN % self.points_per_yuan:
            raise ValueError("a step of points must be worth whole fen")
        if self.min_points % self.step:
            raise ValueError("the least number of points must be a multiple of the step")
        return self


class Overrides(Schema):
    """What is different for a tier."""

    enabled: bool | None = None
    points_per_yuan: Number | None = None
    min_points: Number | None = None
    step: Number | None = None
    max_share: Rate | None = None


class CashBook(Terms):
    """One version of these rules, with what is different for members of some tiers."""

    tiers: dict[TierCode, Overrides] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _each_tier_is_whole(self) -> Self:
        for code in self.tiers:
            self.terms(code)
        return self

    def terms(self, tier_code: str) -> Terms:
        """The terms for a tier."""
        own = self.tiers.get(tier_code, Overrides()).model_dump(exclude_none=True)
        return Terms.model_validate(self.model_dump(exclude={"tiers"}) | own)


@dataclass(frozen=True)
class Usable:
    """How many points may be used on a bill, and why not all there are (None when all may)."""

    points: int
    why_fewer: DomainError | None


def checked(definition: dict[str, Any]) -> CashBook:
    """The rules that a definition says. Raises CashBookRefused."""
    try:
        return CashBook.model_validate(definition)
    except ValidationError as error:
        raise CashBookRefused(why=faults(error)) from error


def worth(terms: Terms, points: int) -> int:
    """What points pay, in fen: exact for multiples of the step."""
    return points * FEN_PER_YUAN // terms.points_per_yuan


def usable(terms: Terms, *, bill_fen: int, available: int) -> Usable:
    """The most points that may be used on a bill by somebody who has so many."""
    if not terms.enabled:
        return Usable(0, CashOff())
    within_share, there_are = _within_share(terms, bill_fen), available - available % terms.step
    if there_are < terms.min_points:
        return Usable(0, CashBelowMinimum(least=terms.min_points))
    if within_share < terms.min_points:
        return Usable(0, CashBillTooSmall())
    if within_share < there_are:
        return Usable(within_share, CashOverShare(most=within_share))
    return Usable(there_are, CashOutOfStep(step=terms.step) if there_are < available else None)


def agree(terms: Terms, points: int, *, bill_fen: int) -> int:
    """What so many points pay of a bill, in fen.

    Raises CashOff, CashOutOfStep, CashBelowMinimum, CashBillTooSmall, CashOverShare. Whether the member has them is
    the ledger's to say.
    """
    check_number(terms, points)
    most = _within_share(terms, bill_fen)
    if most < terms.min_points:
        raise CashBillTooSmall
    if points > most:
        raise CashOverShare(most=most)
    return worth(terms, points)


def check_number(terms: Terms, points: int) -> None:
    """Whether so many points may be used on any bill. Raises CashOff, CashOutOfStep, CashBelowMinimum."""
    if not terms.enabled:
        raise CashOff
    if points % terms.step:
        raise CashOutOfStep(step=terms.step)
    if points < terms.min_points:
        raise CashBelowMinimum(least=terms.min_points)


def _within_share(terms: Terms, bill_fen: int) -> int:
    """The most points, in steps, whose worth is within the share of a bill."""
    most_fen = bill_fen * terms.max_share // PER_TEN_THOUSAND
    most = most_fen * terms.points_per_yuan // FEN_PER_YUAN
    return most - most % terms.step
