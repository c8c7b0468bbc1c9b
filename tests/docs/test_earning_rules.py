"""Every example of docs/earning-rules.md is a rule that an operator could publish, and does what the page says."""

import json
import re
from datetime import datetime

import pytest

from backend import earning, rulebooks
from backend.earning import EventLine
from config import policy
from tests.architecture.sources import ROOT
from tests.factories.earning import make_bill
from tests.support.clocks import MORNING

PAGE = (ROOT / "docs" / "earning-rules.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```json (book|groups|rule)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = [(kind, json.loads(text)) for kind, text in BLOCK.findall(PAGE)]
((_, FIRST),) = [one for one in EXAMPLES if one[0] == "book"]
((_, GROUPS),) = [one for one in EXAMPLES if one[0] == "groups"]
RULES = {rule["code"]: rule for kind, rule in EXAMPLES if kind == "rule"}
TENTH, EIGHTH, EIGHTH_OF_MAY, WEDNESDAY = (
    datetime(2026, month, day, 10, 30, tzinfo=policy.SHOP_ZONE) for month, day in ((3, 10), (3, 8), (5, 8), (5, 6))
)


def book_with(*codes):
    rules = [*FIRST["rules"], *(RULES[code] for code in codes)]
    return earning.checked({"groups": [*FIRST["groups"], *GROUPS], "rules": rules})


def points(event, *codes, **parts):
    return earning.assess(book_with(*codes), event, **parts).points


def line(fen, category=None, brand=None):
    return earning.Event("purchase", TENTH, lines=(EventLine(fen, category=category, brand=brand),))


def test_no_block_of_json_is_left_out():
    assert PAGE.count("```json") == len(EXAMPLES) == len(RULES) + 2


def test_all_examples_together_are_a_book():
    assert len(book_with(*RULES).rules) == len(FIRST["rules"]) + len(RULES)


def test_the_first_book_is_the_one_that_a_store_begins_with(session):
    first = rulebooks.live(session, earning.KIND, now=MORNING).definition
    assert earning.checked(first) == earning.checked(FIRST)


def test_the_member_day():
    assert points(make_bill(30_000, at=EIGHTH_OF_MAY), "member-day") == 600
    assert points(make_bill(60_000, at=EIGHTH_OF_MAY), "member-day", rooms={"member-day": 500}) == 1_100
    assert points(make_bill(30_000, at=TENTH), "member-day") == 300


@pytest.mark.parametrize(
    ("tier", "hour", "given"), [("gold", 10, 150), ("silver", 10, 100), ("gold", 9, 100), ("gold", 12, 100)]
)
def test_wednesday_mornings(tier, hour, given):
    bill = make_bill(10_000, at=WEDNESDAY.replace(hour=hour), tier_code=tier)
    assert points(bill, "wednesday") == given


def test_the_season_and_what_is_left_when_its_budget_is_spent():
    bill = make_bill(10_000, at=EIGHTH)
    assert points(bill, "spring", "member-day") == 300
    assert points(bill, "spring", "member-day", rooms={"spring": 0}) == 200
    assert points(make_bill(10_000, at=EIGHTH_OF_MAY), "spring") == 100


def test_fifty_points_for_500_yuan_of_a_brand():
    assert points(make_bill((49_999, "鹿角"), (30_000, "竹叶")), "brand-500") == 799
    assert points(make_bill((50_000, "鹿角")), "brand-500") == 550


def test_no_points_for_gold():
    assert points(line(10_000, category="黄金"), "no-points") == 0
    assert points(line(10_000, category="服饰"), "no-points") == 100


def test_the_better_of_two_brand_days():
    both = {"brand-day-a", "brand-day-b"}
    assert points(line(10_000, "服饰", "鹿角"), *both) == 100 + 200
    assert points(line(10_000, "服饰", "竹叶"), *both) == 100 + 100


def test_the_welcome():
    bill = make_bill(10_000, first_purchase=True, tags=frozenset({"新客"}))
    assert points(bill, "first") == 300
    assert points(make_bill(10_000, tags=frozenset({"新客"})), "first") == 100
    assert points(earning.Event("profile-completed", MORNING), "profile") == 30


def test_the_refunds_of_the_page():
    fifty = {**RULES["brand-500"], "code": "fifty", "conditions": {"min_amount_fen": 15_000}}
    book = earning.checked({**FIRST, "rules": [*FIRST["rules"], fifty]})
    worth = [earning.assess(book, make_bill(20_000), kept=(left,)).points for left in (20_000, 16_000, 14_000)]
    assert worth == [250, 250 - 40, 250 - 40 - 20 - 50]
