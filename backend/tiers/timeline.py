from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from backend.kit.calendar import shop_day
from backend.tiers.book import TierBook
from backend.tiers.history import Line
from backend.tiers.instants import MOMENT, month_start_after


@dataclass(frozen=True)
class Edition:
    """A version of the book of tiers, in force from an instant on."""

    version: int
    live_from: datetime
    book: TierBook


@dataclass(frozen=True)
class Timeline:
    """Which book is in force when: one edition after the other, at least one."""

    editions: tuple[Edition, ...]

    def at(self, at: datetime) -> Edition:
        """The edition in force at an instant; the first one also before it came."""
        found = self.editions[0]
        for edition in self.editions[1:]:
            if edition.live_from > at:
                break
            found = edition
        return found

    def edition(self, version: int) -> Edition:
        """The edition of a version. Raises LookupError."""
        for edition in self.editions:
            if edition.version == version:
                return edition
        raise LookupError(f"no edition {version}")

    def after(self, edition: Edition) -> Edition | None:
        """The edition that comes next after one."""
        place = self.editions.index(edition) + 1
        return self.editions[place] if place < len(self.editions) else None

    def since(self, version: int, until: datetime) -> tuple[Edition, ...]:
        """The editions that came after a version, up to an instant. Raises LookupError."""
        place = self.editions.index(self.edition(version)) + 1
        return tuple(edition for edition in self.editions[place:] if edition.live_from <= until)

    def judging(self, at: datetime) -> "Timeline":
        """The timeline by which tiers are judged at an instant: a book that changes by "recompute" counts as if it had
        always been in force, and those before it not at all.
        """
        passed = [place for place, edition in enumerate(self.editions) if edition.live_from <= at]
        breaks = [place for place in passed if self.editions[place].book.change == "recompute"]
        return self._beginning_with[breaks[-1]] if breaks else self

    def met_by(self, lines: Iterable[Line]) -> "Timeline":
        """The same for one member, whose lines may still have been judged by an edition when the next had just come.

        For them that one came right after such a line: what was written stays judged as it was.
        """
        if len(self.editions) == 1:
            return self
        places = {edition.version: place for place, edition in enumerate(self.editions)}
        behind = [line for line in lines if line.version in places and self.at(line.at).version != line.version]
        if not behind:
            return self
        met = []
        for place, edition in enumerate(self.editions):
            late = [line.at for line in behind if line.at >= edition.live_from and places[line.version or 0] < place]
            met.append(replace(edition, live_from=max(late) + MOMENT) if late else edition)
        return timeline_of(met)

    def decay_after(self, at: datetime) -> tuple[datetime, int] | None:
        """When growth value next decays after an instant, and the rate (per ten thousand) that is left of it."""
        if self._decays:
            start = at
            for _ in range(12 * (1 + len(self.editions))):
                start = month_start_after(start)
                decay = self.at(start).book.growth.decay
                if decay and (decay.every == "month" or shop_day(start).month == 1):
                    return start, decay.keep
        return None

    @cached_property
    def _beginning_with(self) -> tuple["Timeline", ...]:
        """The timelines that begin with each edition in turn: a whole membership asks for the same ones."""
        return self, *(Timeline(self.editions[place:]) for place in range(1, len(self.editions)))

    @cached_property
    def _decays(self) -> bool:
        return any(edition.book.growth.decay for edition in self.editions)


def timeline_of(editions: Sequence[Edition]) -> Timeline:
    """A timeline of editions in whatever order they come; of two from the same instant the later version counts."""
    return Timeline(tuple(sorted(editions, key=lambda edition: (edition.live_from, edition.version))))
