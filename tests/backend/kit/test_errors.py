import pytest

from backend.kit.errors import Conflict, TooMany, Unauthenticated, Unavailable


class Short(Conflict):
    code = "points.insufficient"
    message = "积分不足，还差 {missing} 分"


class Slow(TooMany):
    code = "rate.slow"
    message = "请慢一点"


def test_the_sentence_is_made_from_the_details():
    error = Short(missing=30)
    assert error.detail == "积分不足，还差 30 分"
    assert error.details == {"missing": 30}
    assert str(error) == "points.insufficient"


def test_a_detail_cannot_bring_its_own_placeholders():
    assert Short(missing="{missing}").detail == "积分不足，还差 {missing} 分"


def test_asking_again_has_its_time():
    assert Slow(retry_after=7).retry_after == 7
    assert Unavailable().retry_after == 1
    assert Unavailable().detail


def test_who_is_not_known_is_told_how_to_sign_in():
    assert Unauthenticated.challenge == "Bearer"


def test_a_family_alone_is_no_refusal():
    with pytest.raises(AttributeError):
        Conflict()
