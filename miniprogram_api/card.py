from backend import members
from backend.kit.calls import db, now
from backend.kit.schema import Instant, Schema
from backend.runtime import runtime
from miniprogram_api.auth import resource, signed_in_member

api = resource("card")


class CardOut(Schema):
    """The card and the code that a till scans; after `code_expires_at` the phone shows another."""

    card_no: str
    code: str
    code_expires_at: Instant


@api.get("/me/card", responses={200: CardOut})
def card() -> CardOut:
    """My card with its rotating code."""
    member = members.get(db(), signed_in_member())
    shown = members.card_code(member, runtime().keys.card_codes, now())
    return CardOut(card_no=member.card_no, code=shown.code, code_expires_at=shown.expires_at)
