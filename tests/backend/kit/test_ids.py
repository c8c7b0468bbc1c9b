from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from random import Random, SystemRandom

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kit.ids import READABLE, IdSource, digits, luhn_digit, luhn_valid, new_id, new_ids, readable_code

bodies = st.text("0123456789", min_size=1, max_size=30)


def test_ids_of_one_source_grow_and_fit_a_signed_column():
    source = IdSource()
    made = [source.next() for _ in range(20_000)]
    assert made == sorted(set(made))
    assert made[0] > 0
    assert made[-1] < 2**63


def test_threads_never_get_the_same_id():
    with ThreadPoolExecutor(16) as pool:
        lists = list(pool.map(lambda _: [new_id() for _ in range(2_000)], range(16)))
    made = [one for some in lists for one in some]
    assert len(set(made)) == len(made)
    assert all(some == sorted(some) for some in lists)


def test_two_sources_hardly_ever_meet():
    one, other = IdSource(), IdSource()
    assert not {one.next() for _ in range(1_000)} & {other.next() for _ in range(1_000)}


def test_a_block_is_nobody_else_s_and_ids_grow_over_it():
    source, made = IdSource(), []
    for count in (1, 5_000, 3):
        made.append(source.next())
        first = source.block(count)
        made += range(first, first + count)
    made.append(source.next())
    assert made == sorted(set(made))
    assert made[-1] < 2**63


def test_blocks_of_two_sources_hardly_ever_meet():
    one, other = IdSource(), IdSource()
    blocks = sorted(source.block(100) for _ in range(20) for source in (one, other))
    assert all(later - earlier >= 100 for earlier, later in pairwise(blocks))


def test_threads_never_get_ids_of_the_same_block():
    with ThreadPoolExecutor(8) as pool:
        firsts = sorted(pool.map(lambda _: new_ids(1_000), range(64)))
    assert all(later - earlier >= 1_000 for earlier, later in pairwise(firsts))


@given(st.integers(0, 2**32), st.integers(1, 20))
def test_digits_are_as_many_as_asked_for(seed, count):
    made = digits(Random(seed), count)
    assert len(made) == count
    assert made.isascii()
    assert made.isdigit()


def test_digits_may_begin_with_zero():
    assert {digits(SystemRandom(), 1) for _ in range(1_000)} == set("0123456789")


@given(st.integers(0, 2**32))
def test_readable_codes_hold_nothing_that_is_taken_for_something_else(seed):
    made = readable_code(Random(seed), 8)
    assert len(made) == 8
    assert set(made) <= set(READABLE)
    assert not set(READABLE) & set("01OIL")


@pytest.mark.parametrize(("body", "check"), [("7992739871", "3"), ("0", "0"), ("453201511283036", "6")])
def test_the_check_digit_of_known_numbers(body, check):
    assert luhn_digit(body) == check
    assert luhn_valid(body + check)


@given(bodies, st.data())
def test_every_single_wrong_digit_is_found(body, data):
    number = body + luhn_digit(body)
    place = data.draw(st.integers(0, len(number) - 1))
    wrong = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != number[place]))
    assert luhn_valid(number)
    assert not luhn_valid(number[:place] + wrong + number[place + 1 :])


@given(bodies, st.data())
def test_neighbours_swapped_are_found_but_for_0_and_9(body, data):
    number = body + luhn_digit(body)
    place = data.draw(st.integers(0, len(number) - 2))
    left, right = number[place], number[place + 1]
    swapped = number[:place] + right + left + number[place + 2 :]
    assert luhn_valid(swapped) == (left == right or {left, right} == {"0", "9"})


@pytest.mark.parametrize("number", ["", "0", "１８", "7992739871a", "-18", " 18"])
def test_what_is_no_number_is_not_valid(number):
    assert not luhn_valid(number)
