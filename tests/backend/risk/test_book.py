import pytest

from backend import risk, rulebooks
from backend.risk import BookRefused
from tests.support.clocks import MORNING

ONE = {"code": "shared-device", "at": 3, "weight": 40}


@pytest.fixture
def first(session):
    return rulebooks.live(session, "risk", now=MORNING).definition


def test_the_house_begins_with_rules_that_are_rules(session, first):
    assert risk.live(session, now=MORNING) == risk.checked(first)
    assert len(risk.checked(first).weights) == 12


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"review_at": 0}, "review_at"),
        ({"review_at": 80, "refuse_at": 79}, "refuse_at"),
        ({"signals": [ONE, ONE]}, "信号重复"),
        ({"signals": [ONE | {"code": "hunch"}]}, "signals.0.code"),
        ({"signals": []}, "signals"),
        ({"window_days": 31}, "window_days"),
    ],
)
def test_what_breaks_them_is_refused_in_words(first, wrong, told):
    with pytest.raises(BookRefused) as refused:
        risk.checked(first | wrong)
    assert told in refused.value.detail
