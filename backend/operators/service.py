from datetime import datetime
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.kit.ids import new_id
from backend.operators import rules
from backend.operators.errors import LoginFailed, LoginTaken, OperatorInactive, OperatorUnknown
from backend.operators.models import Operator

Role = Literal["admin", "operator"]

_hasher = PasswordHasher()  # the library's defaults are those of RFC 9106, low-memory


def create(session: Session, *, login: str, password: str, display_name: str, role: Role, now: datetime) -> Operator:
    """Make an account. Raises LoginNameRefused, PasswordRefused, DisplayNameRefused, LoginTaken."""
    if _by_login(session, rules.checked_login(login)) is not None:
        raise LoginTaken
    operator = Operator(
        id=new_id(),
        login=login,
        password_hash=_hasher.hash(rules.checked_password(password, login=login)),
        display_name=rules.checked_name(display_name),
        role=role,
        active=True,
        created_at=now,
    )
    session.add(operator)
    return operator


def reset_password(session: Session, *, login: str, password: str) -> Operator:
    """Give an account another password. Raises OperatorUnknown, PasswordRefused."""
    operator = get_by_login(session, login)
    operator.password_hash = _hasher.hash(rules.checked_password(password, login=login))
    return operator


def deactivate(session: Session, *, login: str) -> Operator:
    """Let the account sign in no more; again changes nothing. Raises OperatorUnknown."""
    operator = get_by_login(session, login)
    operator.active = False
    return operator


def authenticate(session: Session, *, login: str, password: str) -> Operator:
    """The active operator who knows the password. Raises LoginFailed, after the same work whatever was wrong.

    Hashing takes some 50 ms and 64 MiB on purpose; call it outside of what holds locks, and limit how often.
    """
    operator, given = _by_login(session, login), rules.as_tried(password)
    if operator is None:
        _hasher.hash(given)  # as long as a check takes, so that time does not tell which logins there are
        raise LoginFailed
    try:
        _hasher.verify(operator.password_hash, given)
    except VerifyMismatchError:
        raise LoginFailed from None
    if not operator.active:
        raise LoginFailed
    if _hasher.check_needs_rehash(operator.password_hash):
        operator.password_hash = _hasher.hash(given)
    return operator


def get_by_login(session: Session, login: str) -> Operator:
    """The operator with this login. Raises OperatorUnknown."""
    operator = _by_login(session, login)
    if operator is None:
        raise OperatorUnknown
    return operator


def acting(session: Session, login: str, *, locked: bool = False) -> Operator:
    """The operator who acts under this login. Raises OperatorUnknown, OperatorInactive.

    `locked`: two acts of one operator wait for one another until the transaction ends, as where a limit is counted.
    """
    mine = select(Operator).where(Operator.login == login)
    if locked:
        mine = mine.with_for_update().execution_options(populate_existing=True)
    operator = session.scalar(mine)
    if operator is None:
        raise OperatorUnknown
    if not operator.active:
        raise OperatorInactive
    return operator


def _by_login(session: Session, login: str) -> Operator | None:
    return session.scalar(select(Operator).where(Operator.login == login))
