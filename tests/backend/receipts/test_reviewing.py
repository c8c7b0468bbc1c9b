from dataclasses import replace
from datetime import timedelta

import pytest

from backend import points, purchases, receipts
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.factories.purchases import make_purchase
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def claim(session, member_id, photo):
    make_operator(session, "anna")
    return receipts.claim_by_photo(session, member_id, photo(), "0" * 64, now=MORNING)


def accept(session, claim, named):
    return receipts.accept(session, claim.id, named, by="anna", now=MORNING)


def test_a_picture_that_was_read_gives_the_points(session, store, claim, named, available, member_id):
    make_purchase(session, 10_000, store_id=store.id, order_no="A-1")
    accept(session, claim, named)
    assert (claim.status, claim.decided_by, available(member_id)) == ("settled", "anna", 200)
    with pytest.raises(receipts.NotInReview):
        accept(session, claim, named)


def test_what_was_read_may_have_to_wait_and_is_refused_with_the_reason(session, store, claim, named):
    accept(session, claim, named)
    assert claim.status == "waiting"
    make_purchase(session, 10_000, store_id=store.id, order_no="A-1", member_id=make_member(session).id)
    receipts.settle_due(session, claim.id, now=MORNING)
    assert (claim.status, claim.why) == ("refused", "这笔消费已计入会员账户")


def test_a_sale_of_a_till_that_reports_nothing_is_noted_as_it_was_read_and_taken_back(
    session, claim, named, available, member_id
):
    receipts.accept(session, claim.id, named, unreported=True, by="anna", now=MORNING)
    noted = purchases.detail(session, store_id=named.store_id, order_no="A-1")
    assert (noted.purchase.paid_fen, noted.purchase.paid_on) == (10_000, named.bought_on)
    assert [line.name for line in noted.lines] == ["小票补录"]
    assert (claim.status, available(member_id)) == ("settled", 200)
    receipts.undo(session, claim.id, reason="看错了", by="anna", now=MORNING)
    assert (claim.status, available(member_id)) == ("reversed", 100)


def test_a_sale_that_was_reported_after_all_is_not_noted_again(session, store, claim, named):
    reported = make_purchase(session, 10_000, store_id=store.id, order_no="A-1")
    receipts.accept(session, claim.id, named, unreported=True, by="anna", now=MORNING)
    assert claim.purchase_id == reported.id


@pytest.mark.parametrize(("days", "refused"), [(-31, purchases.ReportedTooLate), (1, purchases.PaidInFuture)])
def test_a_sale_that_no_till_could_report_is_not_noted_either(session, claim, named, days, refused):
    other = replace(named, bought_on=named.bought_on + timedelta(days=days))
    with pytest.raises(refused), session.begin_nested():
        receipts.accept(session, claim.id, other, unreported=True, by="anna", now=MORNING)


def test_what_does_not_fit_is_told_to_the_operator(session, store, claim, named):
    make_purchase(session, 10_000, store_id=store.id, order_no="A-1")
    with pytest.raises(receipts.Differs), session.begin_nested():
        accept(session, claim, replace(named, amount_fen=1))
    session.refresh(claim)
    assert claim.status == "review"


def test_a_receipt_that_its_member_claimed_by_number_is_not_accepted_again(session, claim, member_id, named):
    receipts.claim_by_number(session, member_id, named, now=MORNING)
    with pytest.raises(receipts.AlreadyClaimed):
        accept(session, claim, named)


def test_a_picture_is_refused_with_a_reason_that_its_member_reads(session, claim, heard):
    for reason in ("", " ", "x" * 101, "a\nb"):
        with pytest.raises(receipts.ReasonWanted):
            receipts.refuse(session, claim.id, reason=reason, by="anna", now=MORNING)
    receipts.refuse(session, claim.id, reason=" 照片不清晰 ", by="anna", now=MORNING)
    assert (claim.status, claim.why, claim.decided_by) == ("refused", "照片不清晰", "anna")
    assert heard == [receipts.ReceiptRefused(claim.member_id, claim.id, None, "照片不清晰", MORNING)]


def test_a_settled_claim_is_taken_back_with_its_points(session, store, claim, named, available, member_id, heard):
    bought = make_purchase(session, 10_000, store_id=store.id, order_no="A-1")
    with pytest.raises(receipts.NotSettled):
        receipts.undo(session, claim.id, reason="看错了", by="anna", now=MORNING)
    accept(session, claim, named)
    receipts.undo(session, claim.id, reason="看错了", by="anna", now=MORNING)
    assert (claim.status, claim.why, bought.member_id, available(member_id)) == ("reversed", "看错了", None, 100)
    assert points.verify(session, [member_id]) == []
    assert [type(one) for one in heard] == [receipts.ReceiptSettled, receipts.ReceiptRefused]
    other = make_member(session).id
    assert receipts.claim_by_number(session, other, named, now=MORNING).status == "settled"
    with pytest.raises(receipts.AlreadyClaimed):
        receipts.claim_by_number(session, member_id, named, now=MORNING)
