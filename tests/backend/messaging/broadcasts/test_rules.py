import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.messaging.broadcasts import rules
from backend.messaging.broadcasts.errors import NameRefused, NoteRefused, PaceRefused, WordsRefused
from backend.messaging.broadcasts.rules import STEPS, WORDS, Stage

SAMPLE = {"title": "活动", "text": "内容"}


def test_every_stage_has_its_word_and_no_ended_one_goes_on():
    assert set(WORDS) == set(Stage)
    assert {what for what, stages in STEPS.items() if {Stage.DONE, Stage.STOPPED} & set(stages)} == {"withdraw"}


@given(st.integers(1, 2**63 - 1), st.integers(1, 2**63 - 1), st.integers(1, 2**63 - 1))
def test_a_member_s_cause_is_of_one_broadcast_and_one_member(broadcast, one, other):
    same = rules.cause(broadcast, one) == rules.cause(broadcast, other)
    assert same == (one == other)
    assert (rules.cause(one, broadcast) == rules.cause(broadcast, one)) == (one == broadcast)


def test_a_name_is_told_without_what_is_around_it():
    assert rules.checked_name(" 周年庆 ") == "周年庆"


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "a\nb", "a\u202eb"])
def test_what_is_no_name(name):
    with pytest.raises(NameRefused):
        rules.checked_name(name)


@pytest.mark.parametrize("note", ["x" * 201, "a\nb"])
def test_what_is_no_note(note):
    assert rules.checked_note(" ") == ""
    with pytest.raises(NoteRefused):
        rules.checked_note(note)


def test_a_message_has_exactly_its_words():
    assert rules.checked_words({"text": " 满减 ", "title": "周年庆"}, SAMPLE) == {"title": "周年庆", "text": "满减"}


@pytest.mark.parametrize(
    "words",
    [
        {"title": "周年庆"},
        {"title": "周年庆", "text": "满减", "day": "3月1日"},
        {"title": "周年庆", "text": " "},
        {"title": "周年庆", "text": "a\nb"},
        {"title": "周年庆", "text": "x" * 201},
    ],
)
def test_other_words_are_refused_and_the_right_ones_are_named(words):
    with pytest.raises(WordsRefused) as refused:
        rules.checked_words(words, SAMPLE)
    assert "title、text" in refused.value.detail


@pytest.mark.parametrize("pace", [0, -1, 100_001])
def test_what_is_no_pace(pace):
    assert [rules.checked_pace(one) for one in (None, 1, 100_000)] == [None, 1, 100_000]
    with pytest.raises(PaceRefused):
        rules.checked_pace(pace)
