import re
import unicodedata

from backend.operators.errors import DisplayNameRefused, LoginNameRefused, PasswordRefused

LOGIN = re.compile(r"[a-z][a-z0-9._-]{2,31}")
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200  # hashing longer ones would only be work for an attacker to give us
FEWEST_CHARACTERS = 4
LONGEST_NAME = 64


def checked_login(login: str) -> str:
    """The login as given. Raises LoginNameRefused."""
    if not LOGIN.fullmatch(login):
        raise LoginNameRefused
    return login


def checked_password(password: str, *, login: str) -> str:
    """The password as it is hashed. Raises PasswordRefused for one that is short, monotonous or holds the login."""
    normal = _normal(password)
    long_enough = SHORTEST_PASSWORD <= len(normal) <= LONGEST_PASSWORD
    if not long_enough or login in normal.lower() or len(set(normal)) < FEWEST_CHARACTERS:
        raise PasswordRefused
    return normal


def as_tried(password: str) -> str:
    """What somebody typed, as it is compared; cut where it is longer than any password, so that it cannot be right."""
    return _normal(password[: LONGEST_PASSWORD + 1])[: LONGEST_PASSWORD + 1]


def checked_name(name: str) -> str:
    """The name without white space around it. Raises DisplayNameRefused."""
    stripped = name.strip()
    if not 1 <= len(stripped) <= LONGEST_NAME or not stripped.isprintable():
        raise DisplayNameRefused
    return stripped


def _normal(password: str) -> str:
    """The same text however a keyboard composed it, with any lone surrogate made harmless."""
    return unicodedata.normalize("NFKC", password.encode(errors="replace").decode())
