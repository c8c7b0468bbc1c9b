"""How conditions are written down: single ones, and any or all of them."""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from backend.kit.schema import LARGEST_FEN

LONGEST_WINDOW: Final = 1_100
CALENDAR_YEAR: Final = "calendar-year"

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,15}$")]
Many = Annotated[int, Field(strict=True, ge=1, le=10**9)]
Days = Annotated[int, Field(strict=True, ge=1, le=LONGEST_WINDOW)]
Window = Days | Literal["calendar-year"]
Spending = Annotated[int, Field(strict=True, ge=1, le=LARGEST_FEN)]


class Part(BaseModel):
    """A part of the book: strict, closed, and never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Spent(Part):
    """Spending (fen) in the last `days` shop days, today among them, or in the calendar year."""

    spent_fen: Spending
    days: Window


class DaySpent(Part):
    """Spending (fen) in one shop day, which is one of the last `days`."""

    spent_in_a_day_fen: Spending
    days: Window = 1


class Purchases(Part):
    """How many purchases, not wholly returned, in the last `days` shop days or in the calendar year."""

    purchases: Many
    days: Window


class Growth(Part):
    """Growth value at that moment."""

    growth: Many


class Friends(Part):
    """Friends who bought; with `tier`, only those who hold at least that tier."""

    friends: Annotated[int, Field(strict=True, ge=1, le=1_000)]
    tier: Code | None = None


class Paid(Part):
    """A paid membership period covers the moment; the tier then ends with the period."""

    paid_membership: Literal[True]


class Manual(Part):
    """Says that staff give the tier by hand (which they may for every tier): nothing that a member does fulfils it."""

    manual: Literal[True]


class AnyOf(Part):
    """One of these is enough."""

    any: Annotated[list["Condition"], Field(min_length=1, max_length=8)]


class AllOf(Part):
    """All of these together."""

    all: Annotated[list["Condition"], Field(min_length=1, max_length=8)]


def _kind(value: Any) -> str | None:
    names = value if isinstance(value, dict) else type(value).model_fields if isinstance(value, Part) else ()
    return next((kind for kind in KINDS if kind in names), None)


Leaf = Spent | DaySpent | Purchases | Growth | Friends | Paid | Manual
Condition = Annotated[
    Annotated[Spent, Tag("spent_fen")]
    | Annotated[DaySpent, Tag("spent_in_a_day_fen")]
    | Annotated[Purchases, Tag("purchases")]
    | Annotated[Growth, Tag("growth")]
    | Annotated[Friends, Tag("friends")]
    | Annotated[Paid, Tag("paid_membership")]
    | Annotated[Manual, Tag("manual")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[AllOf, Tag("all")],
    Discriminator(_kind),
]
KINDS: Final = (
    "any",
    "all",
    "spent_fen",
    "spent_in_a_day_fen",
    "purchases",
    "growth",
    "friends",
    "paid_membership",
    "manual",
)
