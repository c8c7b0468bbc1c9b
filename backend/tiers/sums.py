"""The sums of a what-if: members and money by where they come from and where they go."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from backend.kit.money import FEN_PER_YUAN, PER_TEN_THOUSAND
from backend.tiers.book import Gift, TierBook

Pair = tuple[str, str]
"""The tier just before and the tier then."""


@dataclass(frozen=True)
class Move:
    """Members who go from one tier (a code of the book before) to another, and what they spent in the year before."""

    before: str
    after: str
    members: int
    spent_fen: int


@dataclass(frozen=True)
class Preview:
    """What a version would do. `moves` hold everybody, who stays too; what changes only its code is not `moved`.

    At the spending of the year before, what the version costs more in a year than the one before (below 0: less) are
    `discount_fen`, rounded down once, and the points of `more_multiplied`: fen times what the rates are higher by.
    """

    version: int
    at: datetime
    members: int
    moves: tuple[Move, ...]
    rising: int
    falling: int
    gifts: int
    gift_points: int
    discount_fen: int
    more_multiplied: int

    @property
    def moved(self) -> int:
        """How many members change their tier."""
        return self.rising + self.falling

    def extra_points(self, per_yuan: int) -> int:
        """How many points more a year's purchases earn, where a yuan earns so many (per ten thousand). Rounded down."""
        return self.more_multiplied * per_yuan // (FEN_PER_YUAN * PER_TEN_THOUSAND * PER_TEN_THOUSAND)


@dataclass
class Tally:
    """How many members went from where to where, by codes of the book that they went to, and what they were given."""

    matrix: dict[Pair, int] = field(default_factory=dict)
    gifts: int = 0
    gift_points: int = 0

    def add(self, before: str, after: str, members: int = 1) -> None:
        """Count members who go from one tier to another."""
        self.matrix[before, after] = self.matrix.get((before, after), 0) + members

    @property
    def members(self) -> int:
        """How many members there are in it."""
        return sum(self.matrix.values())

    def document(self) -> dict[str, Any]:
        """As it is stored."""
        rows = [[before, after, members] for (before, after), members in sorted(self.matrix.items())]
        return {"matrix": rows, "gifts": self.gifts, "gift_points": self.gift_points}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """As it was stored."""
        matrix = {(before, after): members for before, after, members in document["matrix"]}
        return cls(matrix, document["gifts"], document["gift_points"])


class Sums:
    """Adds up what becomes of members when a book takes the place of another."""

    def __init__(self, old: TierBook, new: TierBook) -> None:
        self.old, self.new = old, new
        self.moved: Counter[Pair] = Counter()
        self.spent: Counter[Pair] = Counter()
        self.gifts, self.gift_points = 0, 0

    def add(self, before: str, after: str, spent_fen: int, gifts: Sequence[Gift]) -> None:
        """One member who spent so much in the year before, and what the rise gives."""
        pair = before, after
        self.moved[pair] += 1
        self.spent[pair] += spent_fen
        self.gifts += len(gifts)
        self.gift_points += sum(gift.points for gift in gifts)

    def include(self, other: "Sums") -> None:
        """Members who were added up elsewhere."""
        self.moved.update(other.moved)
        self.spent.update(other.spent)
        self.gifts += other.gifts
        self.gift_points += other.gift_points

    @property
    def members(self) -> int:
        """How many were added up."""
        return self.moved.total()

    def preview(self, version: int, at: datetime) -> Preview:
        """What was added up."""
        rises = {pair: self._steps(pair) for pair in self.moved}
        return Preview(
            version=version,
            at=at,
            members=self.members,
            moves=tuple(Move(*pair, self.moved[pair], self.spent[pair]) for pair in sorted(self.moved)),
            rising=sum(self.moved[pair] for pair, steps in rises.items() if steps > 0),
            falling=sum(self.moved[pair] for pair, steps in rises.items() if steps < 0),
            gifts=self.gifts,
            gift_points=self.gift_points,
            discount_fen=self._discount() // PER_TEN_THOUSAND,
            more_multiplied=self._more_multiplied(),
        )

    def _steps(self, pair: Pair) -> int:
        """How many tiers up (below 0: down); a tier that took the place of another is none."""
        return self.new.rank(pair[1]) - self.new.rank(pair[0])

    def _discount(self) -> int:
        """In fen times ten thousand."""
        return sum(
            spent * (self.old.rules_of(before).benefits.price - self.new.rules_of(after).benefits.price)
            for (before, after), spent in self.spent.items()
        )

    def _more_multiplied(self) -> int:
        """In fen times ten thousand."""
        return sum(
            spent * (self.new.rules_of(after).benefits.multiplier - self.old.rules_of(before).benefits.multiplier)
            for (before, after), spent in self.spent.items()
        )


def expected(preview: Preview, book: TierBook) -> Tally:
    """What applying a previewed book must come to, by its own codes."""
    tally = Tally(gifts=preview.gifts, gift_points=preview.gift_points)
    for move in preview.moves:
        tally.add(book.code_now(move.before), move.after, move.members)
    return tally
