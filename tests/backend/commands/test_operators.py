from backend import operators

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
