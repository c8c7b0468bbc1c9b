import pytest

from backend.operators import DisplayNameRefused, LoginNameRefused, PasswordRefused
from backend.operators.rules import LONGEST_PASSWORD, as_tried, checked_login, checked_name, checked_password


@pytest.mark.parametrize("login", ["wang", "wang.fang-2", "a_b", "x" * 32])
def test_a_plain_login_is_accepted(login):
    assert checked_login(login) == login


@pytest.mark.parametrize("login", ["", "ab", "Wang", "2wang", "wang fang", "王芳", "x" * 33, "wang\n"])
def test_another_login_is_refused(login):
    with pytest.raises(LoginNameRefused):
        checked_login(login)


@pytest.mark.parametrize("password", ["correct horse", "三人行必有我师焉择善", "0123456789", "x" * 190 + "1234567890"])
def test_a_long_enough_password_is_accepted(password):
    assert checked_password(password, login="wang") == password


@pytest.mark.parametrize("password", ["", "short-one", "aaaaaaaaaaaa", "ababababababab", "my WANG fang", "x1y2" * 51])
def test_a_short_monotonous_or_telling_password_is_refused(password):
    with pytest.raises(PasswordRefused):
        checked_password(password, login="wang")


def test_a_login_as_password_is_refused():
    with pytest.raises(PasswordRefused):
        checked_password("wang.fang-2", login="wang.fang-2")


def test_a_password_is_the_same_on_every_keyboard():
    assert as_tried("ｐａｓｓｗｏｒｄ１２") == checked_password("password12", login="wang")
    assert as_tried("cafe\u0301 au lait") == as_tried("caf\u00e9 au lait")


def test_whatever_is_typed_can_be_compared():
    assert as_tried("a\ud800b") == "a?b"
    assert len(as_tried("x" * 10**6)) == LONGEST_PASSWORD + 1


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "a\nb"])
def test_a_name_that_cannot_be_shown_is_refused(name):
    with pytest.raises(DisplayNameRefused):
        checked_name(name)
