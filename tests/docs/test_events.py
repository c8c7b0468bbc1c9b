"""The event of the page is one."""

import json
import re

from backend import events
from tests.architecture.sources import ROOT

BLOCK = re.compile(r"^```json event\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_example_is_an_event():
    (said,) = BLOCK.findall((ROOT / "docs/events.md").read_text("utf-8"))
    book = events.checked(json.loads(said))
    assert (book.kind, book.registration.points, book.survey.points) == ("experience", 30, 50)
