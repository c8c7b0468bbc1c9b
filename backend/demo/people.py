"""The demo's members: made-up people, with phone numbers from a range that no carrier gives out."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from backend.kit.calendar import day_start
from backend.members import Gender

FAMILY_NAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN_NAMES: Final = "敏静丽强磊军洋艳勇杰娟涛明超秀英华慧建国文辉玲桂兰平刚红霞飞鑫宇浩然子涵梓萱一诺"
UNASSIGNED_PHONES: Final = 169_0000_0000
DAYS: Final = 365


@dataclass(frozen=True)
class Habit:
    """How somebody shops: how many visits in a whole year, and how many things at a time."""

    share: int
    visits: tuple[int, int]
    basket: tuple[int, int]
    check_ins: int


HABITS: Final = (
    Habit(share=62, visits=(1, 4), basket=(1, 1), check_ins=1),
    Habit(share=27, visits=(5, 12), basket=(1, 2), check_ins=4),
    Habit(share=9, visits=(12, 24), basket=(1, 3), check_ins=12),
    Habit(share=2, visits=(28, 36), basket=(2, 4), check_ins=40),
)


@dataclass(frozen=True)
class Person:
    """Somebody who joins at an instant and then shops by habit."""

    number: int
    nickname: str
    phone: str
    gender: Gender
    birthday: date | None
    joined_at: datetime
    habit: Habit


def make_people(rng: Random, count: int, *, today: date) -> list[Person]:
    """`count` people who joined on one of the last 365 days, more of them early than late."""
    return [_person(rng, number, today) for number in range(count)]


def opening_hours(rng: Random, day: date) -> datetime:
    """An instant between ten in the morning and half past nine in the evening of a shop day."""
    return day_start(day) + timedelta(hours=10, seconds=rng.randrange(int(11.5 * 3600)))


def _person(rng: Random, number: int, today: date) -> Person:
    days_ago = DAYS - int(DAYS * rng.random() ** 2)
    born = date(rng.randrange(1955, 2006), rng.randrange(1, 13), rng.randrange(1, 29))
    return Person(
        number=number,
        nickname=rng.choice(FAMILY_NAMES) + "".join(rng.sample(GIVEN_NAMES, rng.choice((1, 2)))),
        phone=str(UNASSIGNED_PHONES + number),
        gender=rng.choices(("female", "male", "unknown"), (60, 32, 8))[0],
        birthday=born if rng.random() < 0.7 else None,  # noqa: PLR2004  seven of ten tell theirs
        joined_at=opening_hours(rng, today - timedelta(days=max(days_ago, 1))),
        habit=rng.choices(HABITS, [habit.share for habit in HABITS])[0],
    )
