"""The counter of WeChat Pay: what it tells us of payments and refunds, and what we ask it when it does not.

Every settling locks the member's account before the payment, as all do who move what a member has.
"""

from flask_openapi import OpenAPI

from backend.cashier import door
from backend.cashier.settling import Desk, settle_due

__all__ = ["Desk", "register", "settle_due"]


def register(app: OpenAPI) -> None:
    """Open the door."""
    app.register_blueprint(door.bp)
