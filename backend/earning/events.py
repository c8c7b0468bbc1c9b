"""What happened, as rules are asked about it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from backend.kit.money import PER_TEN_THOUSAND


@dataclass(frozen=True)
class EventLine:
    """A line of a bill: what was paid for it in money, and where and what it was."""

    amount_fen: int
    counter: str | None = None
    brand: str | None = None
    category: str | None = None


@dataclass(frozen=True)
class Event:
    """Something that points may be given for, at the instant at which it happened.

    `multiplier` (per ten thousand) is that of the member's tier where it counts, `base_points` what an activity has
    reckoned itself. `tier_code` and `tags` that are None are looked up where a rule asks for them.
    """

    trigger: str
    at: datetime
    tier_code: str | None = None
    multiplier: int = PER_TEN_THOUSAND
    store_code: str | None = None
    lines: tuple[EventLine, ...] = ()
    base_points: int = 0
    first_purchase: bool = False
    tags: frozenset[str] | None = None

    @property
    def amounts(self) -> tuple[int, ...]:
        """What was paid for each line, in fen."""
        return tuple(line.amount_fen for line in self.lines)


PLAIN: Final = ("trigger", "tier_code", "multiplier", "store_code", "base_points", "first_purchase")


def to_json(event: Event) -> dict[str, Any]:
    """An event as it is stored: all that the rules could have asked."""
    return {
        **{name: getattr(event, name) for name in PLAIN},
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "lines": [[line.amount_fen, line.counter, line.brand, line.category] for line in event.lines],
        "tags": None if event.tags is None else sorted(event.tags),
    }


def from_json(stored: dict[str, Any]) -> Event:
    """The event that `to_json` stored."""
    tags = stored["tags"]
    return Event(
        **{name: stored[name] for name in PLAIN},
        at=datetime.fromisoformat(stored["at"]),
        lines=tuple(EventLine(*line) for line in stored["lines"]),
        tags=None if tags is None else frozenset(tags),
    )
