import pytest

from backend.kit.errors import Unauthenticated, Unavailable
from backend.members import PhoneRefused
from backend.wechat import ForeignPhone, LoginRefused, Misconfigured, QuotaSpent, TooFast, TryLater, UnknownRefusal
from miniprogram_api.wechat import asking_wechat


class CodeRefused(Unauthenticated):
    code = "test.refused"
    message = "拒绝"


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (LoginRefused, CodeRefused),
        (ForeignPhone, PhoneRefused),
        *((error, Unavailable) for error in (TryLater, QuotaSpent, TooFast, Misconfigured, UnknownRefusal)),
    ],
)
def test_what_wechat_refuses_is_refused_in_our_words(error, refusal):
    with pytest.raises(refusal), asking_wechat(refused=CodeRefused):
        raise error(40029, "of o-secret rid: 1-2-3", "sns/jscode2session")


def test_what_goes_into_the_log_names_nobody(caplog):
    with pytest.raises(Unavailable), asking_wechat(refused=CodeRefused):
        raise Misconfigured(40013, "invalid appid for o-secret rid: 1-2-3", "sns/jscode2session")
    assert "40013" in caplog.text
    assert "1-2-3" in caplog.text
    assert "o-secret" not in caplog.text


def test_an_answer_goes_through():
    with asking_wechat(refused=CodeRefused):
        answer = 7
    assert answer == 7
