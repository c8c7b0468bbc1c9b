import re
from base64 import b64decode

import pytest
import xmltodict
from barcode.charsets import code128
from hypothesis import example, given
from hypothesis import strategies as st

from backend.oa.pages.codes import MODULE, bar_picture, qr_picture

# Code 128 by the table of ISO/IEC 15417: start C, the pairs 12 and 34, the check symbol 82, stop.
START_C, PAIR_12, PAIR_34, STOP = "11010011100", "10110011100", "10001011000", "1100011101011"
WIDTHS = re.compile(r"M(\d+) 0h(\d+)v")


def modules(picture):
    svg = xmltodict.parse(b64decode(picture.removeprefix("data:image/svg+xml;base64,")))["svg"]
    drawn = ["0"] * int(svg["@viewBox"].split()[2])
    for place, width in WIDTHS.findall(svg["path"]["@d"]):
        drawn[int(place) : int(place) + int(width)] = "1" * int(width)
    return "".join(drawn), svg


def test_pairs_of_digits_are_drawn_by_the_standard():
    drawn, svg = modules(bar_picture("1234"))
    inner = drawn.strip("0")
    assert inner.startswith(START_C + PAIR_12 + PAIR_34)
    assert inner.endswith(STOP)
    assert len(inner) == 11 * 4 + 13
    assert int(svg["@width"]) == len(drawn) * MODULE


def scanned(picture):
    """The digits that a scanner reads, its check symbol checked."""
    drawn = modules(picture)[0].strip("0")
    symbols = [code128.CODES.index(drawn[place : place + 11]) for place in range(0, len(drawn) - 13, 11)]
    start, *pairs, check = symbols
    assert start == 105
    assert check == (start + sum(place * pair for place, pair in enumerate(pairs, 1))) % 103
    return "".join(f"{pair:02d}" for pair in pairs)


@given(st.one_of(st.from_regex(r"[0-9]{20}", fullmatch=True), st.from_regex(r"[0-9]{26}", fullmatch=True)))
@example("99" * 10)
@example("98" * 13)
@example("0" * 20)
def test_what_is_scanned_is_what_was_drawn(digits):
    assert scanned(bar_picture(digits)) == digits


@pytest.mark.parametrize(("digits", "symbols"), [("0" * 20, 10), ("9" * 26, 13)])
def test_codes_of_cards_and_coupons_take_one_symbol_for_two_digits(digits, symbols):
    assert len(modules(bar_picture(digits))[0].strip("0")) == 11 * (symbols + 2) + 13


def test_different_digits_are_different_pictures():
    assert len({bar_picture(f"{number:020d}") for number in range(50)}) == 50
    assert len({qr_picture(f"{number:020d}") for number in range(50)}) == 50


def test_qr_is_a_picture_within_the_page():
    assert qr_picture("12345678901234567890").startswith("data:image/svg+xml")
