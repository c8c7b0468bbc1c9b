"""Stores, their counters and staff, the brands they sell, and the keys their tills sign with.

A till's secret is sealed at rest and shown once, when it is made.
"""

from backend.stores.errors import (
    BrandUnknown,
    CodeRefused,
    CodeTaken,
    KeyUnknown,
    NameRefused,
    ReturnDaysRefused,
    ScopeUnknown,
    StaffUnknown,
    StoreUnknown,
)
from backend.stores.models import Brand, Counter, KeyRecord, Staff, Store
from backend.stores.queries import (
    TillKey,
    brand_by_code,
    brands_of,
    get_store,
    known_codes,
    list_brands,
    list_counters,
    list_stores,
    list_till_keys,
    staff_by_code,
    staff_names,
    store_by_code,
    till_key,
)
from backend.stores.rules import SCOPES
from backend.stores.service import (
    NewTillKey,
    Role,
    create_brand,
    create_counter,
    create_staff,
    create_store,
    create_till_key,
    revoke_till_key,
    set_return_days,
)

__all__ = [
    "SCOPES",
    "Brand",
    "BrandUnknown",
    "CodeRefused",
    "CodeTaken",
    "Counter",
    "KeyRecord",
    "KeyUnknown",
    "NameRefused",
    "NewTillKey",
    "ReturnDaysRefused",
    "Role",
    "ScopeUnknown",
    "Staff",
    "StaffUnknown",
    "Store",
    "StoreUnknown",
    "TillKey",
    "brand_by_code",
    "brands_of",
    "create_brand",
    "create_counter",
    "create_staff",
    "create_store",
    "create_till_key",
    "get_store",
    "known_codes",
    "list_brands",
    "list_counters",
    "list_stores",
    "list_till_keys",
    "revoke_till_key",
    "set_return_days",
    "staff_by_code",
    "staff_names",
    "store_by_code",
    "till_key",
]
