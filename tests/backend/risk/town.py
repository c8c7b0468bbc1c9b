"""A month of invitations in a made-up town: families, crowds at an event, and rings that live off rewards.

The same seed gives the same town. Who is honest is known, so that what the rules find can be counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from tests.support.clocks import MORNING

LEAST_FEN = 10_000
STORES = 3


@dataclass
class Person:
    """An invited newcomer, what they were seen with and what they bought; the inviter by number (below 0: of old)."""

    number: int
    inviter: int
    honest: bool
    device: str
    address: str
    phone: str
    joined_at: datetime
    bought_after: timedelta
    store: int
    counter: str
    paid_fen: int
    kind: str = field(default="")


def town(seed: int, *, families: int, crowds: int, rings: int) -> list[Person]:
    """All newcomers, in the order in which they join."""
    rng = Random(seed)
    people: list[Person] = []
    for maker, times in ((_family, families), (_crowd, crowds), (_device_ring, rings), (_chain_ring, rings)):
        for _ in range(times):
            people += maker(rng, len(people))
    return sorted(people, key=lambda one: (one.joined_at, one.number))


def _family(rng: Random, first: int) -> Iterator[Person]:
    """One brings one to three at home: one address, numbers of one district, perhaps grandmother on the same phone."""
    inviter, home, at = -first - 1, _address(rng), _instant(rng)
    district = f"138{rng.randrange(10_000):04d}"
    shared = rng.random() < 0.3
    for number in range(first, first + rng.randint(1, 3)):
        device = f"home-{first}" if shared and number == first else f"own-{number}"
        yield _person(
            rng, number, inviter, kind="family", device=device, address=home,
            at=at + timedelta(minutes=rng.randint(1, 60)), phone=f"{district}{rng.randrange(10_000):04d}",
            after=timedelta(hours=rng.randint(1, 200)),
            paid_fen=rng.randint(LEAST_FEN, 90_000),
        )  # fmt: skip


def _crowd(rng: Random, first: int) -> Iterator[Person]:
    """One who is liked brings many to an event: one Wi-Fi, one store, and people who buy what they like."""
    inviter, wifi, at, store = -first - 1, _address(rng), _instant(rng), rng.randrange(STORES)
    for number in range(first, first + rng.randint(8, 15)):
        yield _person(
            rng, number, inviter, kind="crowd", device=f"own-{number}", address=wifi,
            at=at + timedelta(minutes=rng.randint(0, 240)), phone=_phone(rng),
            after=timedelta(minutes=rng.randint(5, 300)), store=store,
            paid_fen=rng.choice((19_900, 29_900, rng.randint(LEAST_FEN, 60_000))),
        )  # fmt: skip


def _device_ring(rng: Random, first: int) -> Iterator[Person]:
    """One phone, many memberships, each of which buys the least there is within minutes."""
    inviter, at, address, store = -first - 1, _instant(rng), _address(rng), rng.randrange(STORES)
    for number in range(first, first + rng.randint(5, 9)):
        yield _person(
            rng, number, inviter, honest=False, kind="one device", device=f"ring-{first}", address=address,
            at=at + timedelta(minutes=(number - first) * 7), phone=_phone(rng),
            after=timedelta(minutes=rng.randint(1, 40)), store=store, paid_fen=LEAST_FEN + rng.choice((0, 0, 100, 900)),
        )  # fmt: skip


def _chain_ring(rng: Random, first: int) -> Iterator[Person]:
    """Numbers in a row on phones of a farm; each brings the next, and all buy the same thing at one counter."""
    at, store, district = _instant(rng), rng.randrange(STORES), f"170{rng.randrange(10_000):04d}"
    fen, counter = LEAST_FEN + rng.choice((0, 100, 500)), f"R-{first}"
    for number in range(first, first + rng.randint(5, 9)):
        yield _person(
            rng, number, number - 1 if number > first else -first - 1, honest=False, kind="chain",
            device=f"farm-{number}", address=_address(rng), at=at + timedelta(hours=number - first),
            phone=f"{district}{number:04d}", after=timedelta(minutes=rng.randint(2, 30)), store=store, paid_fen=fen,
            counter=counter,
        )  # fmt: skip


def _person(
    rng: Random, number: int, inviter: int, *, kind: str, device: str, address: str, at: datetime, phone: str,
    after: timedelta, paid_fen: int, honest: bool = True, store: int | None = None, counter: str | None = None,
) -> Person:  # fmt: skip
    return Person(
        number, inviter, honest, device, address, phone, at, after,
        rng.randrange(STORES) if store is None else store, counter or f"C-{rng.randrange(8)}", paid_fen, kind,
    )  # fmt: skip


def _address(rng: Random) -> str:
    return f"{rng.randrange(11, 200)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"


def _phone(rng: Random) -> str:
    return f"13{rng.randrange(10)}{rng.randrange(10**8):08d}"


def _instant(rng: Random) -> datetime:
    return MORNING + timedelta(minutes=rng.randrange(28 * 24 * 60))
