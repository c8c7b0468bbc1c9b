"""What members are told of the receipts that they sent in."""

from typing import Final

from sqlalchemy.orm import Session

from backend.messaging.deciding import decide
from backend.messaging.wording import instant
from backend.receipts import ReceiptRefused, ReceiptSettled

A_PICTURE: Final = "小票照片"


def tell_receipt_settled(session: Session, settled: ReceiptSettled) -> None:
    """Decide to tell the member that the purchase counts as theirs."""
    words = {
        "store": settled.store_name,
        "order_no": settled.order_no,
        "points": str(settled.points),
        "at": instant(settled.at),
    }
    cause = (str(settled.claim_id),)
    decide(session, settled.member_id, "receipt_settled", words=words, cause=cause, now=settled.at)


def tell_receipt_refused(session: Session, refused: ReceiptRefused) -> None:
    """Decide to tell the member why nothing came of it, or why it was taken back."""
    words = {"order_no": refused.order_no or A_PICTURE, "why": refused.why, "at": instant(refused.at)}
    cause = (str(refused.claim_id),)
    decide(session, refused.member_id, "receipt_refused", words=words, cause=cause, now=refused.at)
