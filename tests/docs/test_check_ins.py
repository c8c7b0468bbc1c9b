"""docs/check-ins.md says what the product does."""

import json
import re

from backend import checkin
from tests.architecture.sources import ROOT

PAGE = (ROOT / "docs" / "check-ins.md").read_text(encoding="utf-8")


def test_the_book_is_a_book():
    (book,) = re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert list(checkin.checked(json.loads(book)).steps("streak")) == [7, 30]


def test_every_part_is_explained():
    assert all(f"`{name}`" in PAGE for name in checkin.CheckInBook.model_fields)
