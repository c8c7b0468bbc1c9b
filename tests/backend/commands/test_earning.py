import json

import pytest

from tests.factories.earning import make_definition, make_rule, publish
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase
from tests.factories.stores import make_store

DOUBLE = make_rule("x2", "bonus", name="会员日", effect={"multiplier": 20_000}, conditions={"member_days": [8]})


@pytest.fixture
def draft(tmp_path):
    """A file with a draft of these rules."""

    def write(*rules):
        path = tmp_path / "draft.json"
        path.write_text(json.dumps(make_definition(*rules)), encoding="utf-8")
        return path

    return write


def test_a_purchase_is_explained_rule_by_rule(answer, flask, sessions):
    with sessions.write.begin() as session:
        publish(session, make_rule("plain", name="消费积分", caps={"day": 70}), DOUBLE)
        member, store = make_member(session), make_store(session, code="SH01")
        make_purchase(session, 10_000, store_id=store.id, member_id=member.id, order_no="SO-1")
    told = answer("earning", "explain", "--store", "SH01", "SO-1")
    assert [(one["rule_code"], one["outcome"], one["condition"]) for one in told] == [
        ("plain", "matched", "day"),
        ("x2", "skipped", "member_days"),
    ]
    shown = flask("earning", "explain", "--store", "SH01", "SO-1").stdout
    assert "每元 1 积分，每日上限 70 积分，应得 100，实得 70 积分" in shown
    assert "仅限每月 8 日；当天是 1 日" in shown


def test_a_sale_without_a_member_was_asked_no_rule(answer, flask, sessions):
    with sessions.write.begin() as session:
        store = make_store(session, code="SH01")
        make_purchase(session, 10_000, store_id=store.id, order_no="SO-1")
    assert answer("earning", "explain", "--store", "SH01", "SO-1") == []
    assert "No rule was asked" in flask("earning", "explain", "--store", "SH01", "SO-1").stdout


@pytest.mark.parametrize(("store", "code"), [("SH01", "purchases.unknown"), ("SH99", "stores.unknown")])
def test_what_there_is_not_cannot_be_explained(flask, sessions, store, code):
    with sessions.write.begin() as session:
        make_store(session, code="SH01")
    result = flask("earning", "explain", "--store", store, "SO-404")
    assert result.exit_code == 1
    assert code in result.stderr


def test_the_rules_in_force_are_listed(answer, sessions):
    first = answer("earning", "rules")
    assert [(rule["version"], rule["code"], rule["gives"]) for rule in first] == [
        (1, "purchase", "每元 1 积分"),
        (1, "check-in", "活动积分的 1 倍"),
        (1, "join", "100 积分"),
    ]
    with sessions.write.begin() as session:
        publish(session, make_rule("plain", budget=500), DOUBLE)
    listed = answer("earning", "rules")
    assert [(rule["code"], rule["when"], rule["limits"], rule["spent"]) for rule in listed] == [
        ("plain", "", "总预算 500 积分", 0),
        ("x2", "仅限每月 8 日", "", None),
    ]


def test_a_draft_is_tried_on_a_purchase_that_is_made_up(answer, flask, draft):
    path = draft(make_rule("plain", conditions={"brands": ["鹿角"], "tags": ["VIP"]}), DOUBLE)
    bought = ("--amount-fen", 10_000, "--amount-fen", 50, "--brand", "鹿角", "--tag", "VIP", "--tier", "silver")
    told = answer("earning", "try", path, *bought, "--at", "2026-03-08T10:00")
    assert told["points"] == 241  # 100.50 yuan, silver earns a fifth more, doubled
    assert [(rule["rule_code"], rule["granted"]) for rule in told["rules"]] == [("plain", 120), ("x2", 121)]
    shown = flask("earning", "try", path, *bought, "--at", "2026-03-09T10:00").stdout
    assert shown.endswith("points: 120\n")
    assert "当天是 9 日" in shown


def test_a_draft_is_tried_within_caps_and_budgets_of_which_nothing_is_used(answer, draft):
    path = draft(make_rule("plain"), make_rule("zhaolu", "gift", caps={"day": 20}), make_rule("x", "gift", budget=30))
    told = answer("earning", "try", path, "--amount-fen", 10_000)
    assert told["points"] == 150
    given = {rule["rule_code"]: (rule["granted"], rule["condition"]) for rule in told["rules"]}
    assert given == {"plain": (100, None), "zhaolu": (20, "day"), "x": (30, "budget")}


def test_a_draft_is_tried_on_other_things_than_purchases(answer, draft):
    path = draft(make_rule("visit", "gift", trigger="check-in", effect={"base": 20_000}))
    assert answer("earning", "try", path, "--trigger", "check-in", "--base-points", 7)["points"] == 14
    assert answer("earning", "try", path, "--trigger", "survey") == {"points": 0, "rules": []}


@pytest.mark.parametrize(
    ("text", "words"), [("{", "is no JSON"), ("[]", "is no JSON object"), ("{}", "groups：缺少该项")]
)
def test_what_is_no_draft_is_refused(flask, tmp_path, text, words):
    path = tmp_path / "draft.json"
    path.write_text(text, encoding="utf-8")
    result = flask("earning", "try", path)
    assert result.exit_code == 1
    assert words in result.stderr


def test_a_tier_that_there_is_not_is_refused(flask, draft):
    result = flask("earning", "try", draft(make_rule("plain")), "--amount-fen", 100, "--tier", "iron")
    assert result.exit_code == 2
    assert "there is no tier iron" in result.stderr
