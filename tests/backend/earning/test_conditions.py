from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.earning.book import Rule
from backend.earning.conditions import NOTHING_PAID, asks, fit
from backend.earning.events import Event, EventLine
from tests.factories.earning import make_bill, make_rule

NOON = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)  # a Sunday, 12:00 in Shanghai
BILL = Event(
    "purchase",
    NOON,
    tier_code="gold",
    store_code="SH01",
    lines=(EventLine(10_000, "C1", "鹿角", "服饰"), EventLine(5_000, "C2", "竹叶", "服饰"), EventLine(0, "C3", "赠品")),
    tags=frozenset({"VIP"}),
)
BEFORE = timedelta(microseconds=1)


def unmet(conditions, event=BILL, kept=None):
    rule = Rule.model_validate(make_rule("a", conditions=conditions))
    return fit(rule, event, event.amounts if kept is None else kept).unmet


@pytest.mark.parametrize(
    ("conditions", "changes", "name"),
    [
        ({"tiers": ["silver", "gold"]}, {"tier_code": "gold"}, None),
        ({"tiers": ["silver", "gold"]}, {"tier_code": "basic"}, "tiers"),
        ({"tiers": ["silver"]}, {"tier_code": None}, "tiers"),
        ({"stores": ["SH01"]}, {}, None),
        ({"stores": ["SH01"]}, {"store_code": "SH02"}, "stores"),
        ({"stores": ["SH01"]}, {"store_code": None}, "stores"),
        ({"tags": ["宝妈", "VIP"]}, {}, None),
        ({"tags": ["宝妈"]}, {}, "tags"),
        ({"tags": ["VIP"]}, {"tags": None}, "tags"),
        ({"weekdays": [7]}, {}, None),
        ({"weekdays": [1, 2, 3, 4, 5, 6]}, {}, "weekdays"),
        ({"weekdays": [7]}, {"at": NOON.replace(hour=16)}, "weekdays"),  # Monday has begun in Shanghai
        ({"member_days": [8, 18]}, {}, None),
        ({"member_days": [9]}, {}, "member_days"),
        ({"member_days": [9]}, {"at": NOON.replace(hour=16)}, None),
        ({"hours": [["12:00", "13:00"]]}, {}, None),
        ({"hours": [["10:00", "12:00"]]}, {}, "hours"),
        ({"hours": [["10:00", "12:00"]]}, {"at": NOON - BEFORE}, None),
        ({"hours": [["00:00", "08:00"], ["20:00", "24:00"]]}, {"at": NOON.replace(hour=15, minute=59)}, None),
        ({"from_at": "2026-03-08T12:00:00+08:00"}, {}, None),
        ({"from_at": "2026-03-08T12:00:00+08:00"}, {"at": NOON - BEFORE}, "from_at"),
        ({"until_at": "2026-03-08T12:00:00+08:00"}, {}, "until_at"),
        ({"until_at": "2026-03-08T12:00:00+08:00"}, {"at": NOON - BEFORE}, None),
        ({"first_purchase": True}, {}, "first_purchase"),
        ({"first_purchase": True}, {"first_purchase": True}, None),
        ({"min_amount_fen": 15_000}, {}, None),
        ({"min_amount_fen": 15_001}, {}, "min_amount_fen"),
        ({"max_amount_fen": 15_000}, {}, None),
        ({"max_amount_fen": 14_999}, {}, "max_amount_fen"),
        ({"brands": ["鹿角"], "min_amount_fen": 10_000}, {}, None),
        ({"brands": ["鹿角"], "min_amount_fen": 10_001}, {}, "min_amount_fen"),
        ({"brands": ["松枝"]}, {}, "brands"),
        ({"brands": ["赠品"]}, {}, "brands"),  # nothing was paid for it
        ({"categories": ["服饰"], "counters": ["C3"]}, {}, "counters"),
        ({"categories": ["服饰"], "counters": ["C2"], "brands": ["鹿角"]}, {}, "brands"),
    ],
)
def test_a_condition_at_its_borders(conditions, changes, name):
    assert unmet(conditions, replace(BILL, **changes)) == name


def test_a_rule_that_is_off_fits_nothing():
    off = Rule.model_validate(make_rule("a", enabled=False))
    assert fit(off, BILL, BILL.amounts).unmet == "enabled"


def test_lines_that_count_are_those_that_all_conditions_choose():
    rule = Rule.model_validate(make_rule("a", conditions={"categories": ["服饰"], "counters": ["C2", "C3"]}))
    found = fit(rule, BILL, BILL.amounts)
    assert (found.lines, found.amount_fen, found.unmet) == ((1,), 5_000, None)


def test_of_a_bill_without_conditions_all_lines_count():
    assert fit(Rule.model_validate(make_rule("a")), BILL, (10_000, 1, 0)).amount_fen == 10_001


def test_when_all_is_given_back_nothing_fits():
    assert unmet({}, kept=(0, 0, 0)) == NOTHING_PAID
    assert unmet({}, make_bill(0)) == NOTHING_PAID


def test_what_is_returned_makes_a_bill_too_small_and_never_small_enough():
    assert unmet({"min_amount_fen": 10_000}, kept=(9_999, 0, 0)) == "min_amount_fen"
    assert unmet({"max_amount_fen": 14_999}, kept=(1, 0, 0)) == "max_amount_fen"
    assert unmet({"brands": ["竹叶"]}, kept=(10_000, 0, 0)) == "brands"


def test_what_is_no_purchase_needs_no_money():
    rule = Rule.model_validate(make_rule("a", "gift", trigger="survey", effect={"fixed": 1}))
    assert fit(rule, Event("survey", NOON), ()).unmet is None


def test_whether_a_rule_that_is_on_asks():
    rules = [Rule.model_validate(make_rule("a", conditions={"tags": ["VIP"]}, enabled=on)) for on in (True, False)]
    assert (asks(rules, "tags"), asks(rules, "tiers"), asks(rules[1:], "tags")) == (True, False, False)
