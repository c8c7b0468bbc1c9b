import pytest

from backend import lifecycle


@pytest.mark.parametrize("reason", ["", "  ", "长" * 201])
def test_a_reason_that_says_nothing_or_too_much_is_refused(reason):
    with pytest.raises(lifecycle.ReasonRefused):
        lifecycle.checked_reason(reason)


def test_a_reason_is_kept_without_the_blanks_around_it():
    assert lifecycle.checked_reason(" 同一人 ") == "同一人"
    assert lifecycle.checked_reason("长" * 200) == "长" * 200
