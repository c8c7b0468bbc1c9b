from backend import checkin
from backend.kit.calls import now
from backend.kit.schema import Instant, Schema
from backend.pos.auth import resource, till
from backend.runtime import runtime

api = resource("check-ins", scope="check-ins")


class PlaceCodeOut(Schema):
    """Thirty digits to show as a QR code, and when to show another."""

    code: str
    expires_at: Instant


@api.get("/check-in-code", responses={200: PlaceCodeOut})
def check_in_code() -> PlaceCodeOut:
    """The code with which members check in at this store; it is good for two minutes."""
    return PlaceCodeOut.model_validate(checkin.place_code(till().store_id, runtime().keys.card_codes, now()))
