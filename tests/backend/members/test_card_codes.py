from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.members import Member, card_code
from backend.members.card_codes import card_no_of
from backend.members.rules import card_number
from tests.support.clocks import MORNING

KEY = b"k" * 32
MEMBER = Member(id=331_777_000_111_222_333, card_no=card_number(Random(5)))
MICROSECOND = timedelta(microseconds=1)

instants = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given above
seeds = st.integers(0, 2**64)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


@given(seeds, instants, st.integers(-30_000_000, 89_000_000))
def test_a_code_leads_to_its_card_while_it_is_good(seed, at, later):
    member = Member(card_no=card_number(Random(seed)))
    shown = card_code(member, KEY, at)
    assert len(shown.code) == 20
    assert shown.code.isascii()
    assert shown.code.isdigit()
    assert card_no_of(shown.code, KEY, at + timedelta(microseconds=later)) == member.card_no


@pytest.mark.parametrize("age", [0, 59.999999, 60, 89.999999, 90, -0.000001, -29.999999, -30])
def test_a_code_is_good_for_a_minute_and_half_a_minute_of_clock_difference(age):
    code = card_code(MEMBER, KEY, MORNING).code
    assert card_no_of(code, KEY, MORNING + seconds(age)) == MEMBER.card_no


@pytest.mark.parametrize("age", [90.000001, 91, 1000, 1000 + 45, 10**6, -30.000001, -31, -1000, -(10**6)])
def test_a_code_is_not_good_before_or_after(age):
    code = card_code(MEMBER, KEY, MORNING).code
    assert card_no_of(code, KEY, MORNING + seconds(age)) is None


def test_a_code_belongs_to_the_whole_second_in_which_it_was_issued():
    late = MORNING + seconds(0.999999)
    assert card_code(MEMBER, KEY, late) == card_code(MEMBER, KEY, MORNING)
    assert card_code(MEMBER, KEY, late).expires_at == MORNING + seconds(60)
    assert card_code(MEMBER, KEY, late + MICROSECOND).code != card_code(MEMBER, KEY, MORNING).code


@given(seeds, instants, st.integers(0, 19), st.integers(1, 9))
def test_a_changed_digit_does_not_lead_to_the_card(seed, at, place, shift):
    member = Member(card_no=card_number(Random(seed)))
    code = card_code(member, KEY, at).code
    changed = code[:place] + str((int(code[place]) + shift) % 10) + code[place + 1 :]
    assert card_no_of(changed, KEY, at) != member.card_no


@given(st.text(max_size=25) | st.from_regex(r"[0-9]{20}", fullmatch=True), instants)
def test_other_text_leads_nowhere(text, at):
    found = card_no_of(text, KEY, at)
    assert found is None or card_code(Member(card_no=found), KEY, at).code is not None


@pytest.mark.parametrize("text", ["", "1" * 19, "1" * 21, "１" * 20, "-" + "1" * 19, " " + "1" * 19, "²" * 20])
def test_text_of_another_form_leads_nowhere(text):
    assert card_no_of(text, KEY, MORNING) is None


def test_another_key_opens_nothing():
    codes = [card_code(MEMBER, KEY, MORNING + seconds(n)).code for n in range(200)]
    assert all(card_no_of(code, b"x" * 32, MORNING + seconds(n)) is None for n, code in enumerate(codes))


def test_guessing_does_not_pay():
    rng = Random(11)
    hits = sum(card_no_of(f"{rng.randrange(10**20):020d}", KEY, MORNING) is not None for _ in range(50_000))
    assert hits == 0


def test_codes_of_one_card_look_like_random_digits():
    codes = [card_code(MEMBER, KEY, MORNING + seconds(n)).code for n in range(5000)]
    assert len(set(codes)) == 5000
    for place in range(20):
        assert chi_square(Counter(code[place] for code in codes), 5000) < 33.7, place  # 9 degrees, p = 0.0001
    kept = sum(a == b for one, other in pairwise(codes) for a, b in zip(one, other, strict=True))
    assert 0.097 < kept / (4999 * 20) < 0.103


def test_codes_of_one_second_look_like_random_digits():
    rng = Random(3)
    codes = [card_code(Member(card_no=card_number(rng)), KEY, MORNING).code for _ in range(5000)]
    for place in range(20):
        assert chi_square(Counter(code[place] for code in codes), 5000) < 33.7, place


def test_a_code_shows_neither_card_number_nor_member_id():
    codes = [card_code(MEMBER, KEY, MORNING + seconds(n)).code for n in range(5000)]
    secrets = {MEMBER.card_no[start : start + 6] for start in range(7)}
    secrets |= {str(MEMBER.id)[start : start + 6] for start in range(13)}
    # six given digits stand by chance at one of 15 places in one code of 66,667
    assert sum(secret in code for code in codes for secret in secrets) <= 10


def chi_square(counted: Counter[str], whole: int) -> float:
    expected = whole / 10
    return sum((counted[digit] - expected) ** 2 / expected for digit in "0123456789")
