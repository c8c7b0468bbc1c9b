from datetime import date, timedelta
from hashlib import sha256
from hmac import new as hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.receipts.rules import are_alike, is_recent, look_of, printed

SIGNED = "BH1:till-ABC:NJ-20260301-0042:12800:20260301"
SECRET = "s3cret"
TODAY = date(2026, 3, 1)


def code(signed=SIGNED, secret=SECRET):
    """As docs/till-api.md tells tills to print it."""
    return f"{signed}:{hmac(secret.encode(), signed.encode(), sha256).hexdigest()[:32]}"


def test_a_receipt_says_what_it_says():
    said = printed(code())
    assert (said.app_key, said.order_no, said.amount_fen) == ("till-ABC", "NJ-20260301-0042", 12_800)
    assert (said.bought_on, said.is_signed_with(SECRET), said.is_signed_with("other")) == (TODAY, True, False)


@pytest.mark.parametrize("changed", ["0042:12800", "12800:2026", "till-ABC"])
def test_a_change_is_found(changed):
    forged = printed(code().replace(changed, changed.replace("2", "3").replace("A", "B")))
    assert forged is None or not forged.is_signed_with(SECRET)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "BH1",
        SIGNED,
        code(SIGNED.replace("20260301", "20260230")),
        code(SIGNED.replace("12800", "-1")),
        code() + "0",
        code(SIGNED.replace("BH1", "BH2")),
        code(SIGNED.replace(":12800", ":012800")),
        code(SIGNED + "１"),
    ],
)
def test_other_texts_are_no_receipts(text):
    assert printed(text) is None


@pytest.mark.parametrize(("days", "recent"), [(-1, False), (0, True), (30, True), (31, False)])
def test_receipts_are_taken_for_some_days(days, recent):
    assert is_recent(TODAY - timedelta(days=days), TODAY, 30) is recent


greys = st.lists(st.integers(0, 255), min_size=256, max_size=256)


@given(greys)
def test_a_brighter_copy_looks_the_same(values):
    look = look_of(values)
    assert look == look_of([value + 40 for value in values])
    assert (len(look), are_alike(look, look)) == (64, True)


def test_pictures_that_differ_in_few_places_are_alike():
    assert are_alike("0" * 64, "0" * 59 + "fffff")
    assert not are_alike("0" * 64, "0" * 58 + "1fffff")
