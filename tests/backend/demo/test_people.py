from datetime import date, timedelta
from random import Random

from backend.demo.people import make_people, opening_hours
from backend.kit.calendar import shop_day
from backend.members.rules import check_birthday, normal_nickname, normal_phone

TODAY = date(2026, 3, 1)


def test_everybody_could_join():
    people = make_people(Random(1), 300, today=TODAY)
    for person in people:
        assert normal_phone(person.phone) == person.phone
        assert normal_nickname(person.nickname) == person.nickname
        if person.birthday:
            check_birthday(person.birthday, today=TODAY)
    assert len({person.phone for person in people}) == 300


def test_everybody_joined_on_one_of_the_last_365_days():
    days = {(TODAY - shop_day(person.joined_at)).days for person in make_people(Random(1), 300, today=TODAY)}
    assert min(days) >= 1
    assert max(days) <= 365


def test_same_luck_same_people():
    assert make_people(Random(1), 5, today=TODAY) == make_people(Random(1), 5, today=TODAY)


def test_opening_hours_are_within_the_shop_day():
    rng = Random(1)
    assert {shop_day(opening_hours(rng, TODAY)) for _ in range(500)} == {TODAY}
    assert shop_day(opening_hours(rng, TODAY) + timedelta(hours=2, minutes=30)) == TODAY
