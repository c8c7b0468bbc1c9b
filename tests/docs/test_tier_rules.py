"""docs/tier-rules.md tells a book that an operator could publish, every field of it and every condition there is."""

import json
import re
from typing import get_args

import pytest

from backend import tiers
from backend.tiers.book import Benefits, GrowthRules, TierBook, TierRules
from backend.tiers.grammar import Leaf
from tests.architecture.sources import ROOT

PAGE = (ROOT / "docs" / "tier-rules.md").read_text(encoding="utf-8")
BOOK = json.loads(re.findall(r"^```json book\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[0])
CONDITIONS = [json.loads(text) for text in re.findall(r"^\| `(\{.*?\})` \|", PAGE, re.MULTILINE)]


def test_the_book_of_the_page_can_be_drafted():
    book = tiers.checked(BOOK)
    assert [tier.code for tier in book.tiers] == ["basic", "silver", "gold"]


@pytest.mark.parametrize("condition", CONDITIONS, ids=json.dumps)
def test_each_condition_of_the_page_can_be_asked(condition):
    asking = {"code": "plus", "name": "附加", "qualify": condition}
    below = BOOK["tiers"][: 2 if "tier" in condition else 1]  # silver, where its holders are asked for
    assert tiers.checked({"tiers": [*below, asking]}).ranks["plus"]


def test_no_condition_is_left_out():
    told = {name for condition in CONDITIONS for name in condition}
    assert told >= {name for kind in get_args(Leaf) for name in kind.model_fields} | {"any", "all"}


@pytest.mark.parametrize("part", [TierBook, TierRules, Benefits, GrowthRules])
def test_no_field_is_left_out(part):
    assert [name for name in part.model_fields if f"`{name}`" not in PAGE and f'"{name}"' not in PAGE] == []
