import pytest
from sqlalchemy import select

from backend.messaging import tell_receipt_refused, tell_receipt_settled
from backend.messaging.models import Message
from backend.receipts import ReceiptRefused, ReceiptSettled
from tests.factories.members import make_member
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

AT = "2026年3月1日 09:00"


def test_what_became_of_a_receipt_is_told(session):
    member_id = make_member(session).id
    tell_receipt_settled(session, ReceiptSettled(member_id, 1, "南京路店", "A-1", 100, MORNING))
    tell_receipt_refused(session, ReceiptRefused(member_id, 1, None, "照片不清晰", MORNING))
    session.flush()
    ours = select(Message).where(Message.template.like("receipt%"))
    assert {one.template: one.words for one in session.scalars(ours)} == {
        "receipt_settled": {"store": "南京路店", "order_no": "A-1", "points": "100", "at": AT},
        "receipt_refused": {"order_no": "小票照片", "why": "照片不清晰", "at": AT},
    }
