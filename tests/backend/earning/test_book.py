import pytest

from backend.earning.book import EarningBook, Rule, parsed
from backend.points import Expiry
from tests.factories.earning import GROUPS, make_book, make_definition, make_rule


def rule(**parts):
    return Rule.model_validate(make_rule("a", **parts))


def test_equal_definitions_are_read_once_and_others_are_not():
    first, other = make_definition(make_rule("a")), make_definition(make_rule("b"))
    assert parsed(first) is parsed(make_definition(make_rule("a")))
    assert parsed(other).rules[0].code == "b"


def test_rules_of_a_trigger_stand_in_the_order_of_their_groups_then_of_their_codes():
    book = make_book(
        make_rule("z"),
        make_rule("b", "gift", effect={"fixed": 1}),
        make_rule("a", "gift", effect={"fixed": 1}),
        make_rule("m"),
        make_rule("join", "gift", trigger="registration", effect={"fixed": 1}),
    )
    assert [one.code for one in book.of("purchase")] == ["m", "z", "a", "b"]
    assert book.of("survey") == []


@pytest.mark.parametrize(
    ("told", "expiry"),
    [
        (None, None),
        ("never", Expiry("never")),
        ("year-end", Expiry("year-end")),
        ({"months": 6}, Expiry("months", 6)),
    ],
)
def test_how_long_points_are_good(told, expiry):
    assert rule(expiry=told).good_for == expiry


def test_caps_and_budgets_limit_a_rule():
    assert [rule().limited, rule(caps={"day": 1}).limited, rule(budget=1).limited] == [False, True, True]


def test_a_multiplier_below_one_reduces():
    rates = (0, 9_999, 10_000, 20_000)
    assert [rule(effect={"multiplier": rate}).reduces for rate in rates] == [True, True, False, False]
    assert not rule().reduces


def test_lines_are_chosen_by_counter_brand_and_category():
    chosen = {name: rule(conditions={name: ["A"]}).conditions.choose_lines for name in ("brands", "stores", "tiers")}
    assert chosen == {"brands": True, "stores": False, "tiers": False}


def test_a_book_is_read_back_as_it_was_written():
    book = make_book(make_rule("a", conditions={"weekdays": [3], "hours": [["10:00", "12:00"]]}, caps={"day": 5}))
    assert EarningBook.model_validate_json(book.model_dump_json()) == book


@pytest.mark.parametrize(("stacking", "per_yuan"), [("add", 15_000), ("best", 10_000)])
def test_what_every_purchase_earns_and_tiers_multiply(stacking, per_yuan):
    """For the cost of a tier's rate in a year: what only some goods, days or members earn is left out."""
    book = make_book(
        make_rule("a"),
        make_rule("b", effect={"per_yuan": 5_000}),
        make_rule("some", effect={"per_yuan": 7_000}, conditions={"brands": ["朝露"]}),
        make_rule("rests", effect={"per_yuan": 9_000}, enabled=False),
        make_rule("plain", "gift", effect={"per_yuan": 3_000}),
        groups=[{"code": "base", "kind": "points", "stacking": stacking, "scaled": True}, GROUPS[1]],
    )
    assert book.plain_per_yuan == per_yuan


def test_without_such_a_rule_a_rate_multiplies_nothing():
    assert make_book(make_rule("first", "gift")).plain_per_yuan == 0
