"""The door of the tills and of other systems, /api/pos/v1: signed requests of keys that belong to a store; and that of
the partners, /api/partners/v1. `message` and `sign` are how either signs, and how we sign to partners.
"""

from flask_openapi import OpenAPI

from backend.pos import (
    benefits,
    bookings,
    check_ins,
    coupons,
    draws,
    events,
    holds,
    mall,
    members,
    parking,
    partners,
    plans,
    purchases,
    quotes,
    refunds,
)
from backend.pos.signature import message, sign

__all__ = ["message", "register", "sign"]

RESOURCES = (
    plans,
    members,
    quotes,
    holds,
    purchases,
    refunds,
    mall,
    draws,
    coupons,
    benefits,
    bookings,
    parking,
    check_ins,
    events,
)


def register(app: OpenAPI) -> None:
    """Open the door."""
    for resource in RESOURCES:
        app.register_api(resource.api)
    app.register_api(coupons.holds)
    for api in partners.APIS:
        app.register_api(api)
