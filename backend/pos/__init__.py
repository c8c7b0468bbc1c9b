"""The door of the tills and of other systems, /api/pos/v1: signed requests of keys that belong to a store."""

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
