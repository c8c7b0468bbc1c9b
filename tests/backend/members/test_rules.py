from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kit.ids import luhn_valid
from backend.members import BirthdayRefused, NicknameRefused, PhoneRefused
from backend.members.rules import card_number, check_birthday, normal_nickname, normal_phone

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    "written",
    ["13812345678", "+8613812345678", "008613812345678", "8613812345678", "138-1234-5678", " 138 1234 5678\n"],
)
def test_a_phone_is_eleven_digits_however_it_is_written(written):
    assert normal_phone(written) == "13812345678"


@pytest.mark.parametrize(
    "written",
    ["", "12812345678", "1381234567", "138123456789", "+85291234567", "１３８12345678", "1381234567x", "10086"],
)
def test_what_is_no_mainland_mobile_number_is_refused(written):
    with pytest.raises(PhoneRefused):
        normal_phone(written)


@pytest.mark.parametrize("name", ["小红", " 小红 ", "Mr. O'Hara", "👨‍👩‍👧 一家", "x" * 20, "<b>"])
def test_a_nickname_loses_only_the_space_around_it(name):
    assert normal_nickname(name) == name.strip()


@pytest.mark.parametrize("name", ["", "  ", "x" * 21, "a\nb", "a\x00b", "a\x7fb", "a\u2028b", "a\u202eb", "a\ud800b"])
def test_a_nickname_that_cannot_be_shown_is_refused(name):
    with pytest.raises(NicknameRefused):
        normal_nickname(name)


@given(st.text(max_size=40))
def test_an_accepted_nickname_can_be_stored_and_stays_as_it_is(text):
    try:
        name = normal_nickname(text)
    except NicknameRefused:
        return
    assert 1 <= len(name.encode()) <= 80
    assert normal_nickname(name) == name


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(1990, 2, 28), TODAY])
def test_a_birthday_of_somebody_alive_is_accepted(day):
    check_birthday(day, today=TODAY)


@pytest.mark.parametrize("day", [date(1899, 12, 31), TODAY + timedelta(days=1), date(9999, 12, 31)])
def test_a_birthday_before_1900_or_in_the_future_is_refused(day):
    with pytest.raises(BirthdayRefused):
        check_birthday(day, today=TODAY)


@given(st.integers())
def test_a_card_number_has_twelve_digits_and_a_check_digit(seed):
    number = card_number(Random(seed))
    assert len(number) == 12
    assert number[0] == "8"
    assert luhn_valid(number)


@given(st.integers(), st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_of_a_card_number_is_noticed(seed, place, shift):
    number = card_number(Random(seed))
    wrong = str((int(number[place]) + shift) % 10)
    assert not luhn_valid(number[:place] + wrong + number[place + 1 :])


def test_card_numbers_do_not_follow_one_another():
    rng = Random(1)
    numbers = [int(card_number(rng)) for _ in range(1000)]
    assert len(set(numbers)) == 1000
    ascending = sum(earlier < later for earlier, later in pairwise(numbers))
    assert 420 < ascending < 580
