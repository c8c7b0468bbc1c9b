"""Claims of receipts (小票积分): purchases made without the card that members get the points of afterwards.

By the signed code on the receipt, by its number with amount and day, or by a photograph that an operator reads. What
the till has not reported yet is waited for. Owns the table `receipt_claims`.
"""

from backend.receipts.errors import (
    AllReturned,
    AlreadyClaimed,
    ClaimUnknown,
    CodeInvalid,
    Differs,
    NotInReview,
    NotOpen,
    NotSettled,
    PictureKnown,
    ReasonWanted,
    Taken,
    TooLongAgo,
)
from backend.receipts.facts import ReceiptRefused, ReceiptSettled
from backend.receipts.looking import look
from backend.receipts.models import ReceiptClaim, Status, Way
from backend.receipts.owners import end_claims, move_claims
from backend.receipts.queries import claim, claim_of, claims, claims_of, lookalikes, picture_of
from backend.receipts.reviewing import accept, refuse, undo
from backend.receipts.service import Named, cancel, claim_by_code, claim_by_number, claim_by_photo
from backend.receipts.settling import due_to_settle, settle_due

__all__ = [
    "AllReturned",
    "AlreadyClaimed",
    "ClaimUnknown",
    "CodeInvalid",
    "Differs",
    "Named",
    "NotInReview",
    "NotOpen",
    "NotSettled",
    "PictureKnown",
    "ReasonWanted",
    "ReceiptClaim",
    "ReceiptRefused",
    "ReceiptSettled",
    "Status",
    "Taken",
    "TooLongAgo",
    "Way",
    "accept",
    "cancel",
    "claim",
    "claim_by_code",
    "claim_by_number",
    "claim_by_photo",
    "claim_of",
    "claims",
    "claims_of",
    "due_to_settle",
    "end_claims",
    "look",
    "lookalikes",
    "move_claims",
    "picture_of",
    "refuse",
    "settle_due",
    "undo",
]
