from itertools import count
from random import Random

from sqlalchemy.orm import Session

from backend import stores
from backend.stores import NewTillKey, Store
from tests.support.clocks import MORNING

_numbers = count(1)


def make_store(session: Session, *, code: str | None = None, name: str = "徐汇店", return_days: int = 0) -> Store:
    """A store with a code of its own; points of its sales can be used at once unless told otherwise."""
    code = code or f"S{next(_numbers):04d}"
    store = stores.create_store(session, code=code, name=name, return_days=return_days, now=MORNING)
    session.flush()  # tests put things into it at once
    return store


def make_till_key(
    session: Session, store: Store, *, scopes: frozenset[str] = stores.SCOPES, rng: Random | None = None
) -> NewTillKey:
    """A key of a store's till that may do everything, unless told otherwise."""
    key = stores.create_till_key(session, store.id, scopes=scopes, rng=rng or Random(next(_numbers)), now=MORNING)
    session.flush()  # the till signs with it at once
    return key
