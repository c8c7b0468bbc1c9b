"""What happens in the demo's year, drawn from luck: a list of steps in order of time."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Final, Literal

from backend.demo.people import DAYS, Person, opening_hours
from backend.demo.shop import COUNTERS, ITEMS, STORES, CounterPlan, Goods
from backend.kit.calendar import day_start, shop_day
from config.policy import PICK_UP_WITHIN_DAYS

UNKNOWN_SHOPPERS: Final = 100
LONGEST_STREAK: Final = 8
ITEM_CHANCES: Final = (40, 30, 40, 15, 10, 6, 2, 1)
ENDS: Final[tuple[tuple[Literal["pick-up", "cancel", "lapse"], int], ...]] = (
    ("pick-up", 2),
    ("pick-up", 6),
    ("cancel", 1),
    ("lapse", PICK_UP_WITHIN_DAYS + 1),
)
ENDS_CHANCES: Final = (50, 30, 12, 8)


@dataclass(frozen=True)
class Join:
    person: Person


@dataclass(frozen=True)
class Buy:
    """A sale at a counter; without a person nobody showed a card. Some who show one pay a part with points."""

    person: Person | None
    order_no: str
    counter: CounterPlan
    goods: tuple[Goods, ...]
    uses_points: bool


@dataclass(frozen=True)
class Return:
    """Part of an order comes back: so much of what was paid, in percent."""

    order_no: str
    store_code: str
    percent: int


@dataclass(frozen=True)
class CheckIn:
    person: Person


@dataclass(frozen=True)
class Exchange:
    """Points for the item of that number, if there are enough."""

    person: Person
    number: int
    item: int
    store_code: str


@dataclass(frozen=True)
class Settle:
    """What becomes of an exchange: it is picked up, cancelled or lapses."""

    exchange: Exchange
    how: Literal["pick-up", "cancel", "lapse"]


Step = Join | Buy | Return | CheckIn | Exchange | Settle
Story = list[tuple[datetime, Step]]


def tell(rng: Random, people: list[Person], *, now: datetime) -> Story:
    """All steps before `now`, the earliest first."""
    story: Story = []
    for person in people:
        story += _life(rng, person, shop_day(now))
    for number in range(UNKNOWN_SHOPPERS):
        at = opening_hours(rng, shop_day(now) - timedelta(days=rng.randrange(DAYS)))
        story += _sale(rng, None, f"N{number:05d}", at)
    return sorted(((at, step) for at, step in story if at < now), key=lambda entry: entry[0])


def _life(rng: Random, person: Person, today: date) -> Story:
    joined_on = shop_day(person.joined_at)
    days = (today - joined_on).days
    story: Story = [(person.joined_at, Join(person))]
    visits = rng.randint(*person.habit.visits) * days // DAYS + 1
    for visit in range(visits):
        at = opening_hours(rng, joined_on + timedelta(days=rng.randint(1, days)))
        story += _sale(rng, person, f"M{person.number:04d}{visit:03d}", at)
    story += _check_ins(rng, person, joined_on, days)
    for number in range(visits // 5 + 1):
        story += _exchange(rng, person, number, opening_hours(rng, joined_on + timedelta(days=rng.randint(1, days))))
    return story


def _sale(rng: Random, person: Person | None, order_no: str, at: datetime) -> Story:
    counter = rng.choice(COUNTERS)
    count = rng.randint(*person.habit.basket) if person else 1
    goods, uses_points = tuple(rng.choices(counter.goods, k=count)), rng.random() < 0.15  # noqa: PLR2004  one in seven
    story: Story = [(at, Buy(person, order_no, counter, goods, person is not None and uses_points))]
    if rng.random() < 0.04:  # noqa: PLR2004  one sale in twenty-five comes back
        later = at + timedelta(days=rng.randrange(1, 7), minutes=rng.randrange(60))
        story.append((later, Return(order_no, counter.store_code, rng.choice((100, 100, 50, 30)))))
    return story


def _exchange(rng: Random, person: Person, number: int, at: datetime) -> Story:
    item = rng.choices(range(len(ITEMS)), ITEM_CHANCES)[0]
    exchange = Exchange(person, number, item, rng.choice(list(STORES)))
    how, days = rng.choices(ENDS, ENDS_CHANCES)[0]
    return [(at, exchange), (at + timedelta(days=days, minutes=rng.randrange(60)), Settle(exchange, how))]


def _check_ins(rng: Random, person: Person, joined_on: date, days: int) -> Story:
    """Streaks of some days here and there."""
    wanted = person.habit.check_ins * days // DAYS
    visited: set[date] = set()
    while len(visited) < min(wanted, days):
        first = joined_on + timedelta(days=rng.randint(1, days))
        visited |= {
            first + timedelta(days=gone)
            for gone in range(rng.randint(1, LONGEST_STREAK))
            if first + timedelta(days=gone) <= joined_on + timedelta(days=days)
        }
    return [
        (day_start(day) + timedelta(hours=8, seconds=rng.randrange(14 * 3600)), CheckIn(person))
        for day in sorted(visited)
    ]
