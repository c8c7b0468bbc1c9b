from datetime import timedelta

import pytest

from backend.scenes import rules
from backend.scenes.errors import DaysRefused, GreetingRefused, LabelRefused, SubjectRefused


@pytest.mark.parametrize("subject", ["HQ", "HQ-01", "event:2026.spring_1", "a" * 64])
def test_subjects(subject):
    assert rules.checked_subject(subject) == subject


@pytest.mark.parametrize("subject", ["", "a" * 65, "a b", "门店", "a/b", "٣"])
def test_no_subjects(subject):
    with pytest.raises(SubjectRefused):
        rules.checked_subject(subject)


@pytest.mark.parametrize(("label", "kept"), [("春日市集", "春日市集"), (" 门口 ", "门口"), ("门" * 40, "门" * 40)])
def test_labels(label, kept):
    assert rules.checked_label(label) == kept


@pytest.mark.parametrize("label", ["", " ", "门" * 41, "一\n二", "\u202e"])
def test_no_labels(label):
    with pytest.raises(LabelRefused):
        rules.checked_label(label)


def test_greetings():
    assert rules.checked_greeting(None) is None
    assert rules.checked_greeting(" 欢迎！\n请到一楼 ") == "欢迎！\n请到一楼"


@pytest.mark.parametrize("greeting", ["", "  ", "欢" * 201, "<a href='x'>", "\u202e反"])
def test_no_greetings(greeting):
    with pytest.raises(GreetingRefused):
        rules.checked_greeting(greeting)


@pytest.mark.parametrize(("days", "span"), [(None, None), (1, timedelta(days=1)), (30, timedelta(days=30))])
def test_days(days, span):
    assert rules.good_for(days) == span


@pytest.mark.parametrize("days", [0, -1, 31])
def test_no_days(days):
    with pytest.raises(DaysRefused):
        rules.good_for(days)
