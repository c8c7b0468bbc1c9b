import pytest

from backend import operators
from tests.factories.operators import make_operator

PASSWORD = "Correct-horse-7"
OTHER = "Battery-staple-8"


def test_create_makes_an_account_that_can_sign_in(answer, sessions):
    made = answer("operators", "create", "anna", "--name", "安娜", "--role", "admin", "--password", PASSWORD)
    assert (made["login"], made["role"]) == ("anna", "admin")
    with sessions.write() as session:
        assert operators.authenticate(session, login="anna", password=PASSWORD).display_name == "安娜"


def test_password_is_asked_for_twice_and_not_shown(flask):
    result = flask("operators", "create", "anna", input=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0
    assert PASSWORD not in result.output


def test_weak_password_is_refused(flask):
    result = flask("operators", "create", "anna", "--password", "short")
    assert result.exit_code == 1
    assert "(operators.password-refused)" in result.stderr


def test_reset_password(flask, sessions):
    flask("operators", "create", "anna", "--password", PASSWORD)
    assert flask("operators", "reset-password", "anna", "--password", OTHER).exit_code == 0
    with sessions.write() as session:
        assert operators.authenticate(session, login="anna", password=OTHER)


def test_reset_password_of_nobody(flask):
    result = flask("operators", "reset-password", "nobody", "--password", OTHER)
    assert result.exit_code == 1
    assert "(operators.unknown)" in result.stderr


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "command",
    [
        ("lottery", "publish", "spring"),
        ("books", "publish", "tiers", 2),
        ("books", "discard", "tiers", 2),
        ("members", "close", "1", "--reason", "要求"),
        ("members", "merge", "1", "2", "--reason", "同一人", "--dry-run"),
        ("tiers", "set", "1", "gold", "--reason", "贵宾"),
        ("tiers", "membership", "1", "--until", "2027-01-01", "--reference", "77"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_nobody_acts_under_a_login_that_was_deactivated(flask, sessions, command):
    with sessions.write.begin() as session:
        make_operator(session, "anna", active=False)
    result = flask(*command, "--by", "anna")
    assert (result.exit_code, "(operators.inactive)" in result.stderr) == (1, True), result.output
