"""A member's address book, and the provinces, cities and districts of China.

Owns the table `member_addresses`, which keeps every address sealed. An order takes down a `snapshot` and seals it for
its own place; the book may change afterwards.
"""

from backend.addresses.errors import (
    AddressUnknown,
    RecipientRefused,
    RegionRefused,
    RegionUnknown,
    StreetRefused,
    TooManyAddresses,
)
from backend.addresses.owners import erase_book, join_books
from backend.addresses.queries import Entry, address, addresses, snapshot
from backend.addresses.regions import Region, regions
from backend.addresses.rules import MOST_ADDRESSES, Delivery, Draft
from backend.addresses.service import add, change, make_default, remove

__all__ = [
    "MOST_ADDRESSES",
    "AddressUnknown",
    "Delivery",
    "Draft",
    "Entry",
    "RecipientRefused",
    "Region",
    "RegionRefused",
    "RegionUnknown",
    "StreetRefused",
    "TooManyAddresses",
    "add",
    "address",
    "addresses",
    "change",
    "erase_book",
    "join_books",
    "make_default",
    "regions",
    "remove",
    "snapshot",
]
