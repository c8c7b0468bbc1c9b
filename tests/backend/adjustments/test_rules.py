from datetime import timedelta

import pytest

from backend.adjustments import errors, rules
from tests.support.clocks import MORNING


@pytest.mark.parametrize("amount", [1, -1, 10**9, -(10**9)])
def test_an_amount_goes_either_way(amount):
    assert rules.checked_amount(amount) == amount


@pytest.mark.parametrize("amount", [0, 10**9 + 1, -(10**9) - 1])
def test_no_amount_and_too_large_a_one_are_refused(amount):
    with pytest.raises(errors.AmountRefused) as refused:
        rules.checked_amount(amount)
    assert refused.value.detail == "调整的积分不能为 0，且不超过 1000000000"


def test_a_note_is_kept_without_white_space_around_it():
    assert rules.checked_note("  漏录，见小票 20260301  ") == "漏录，见小票 20260301"
    assert rules.checked_note("好" * 200) == "好" * 200


@pytest.mark.parametrize("note", ["", "  ", "好" * 201, "一\n二", "一\u2028二", "\0", "\ud800"])
def test_a_note_of_nothing_or_of_several_lines_is_refused(note):
    with pytest.raises(errors.NoteRefused):
        rules.checked_note(note)


@pytest.mark.parametrize("key", ["a", "x" * 64, "0f-3 _"])
def test_a_key_is_printable(key):
    assert rules.checked_key(key) == key


@pytest.mark.parametrize("key", ["", "x" * 65, "键", "a\n"])
def test_an_odd_key_is_refused(key):
    with pytest.raises(errors.KeyRefused):
        rules.checked_key(key)


def test_what_waits_has_lapsed_from_its_last_instant_on():
    assert rules.status_at("waiting", MORNING, MORNING - timedelta(microseconds=1)) == "waiting"
    assert rules.status_at("waiting", MORNING, MORNING) == "lapsed"
    assert rules.status_at("applied", MORNING, MORNING) == "applied"


def test_every_status_has_its_words():
    """Where a step leads, and where it starts, is a status that people can be told."""
    known = {status for steps in rules.STEPS.values() for pair in steps.items() for status in pair}
    assert known == set(rules.GRANT_WORDS)
    assert set(rules.TURNS) <= known


def test_from_a_reversed_grant_only_what_could_not_be_taken_back_leads_on():
    assert [what for what, steps in rules.STEPS.items() if "reversed" in steps] == ["retry"]
