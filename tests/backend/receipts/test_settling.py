from datetime import timedelta

import pytest

from backend import members, receipts
from backend.purchases import RefundRequest, refund
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

HOUR = timedelta(hours=1)
LATER = MORNING + HOUR
AT_LAST = MORNING + timedelta(days=7)


@pytest.fixture
def claim(session, member_id, named):
    return receipts.claim_by_number(session, member_id, named, now=MORNING)


def report(session, store, fen=10_000, *, now=LATER, **parts):
    return make_purchase(session, fen, store_id=store.id, order_no="A-1", now=now, paid_at=MORNING, **parts)


def settle(session, *, now=LATER):
    due = receipts.due_to_settle(session, now=now, limit=9)
    for claim_id in due:
        receipts.settle_due(session, claim_id, now=now)
    session.flush()
    return list(due)


def test_a_claim_waits_for_the_till_and_is_settled_by_itself(session, store, claim, member_id, available):
    assert settle(session) == []
    bought = report(session, store)
    assert settle(session) == [claim.id]
    assert (claim.status, claim.purchase_id, bought.member_id, available(member_id)) == (
        "settled",
        bought.id,
        member_id,
        200,
    )
    assert settle(session) == []


def test_what_comes_with_another_amount_or_a_member_is_refused(session, store, claim, heard):
    report(session, store, 9_999)
    settle(session)
    assert (claim.status, claim.why) == ("refused", "小票信息与消费记录不符，或该消费已计入会员账户")
    assert heard == [receipts.ReceiptRefused(claim.member_id, claim.id, "A-1", claim.why, LATER)]


def test_a_number_that_never_fitted_is_refused_when_its_time_is_over(session, store, member_id, named):
    report(session, store, 9_999, now=MORNING)
    claim = receipts.claim_by_number(session, member_id, named, now=LATER)
    assert settle(session, now=AT_LAST) == []
    assert settle(session, now=AT_LAST + HOUR) == [claim.id]
    assert claim.status == "refused"


def test_what_never_comes_expires_with_a_word(session, claim, heard):
    settle(session, now=AT_LAST)
    assert (claim.status, heard[0].why) == ("expired", "门店未上传该笔消费，请携小票到店咨询")


def test_what_came_and_went_back_gives_nothing(session, store, claim):
    report(session, store)
    refund(session, RefundRequest("R1", amount_fen=10_000), store_id=store.id, order_no="A-1", now=LATER)
    settle(session)
    assert claim.status == "refused"


def test_of_two_who_wait_the_first_has_it(session, store, claim, named):
    other = receipts.claim_by_number(session, make_member(session).id, named, now=MORNING)
    report(session, store)
    assert settle(session) == [claim.id, other.id]
    assert (claim.status, other.status) == ("settled", "refused")


def test_who_is_blocked_waits(session, store, claim, member_id):
    members.block(session, member_id)
    report(session, store)
    settle(session)
    assert claim.status == "waiting"
    settle(session, now=AT_LAST)
    assert claim.status == "refused"


def test_what_was_given_up_meanwhile_stays_so(session, store, claim, member_id):
    report(session, store)
    receipts.cancel(session, member_id, claim.id, now=LATER)
    receipts.settle_due(session, claim.id, now=LATER)
    assert claim.status == "cancelled"
