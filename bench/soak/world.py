"""What tills, shoppers and operators remember of their dealings with the store: it outlives every server process."""

from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from backend.purchases import Receipt, RefundRequest

T = TypeVar("T")

MEMORY = 400  # sales, orders and holds that somebody still comes back to


@dataclass
class Sale:
    """A sale as its till keeps it: what was reported, what was answered, what was returned since and can be still."""

    receipt: Receipt
    store_id: int
    answer: tuple[int, int, str | None, int | None, int]
    returns: list[tuple[RefundRequest, tuple[int, int, int, int, int, int | None]]] = field(default_factory=list)
    left_fen: int = -1

    def __post_init__(self) -> None:
        if self.left_fen < 0:
            self.left_fen = self.answer[4]


@dataclass(frozen=True)
class Hold:
    """Points that a till has set aside for an order."""

    order_no: str
    store_id: int
    member_id: int
    points: int


@dataclass
class World:
    """The memory of one process's share of the shoppers. Plain data: it is carried over into the next process."""

    process: int
    store_ids: list[int]
    item_ids: list[int]
    shoppers: list[int] = field(default_factory=list)
    departed: list[int] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)
    orders: list[tuple[int, str, str, int]] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)
    frozen: list[int] = field(default_factory=list)
    leaving: list[int] = field(default_factory=list)
    families: list[tuple[int, int]] = field(default_factory=list)
    orders_reported: int = 0
    refunds_reported: int = 0

    def anyone(self, rng: Random) -> int:
        """A shopper; those who joined early come more often."""
        return self.shoppers[int(len(self.shoppers) * rng.random() ** 2)]

    def leave(self, member_id: int) -> None:
        """Who has left, or has become one with another, comes no more."""
        self.shoppers.remove(member_id)
        self.departed.append(member_id)


def remember(memory: list[T], one: T, rng: Random) -> None:
    """Keep one more; where there are many, one of them is forgotten for it."""
    if len(memory) < MEMORY:
        memory.append(one)
    else:
        memory[rng.randrange(MEMORY)] = one


def pick(memory: list[T], rng: Random) -> T | None:
    """One of what is remembered, None where there is nothing."""
    return rng.choice(memory) if memory else None
