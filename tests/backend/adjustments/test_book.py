from copy import deepcopy
from datetime import timedelta

import pytest

from backend import rulebooks
from backend.adjustments import book, errors
from tests.support.clocks import MORNING


@pytest.fixture
def definition(session):
    return deepcopy(rulebooks.get(session, "adjustments", 1).definition)


def test_the_first_book_is_sound_and_in_force(session):
    version, rules = book.live(session, now=MORNING)
    assert (version, rules.waits_days, rules.largest_gift) == (1, 7, 100_000)
    assert rules.reason("complaint", 5).words == "客诉补偿"


@pytest.mark.parametrize(
    ("code", "amount", "refusal"),
    [
        ("complaint", -5, errors.WrongDirection),
        ("abuse", 5, errors.WrongDirection),
        ("gift-of-the-day", 5, errors.ReasonUnknown),
    ],
)
def test_a_reason_says_which_way_points_go(session, code, amount, refusal):
    _, rules = book.live(session, now=MORNING)
    with pytest.raises(refusal):
        rules.reason(code, amount)


def test_a_reason_of_both_ways(session):
    _, rules = book.live(session, now=MORNING)
    assert rules.reason("correction", -5) is rules.reason("correction", 5)


def test_a_disabled_reason_is_no_reason(definition):
    definition["reasons"][0]["enabled"] = False
    with pytest.raises(errors.ReasonUnknown):
        book.checked(definition).reason("correction", 5)


def test_allowances_are_those_of_the_role_but_for_the_exceptions_of_a_login(definition):
    definition["logins"] = {"chen": {"adjust": {"each": 9, "day": 90}}}
    rules = book.checked(definition)
    chen, deng = rules.allowances("chen", "operator"), rules.allowances("deng", "operator")
    assert (chen.adjust.each, chen.adjust.day) == (9, 90)
    assert (deng.adjust.each, deng.adjust.day) == (500, 5_000)
    assert chen.grant == deng.grant
    assert rules.allowances("chen", "admin").approve == rules.allowances("anna", "admin").approve


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda rules: rules["reasons"].clear(), "reasons"),
        (lambda rules: rules["reasons"].append(rules["reasons"][0]), "reasons named twice: correction"),
        (lambda rules: rules["reasons"][0].update(words=" 差错"), "reasons.0.words"),
        (lambda rules: rules["reasons"][0].update(code="差错"), "reasons.0.code"),
        (lambda rules: rules["reasons"][0].update(direction="up"), "reasons.0.direction"),
        (lambda rules: rules["roles"].pop("admin"), "roles.admin"),
        (lambda rules: rules["roles"].update(owner={}), "roles.owner"),
        (lambda rules: rules["roles"]["admin"]["adjust"].update(each=-1), "roles.admin.adjust.each"),
        (lambda rules: rules["roles"]["admin"]["adjust"].update(each=1.5), "roles.admin.adjust.each"),
        (lambda rules: rules["roles"]["admin"]["adjust"].update(day=1), "roles.admin.adjust"),
        (lambda rules: rules["logins"].update({"No One": {}}), "logins.No One"),
        (lambda rules: rules.update(waits_days=0), "waits_days"),
        (lambda rules: rules.update(largest_gift=0), "largest_gift"),
        (lambda rules: rules.update(misspelt=1), "misspelt"),
    ],
)
def test_unsound_rules_are_refused_and_told_where(definition, change, where):
    change(definition)
    with pytest.raises(errors.BookRefused) as refused:
        book.checked(definition)
    assert where in refused.value.detail


def test_a_published_version_is_in_force_from_its_instant_on(session, definition):
    definition["waits_days"] = 3
    drafted = rulebooks.draft(session, book.KIND, definition, based_on=1, by="anna", note="更短", now=MORNING)
    at = MORNING + timedelta(hours=1)
    rulebooks.publish(session, book.KIND, drafted.version, live_from=at, by="anna", now=MORNING)
    seen = [book.live(session, now=now) for now in (at - timedelta(microseconds=1), at)]
    assert [(version, rules.waits_days) for version, rules in seen] == [(1, 7), (2, 3)]
