"""The catalogue of the page is one."""

import json
import re

from backend import benefits
from tests.architecture.sources import ROOT

BLOCK = re.compile(r"^```json book\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_example_is_a_catalogue():
    (said,) = BLOCK.findall((ROOT / "docs/benefits.md").read_text("utf-8"))
    book = benefits.checked(json.loads(said))
    assert [one.kind for one in book.benefits] == ["parking", "booking", "birthday_gift", "priority_returns", "adviser"]
