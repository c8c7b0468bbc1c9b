from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from backend import operators, stores
from backend.demo.seed import OPERATOR, PASSWORD
from backend.demo.shop import STORES


@dataclass(frozen=True)
class Logins:
    """How to get in: a till's key of the first store, and an operator."""

    store_id: int
    store_code: str
    store_name: str
    app_key: str
    secret: str = field(repr=False)
    operator: str
    password: str = field(repr=False)


def logins(session: Session) -> Logins | None:
    """The demo's logins, None where no demo was seeded or its till's key was revoked."""
    code = next(iter(STORES))
    store = next((one for one in stores.list_stores(session) if one.code == code), None)
    keys = [key for key in stores.list_till_keys(session, store.id) if key.active] if store else []
    key = stores.till_key(session, keys[0].app_key) if keys else None
    if key is None:
        return None
    try:
        operators.get_by_login(session, OPERATOR)
    except operators.OperatorUnknown:
        return None
    return Logins(key.store_id, code, STORES[code], key.app_key, key.secret, OPERATOR, PASSWORD)
