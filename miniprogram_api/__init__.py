"""The mini-program's door, /api/mp/v1: one module a resource."""

from flask_openapi import OpenAPI

from miniprogram_api import (
    addresses,
    benefits,
    bookings,
    card,
    checkin,
    closure,
    coupons,
    draws,
    events,
    export,
    family,
    login,
    mail_address,
    mall,
    mall_orders,
    members,
    messages,
    partners,
    plans,
    points,
    preferences,
    receipts,
    referrals,
    regions,
    shares,
    subscriptions,
    vehicles,
)

RESOURCES = (
    partners,
    login,
    members,
    closure,
    card,
    plans,
    points,
    checkin,
    mall,
    mall_orders,
    export,
    family,
    addresses,
    regions,
    shares,
    coupons,
    draws,
    events,
    receipts,
    messages,
    preferences,
    referrals,
    mail_address,
    subscriptions,
    benefits,
    bookings,
    vehicles,
)


def register(app: OpenAPI) -> None:
    """Open the door."""
    for resource in RESOURCES:
        app.register_api(resource.api)
