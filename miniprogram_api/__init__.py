"""The mini-program's door, /api/mp/v1: one module a resource."""

from flask_openapi import OpenAPI

from miniprogram_api import checkin, mall, points

RESOURCES = (checkin, mall, points)


def register(app: OpenAPI) -> None:
    """Open the door."""
    for resource in RESOURCES:
        app.register_api(resource.api)
