"""The draw of the page is one, and what the page says of it is so."""

import json
import re

from backend import lottery
from tests.architecture.sources import ROOT

BLOCK = re.compile(r"^```json draw\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_example_is_a_draw_with_the_rolls_that_are_told():
    (said,) = BLOCK.findall((ROOT / "docs/draws.md").read_text("utf-8"))
    book = lottery.checked(json.loads(said))
    assert [book.prize_at(rolled) for rolled in (0, 49, 50, 20_049, 20_050)] == [1, 1, 2, 2, 3]
    assert book.prize(book.prize_at(999_999)).fallback
