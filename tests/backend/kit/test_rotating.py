from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from backend.kit.rotating import RotatingCodes
from tests.support.clocks import MORNING

KEY = b"k" * 32
LONG = RotatingCodes("coupon-code", 16, timedelta(seconds=60), timedelta(seconds=30))
SHORT = RotatingCodes("card-code", 10, timedelta(seconds=60), timedelta(seconds=30))

numbers = st.integers(0, 10**16 - 1).map(lambda number: f"{number:016d}")


@hypothesis_settings(max_examples=50)
@given(numbers, st.integers(0, 10**9), st.integers(-30, 89))
def test_a_code_leads_to_its_number_while_it_is_good(number, second, later):
    at = MORNING + timedelta(seconds=second)
    shown = LONG.show(number, KEY, at)
    assert (len(shown.code), shown.expires_at) == (26, at + timedelta(seconds=60))
    assert LONG.number_of(shown.code, KEY, at + timedelta(seconds=later)) == number


@pytest.mark.parametrize("age", [91, 1000, -31])
def test_a_code_is_not_good_before_or_after(age):
    code = LONG.show("0" * 16, KEY, MORNING).code
    assert LONG.number_of(code, KEY, MORNING + timedelta(seconds=age)) is None


def test_kinds_keys_and_changed_digits_do_not_open_one_another():
    code = LONG.show("1234567890123456", KEY, MORNING).code
    other = RotatingCodes("other-code", 16, LONG.good_for, LONG.clock_difference)
    changed = str((int(code[0]) + 1) % 10) + code[1:]
    assert other.number_of(code, KEY, MORNING) is None
    assert LONG.number_of(code, b"x" * 32, MORNING) is None
    assert LONG.number_of(changed, KEY, MORNING) is None
    assert SHORT.number_of(code, KEY, MORNING) is None


@pytest.mark.parametrize("text", ["", "1" * 25, "１" * 26, "-" + "1" * 25])
def test_text_of_another_form_leads_nowhere(text):
    assert LONG.number_of(text, KEY, MORNING) is None
