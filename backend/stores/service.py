from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Literal

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.kit.ids import new_id
from backend.kit.pii import vault
from backend.stores import rules
from backend.stores.errors import BrandUnknown, CodeTaken, KeyUnknown
from backend.stores.models import Brand, Counter, KeyRecord, Staff, Store
from backend.stores.queries import get_store
from config import policy

Role = Literal["cashier", "guide"]


@dataclass(frozen=True)
class NewTillKey:
    """A key just made. The secret is shown this once."""

    app_key: str
    secret: str = field(repr=False)


def create_store(
    session: Session, *, code: str, name: str, return_days: int = policy.RETURN_DAYS, now: datetime
) -> Store:
    """Open a store. Raises CodeRefused, NameRefused, ReturnDaysRefused, CodeTaken."""
    _free(session, Store.id, Store.code == rules.checked_code(code))
    days = rules.checked_return_days(return_days)
    store = Store(id=new_id(), code=code, name=rules.checked_name(name), return_days=days, created_at=now)
    session.add(store)
    return store


def set_return_days(session: Session, store_id: int, days: int) -> Store:
    """Let goods of a store come back for so many days after the day of the sale; points of sales settle after that.

    What was sold before keeps the day it was promised. Raises StoreUnknown, ReturnDaysRefused.
    """
    store = get_store(session, store_id)
    store.return_days = rules.checked_return_days(days)
    return store


def create_brand(session: Session, *, code: str, name: str) -> Brand:
    """Know a brand. Raises CodeRefused, NameRefused, CodeTaken."""
    _free(session, Brand.id, Brand.code == rules.checked_code(code))
    brand = Brand(id=new_id(), code=code, name=rules.checked_name(name))
    session.add(brand)
    return brand


def create_counter(session: Session, store_id: int, *, code: str, name: str, brand_id: int | None = None) -> Counter:
    """Open a counter in a store. Raises StoreUnknown, BrandUnknown, CodeRefused, NameRefused, CodeTaken."""
    store = get_store(session, store_id)
    if brand_id is not None and session.get(Brand, brand_id) is None:
        raise BrandUnknown
    _free(session, Counter.id, Counter.store_id == store.id, Counter.code == rules.checked_code(code))
    counter = Counter(id=new_id(), store_id=store.id, code=code, name=rules.checked_name(name), brand_id=brand_id)
    session.add(counter)
    return counter


def create_staff(session: Session, store_id: int, *, code: str, name: str, role: Role) -> Staff:
    """Know somebody who works in a store. Raises StoreUnknown, CodeRefused, NameRefused, CodeTaken."""
    store = get_store(session, store_id)
    _free(session, Staff.id, Staff.store_id == store.id, Staff.code == rules.checked_code(code))
    staff_id = new_id()
    sealed = vault(session).seal(rules.checked_name(name), f"staff.name:{staff_id}")
    staff = Staff(id=staff_id, store_id=store.id, code=code, name_sealed=sealed, role=role)
    session.add(staff)
    return staff


def create_till_key(
    session: Session, store_id: int, *, scopes: frozenset[str], rng: Random, now: datetime
) -> NewTillKey:
    """Make a key for a store's tills. Raises StoreUnknown, ScopeUnknown."""
    store, granted = get_store(session, store_id), rules.scopes_text(scopes)
    new, key_id = NewTillKey(rules.app_key(rng), rules.secret(rng)), new_id()
    sealed = vault(session).seal(new.secret, f"till_keys.secret:{key_id}")
    session.add(
        KeyRecord(
            id=key_id,
            app_key=new.app_key,
            secret_sealed=sealed,
            store_id=store.id,
            scopes=granted,
            active=True,
            created_at=now,
        )
    )
    return new


def revoke_till_key(session: Session, app_key: str, *, now: datetime) -> None:
    """The key opens nothing any more; revoking again changes nothing. Raises KeyUnknown."""
    record = session.scalar(select(KeyRecord).where(KeyRecord.app_key == app_key))
    if record is None:
        raise KeyUnknown
    if record.active:
        record.active, record.revoked_at = False, now


def _free(session: Session, key: InstrumentedAttribute[int], *taken: ColumnElement[bool]) -> None:
    """Raises CodeTaken where a row is there already; the unique constraints are the net beneath."""
    if session.scalar(select(key).where(*taken)) is not None:
        raise CodeTaken
