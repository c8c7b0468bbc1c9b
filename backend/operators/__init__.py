"""Operators: the people who run the store from the admin web, their logins, passwords and roles."""

from backend.operators.errors import (
    DisplayNameRefused,
    LoginFailed,
    LoginNameRefused,
    LoginTaken,
    OperatorInactive,
    OperatorUnknown,
    PasswordRefused,
)
from backend.operators.models import Operator
from backend.operators.service import Role, acting, authenticate, create, deactivate, get_by_login, reset_password

__all__ = [
    "DisplayNameRefused",
    "LoginFailed",
    "LoginNameRefused",
    "LoginTaken",
    "Operator",
    "OperatorInactive",
    "OperatorUnknown",
    "PasswordRefused",
    "Role",
    "acting",
    "authenticate",
    "create",
    "deactivate",
    "get_by_login",
    "reset_password",
]
