import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from backend import operators
from backend.operators import Operator
from tests.factories import operators as factory
from tests.support.clocks import MORNING

PASSWORD = "correct horse battery"


def make_operator(session, login="wang"):
    return operators.create(session, login=login, password=PASSWORD, display_name=" 王芳 ", role="admin", now=MORNING)


def test_an_operator_signs_in_with_the_password(session):
    operator = make_operator(session)
    session.flush()
    assert operators.authenticate(session, login="wang", password=PASSWORD) is operator
    assert (operator.display_name, operator.role, operator.active) == ("王芳", "admin", True)


def test_the_password_is_stored_as_an_argon2id_hash(session):
    operator = make_operator(session)
    assert operator.password_hash.startswith("$argon2id$")
    assert PASSWORD not in operator.password_hash
    assert make_operator(session, "li.na").password_hash != operator.password_hash


def test_unknown_wrong_and_inactive_get_the_same_answer(session):
    make_operator(session)
    make_operator(session, "li.na")
    operators.deactivate(session, login="li.na")
    answers = set()
    for login, password in (("wang", "wrong"), ("nobody", PASSWORD), ("li.na", PASSWORD), ("Wang", PASSWORD), ("", "")):
        with pytest.raises(operators.LoginFailed) as refused:
            operators.authenticate(session, login=login, password=password)
        answers.add((refused.value.code, refused.value.detail))
    assert answers == {("operators.login-failed", "登录名或密码错误")}


def test_a_login_is_given_once(session):
    make_operator(session)
    with pytest.raises(operators.LoginTaken):
        make_operator(session)


def test_a_weak_password_or_odd_login_makes_no_account(session):
    for login, password, refusal in (
        ("wang", "short", operators.PasswordRefused),
        ("Wang", PASSWORD, operators.LoginNameRefused),
    ):
        with pytest.raises(refusal):
            operators.create(session, login=login, password=password, display_name="x", role="operator", now=MORNING)
    assert session.scalar(select(Operator)) is None


def test_a_reset_password_replaces_the_old_one(session):
    operator = make_operator(session)
    operators.reset_password(session, login="wang", password="another fine phrase")
    assert operators.authenticate(session, login="wang", password="another fine phrase") is operator
    with pytest.raises(operators.LoginFailed):
        operators.authenticate(session, login="wang", password=PASSWORD)


def test_a_weak_new_password_changes_nothing(session):
    operator = make_operator(session)
    with pytest.raises(operators.PasswordRefused):
        operators.reset_password(session, login="wang", password="wang-wang-wang")
    assert operators.authenticate(session, login="wang", password=PASSWORD) is operator


def test_what_concerns_nobody_is_refused(session):
    with pytest.raises(operators.OperatorUnknown):
        operators.reset_password(session, login="nobody", password=PASSWORD)
    with pytest.raises(operators.OperatorUnknown):
        operators.deactivate(session, login="nobody")


def test_a_hash_of_weaker_times_is_renewed_when_its_owner_signs_in(session):
    operator = make_operator(session)
    operator.password_hash = weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    operators.authenticate(session, login="wang", password=PASSWORD)
    assert operator.password_hash != weak
    assert operators.authenticate(session, login="wang", password=PASSWORD) is operator


def test_who_acts_is_a_known_and_active_operator(session):
    operator = factory.make_operator(session, "wang")
    for locked in (False, True):
        assert operators.acting(session, "wang", locked=locked) is operator
    operators.deactivate(session, login="wang")
    with pytest.raises(operators.OperatorInactive):
        operators.acting(session, "wang")
    with pytest.raises(operators.OperatorUnknown):
        operators.acting(session, "nobody", locked=True)
