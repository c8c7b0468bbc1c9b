from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.kit.pii import vault
from backend.stores.errors import BrandUnknown, StaffUnknown, StoreUnknown
from backend.stores.models import Brand, Counter, KeyRecord, Staff, Store

LARGEST_LIST = 1000


@dataclass(frozen=True)
class TillKey:
    """A key that is in force, with what it opens."""

    id: int
    app_key: str
    secret: str = field(repr=False)
    store_id: int
    scopes: frozenset[str]


def get_store(session: Session, store_id: int) -> Store:
    """The store with this id. Raises StoreUnknown."""
    store = session.get(Store, store_id)
    if store is None:
        raise StoreUnknown
    return store


def store_by_code(session: Session, code: str) -> Store:
    """The store with this code. Raises StoreUnknown."""
    store = session.scalar(select(Store).where(Store.code == code))
    if store is None:
        raise StoreUnknown
    return store


def list_stores(session: Session) -> list[Store]:
    """All stores by code, a thousand at most."""
    return list(session.scalars(select(Store).order_by(Store.code).limit(LARGEST_LIST)))


def list_counters(session: Session, store_id: int) -> list[Counter]:
    """The counters of a store by code, a thousand at most."""
    mine = select(Counter).where(Counter.store_id == store_id)
    return list(session.scalars(mine.order_by(Counter.code).limit(LARGEST_LIST)))


def brand_by_code(session: Session, code: str) -> Brand:
    """The brand with this code. Raises BrandUnknown."""
    brand = session.scalar(select(Brand).where(Brand.code == code))
    if brand is None:
        raise BrandUnknown
    return brand


def brands_of(session: Session, counters: Sequence[Counter]) -> dict[int, Brand]:
    """The brands that counters have, by id."""
    ids = {counter.brand_id for counter in counters if counter.brand_id is not None}
    return {brand.id: brand for brand in session.scalars(select(Brand).where(Brand.id.in_(ids)))}


def staff_by_code(session: Session, store_id: int, code: str) -> Staff:
    """Who works in a store by this code. Raises StaffUnknown."""
    found = session.scalar(select(Staff).where(Staff.store_id == store_id, Staff.code == code))
    if found is None:
        raise StaffUnknown
    return found


def staff_names(session: Session, staff_ids: Collection[int]) -> dict[int, str]:
    """The names of some of the staff, by their ids: for members whom they serve, and for operators."""
    found = session.scalars(select(Staff).where(Staff.id.in_(set(staff_ids))))
    return {one.id: vault(session).open(one.name_sealed, f"staff.name:{one.id}") for one in found}


def list_brands(session: Session) -> list[Brand]:
    """All brands by code, a thousand at most."""
    return list(session.scalars(select(Brand).order_by(Brand.code).limit(LARGEST_LIST)))


def known_codes(session: Session, table: type[Store | Brand | Counter], codes: Collection[str]) -> set[str]:
    """Those of the codes that any store, brand or counter has."""
    return set(session.scalars(select(table.code).where(table.code.in_(codes)).distinct()))


def list_till_keys(session: Session, store_id: int) -> list[KeyRecord]:
    """The keys of a store, revoked ones too, oldest first, a thousand at most. Their secrets stay sealed."""
    mine = select(KeyRecord).where(KeyRecord.store_id == store_id)
    return list(session.scalars(mine.order_by(KeyRecord.id).limit(LARGEST_LIST)))


def till_key(session: Session, app_key: str) -> TillKey | None:
    """The key that a till names, None when it is unknown or revoked."""
    record = session.scalar(select(KeyRecord).where(KeyRecord.app_key == app_key, KeyRecord.active))
    if record is None:
        return None
    secret = vault(session).open(record.secret_sealed, f"till_keys.secret:{record.id}")
    return TillKey(record.id, record.app_key, secret, record.store_id, frozenset(record.scopes.split()))
