import re
from random import Random

from backend.kit.ids import readable_code
from backend.stores.errors import CodeRefused, NameRefused, ReturnDaysRefused, ScopeUnknown

# lookup; sales and refunds; pick-up; prizes; redemption without a purchase; benefits and appointments; the gates; who
# comes to events; the code on the store's screen; paid memberships
SCOPES = frozenset(
    {"members", "purchases", "mall", "draws", "coupons", "plans", "benefits", "parking", "events", "check-ins"}
)
CODE = re.compile(r"[0-9A-Za-z._-]{1,20}")
LONGEST_NAME = 64
LONGEST_RETURN_DAYS = 365
APP_KEY_CHARACTERS = 16
SECRET_BITS = 256


def checked_code(code: str) -> str:
    """The code as given. Raises CodeRefused."""
    if not CODE.fullmatch(code):
        raise CodeRefused
    return code


def checked_name(name: str) -> str:
    """The name without white space around it. Raises NameRefused."""
    stripped = name.strip()
    if not 1 <= len(stripped) <= LONGEST_NAME or not stripped.isprintable():
        raise NameRefused
    return stripped


def checked_return_days(days: int) -> int:
    """The days as given, 0 to 365. Raises ReturnDaysRefused."""
    if not 0 <= days <= LONGEST_RETURN_DAYS:
        raise ReturnDaysRefused
    return days


def scopes_text(scopes: frozenset[str]) -> str:
    """Scopes as they are stored. Raises ScopeUnknown for none and for unknown ones."""
    if not scopes or not scopes <= SCOPES:
        raise ScopeUnknown
    return " ".join(sorted(scopes))


def app_key(rng: Random) -> str:
    """The public half of a till's key."""
    return "till-" + readable_code(rng, APP_KEY_CHARACTERS)


def secret(rng: Random) -> str:
    """The secret half: 256 bits in hex; unguessable when `rng` is a SystemRandom."""
    return f"{rng.getrandbits(SECRET_BITS):0{SECRET_BITS // 4}x}"
