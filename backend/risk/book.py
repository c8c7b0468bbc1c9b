"""What the rule book "risk" says: what each signal weighs, and from which score on people look."""

import json
from collections import Counter
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Final, Self

from pydantic import Field, ValidationError, model_validator
from sqlalchemy.orm import Session

from backend import rulebooks
from backend.kit.definitions import faults
from backend.kit.schema import Schema
from backend.risk.errors import BookRefused
from backend.risk.rules import HIGHEST, Code, Weight

KIND: Final = "risk"

Score = Annotated[int, Field(strict=True, ge=0, le=HIGHEST)]
Amount = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]


class Signal(Schema):
    """What a signal weighs from `at` on, each one above, and at most."""

    code: Code
    at: Amount
    weight: Score
    each: Score = 0
    most: Score = HIGHEST


class RiskBook(Schema):
    """One version of these rules. Counts are those of `window_days` before and after somebody joined."""

    window_days: Annotated[int, Field(strict=True, ge=1, le=30)]
    review_at: Annotated[int, Field(strict=True, ge=1, le=HIGHEST)]
    refuse_at: Annotated[int, Field(strict=True, ge=1, le=HIGHEST)]
    signals: Annotated[tuple[Signal, ...], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        twice = [code for code, times in Counter(one.code for one in self.signals).items() if times > 1]
        if twice:
            raise ValueError(f"信号重复：{'、'.join(twice)}")
        if self.refuse_at < self.review_at:
            raise ValueError("refuse_at 不能小于 review_at")
        return self

    @property
    def weights(self) -> list[Weight]:
        """The weights as the rules reckon with them."""
        return [Weight(one.code, one.at, one.weight, one.each, one.most) for one in self.signals]


def checked(definition: dict[str, Any]) -> RiskBook:
    """The rules that a definition says. Raises BookRefused."""
    try:
        return RiskBook.model_validate_json(json.dumps(definition))
    except ValidationError as error:
        raise BookRefused(why=faults(error)) from error


def live(session: Session, *, now: datetime) -> RiskBook:
    """The rules in force at `now`."""
    return _parsed(rulebooks.live(session, KIND, now=now))


@lru_cache(maxsize=16)
def _parsed(book: rulebooks.Book) -> RiskBook:
    """Keyed by all but the definition, which never changes once a version is published."""
    return checked(book.definition)
