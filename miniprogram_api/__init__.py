"""The mini-program's door, /api/mp/v1: one module a resource."""

from flask_openapi import OpenAPI

from miniprogram_api import (
    addresses,
    card,
    checkin,
    closure,
    coupons,
    draws,
    family,
    login,
    mail_address,
    mall,
    mall_orders,
    members,
    messages,
    points,
    preferences,
    regions,
    subscriptions,
)

RESOURCES = (
    login,
    members,
    closure,
    card,
    points,
    checkin,
    mall,
    mall_orders,
    family,
    addresses,
    regions,
    coupons,
    draws,
    messages,
    preferences,
    mail_address,
    subscriptions,
)


def register(app: OpenAPI) -> None:
    """Open the door."""
    for resource in RESOURCES:
        app.register_api(resource.api)
