from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from backend import receipts, stores
from backend.receipts.rules import mac_of
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

GIFT = 100
DAY = timedelta(days=1)


@pytest.fixture
def till(session, store):
    scopes = frozenset({"purchases"})
    return stores.create_till_key(session, store.id, scopes=scopes, rng=Random(1), now=MORNING)


def code(till, *, fen=10_000, day="20260301", secret=None):
    signed = f"BH1:{till.app_key}:A-1:{fen}:{day}"
    return f"{signed}:{mac_of(signed, secret or till.secret)}"


def test_a_code_gives_the_points_at_once(session, store, till, member_id, available, heard):
    bought = make_purchase(session, 10_000, store_id=store.id, order_no="A-1")
    claim = receipts.claim_by_code(session, member_id, code(till), now=MORNING)
    assert (claim.status, claim.points, claim.purchase_id, bought.member_id) == ("settled", 100, bought.id, member_id)
    assert available(member_id) == GIFT + 100
    assert heard == [receipts.ReceiptSettled(member_id, claim.id, "南京路店", "A-1", 100, MORNING)]


def test_what_the_till_has_not_reported_is_waited_for(session, till, member_id):
    claim = receipts.claim_by_code(session, member_id, code(till), now=MORNING)
    assert (claim.status, claim.waits_until) == ("waiting", MORNING + DAY * 7)
    with pytest.raises(receipts.AlreadyClaimed):
        receipts.claim_by_code(session, member_id, code(till), now=MORNING)


def test_forged_codes_and_those_of_revoked_tills_are_refused_alike(session, till, member_id):
    for text in ("", "hello", code(till, secret="other"), code(till).replace("10000", "90000")):
        with pytest.raises(receipts.CodeInvalid):
            receipts.claim_by_code(session, member_id, text, now=MORNING)
    stores.revoke_till_key(session, till.app_key, now=MORNING)
    with pytest.raises(receipts.CodeInvalid):
        receipts.claim_by_code(session, member_id, code(till), now=MORNING)


def test_a_code_tells_why_it_gives_nothing(session, store, till, member_id):
    make_purchase(session, 10_000, store_id=store.id, order_no="A-1", member_id=make_member(session).id)
    with pytest.raises(receipts.Taken), session.begin_nested():
        receipts.claim_by_code(session, member_id, code(till), now=MORNING)
    with pytest.raises(receipts.Differs), session.begin_nested():
        receipts.claim_by_code(session, member_id, code(till, fen=9_999), now=MORNING)
    with pytest.raises(receipts.TooLongAgo):
        receipts.claim_by_code(session, member_id, code(till, day="20260129"), now=MORNING)
    with pytest.raises(receipts.TooLongAgo):
        receipts.claim_by_code(session, member_id, code(till, day="20260302"), now=MORNING)


def test_a_number_with_amount_and_day_gives_the_points_too(session, store, member_id, named, available):
    make_purchase(session, 10_000, store_id=store.id, order_no="A-1")
    assert receipts.claim_by_number(session, member_id, named, now=MORNING).status == "settled"
    assert available(member_id) == GIFT + 100


@pytest.mark.parametrize("wrong", [{"amount_fen": 9_999}, {"bought_on": MORNING.date() - DAY}, {"order_no": "A-2"}, {}])
def test_wrong_guesses_are_answered_like_what_is_not_known_yet(session, store, member_id, named, wrong, heard):
    owner = None if wrong else make_member(session).id
    make_purchase(session, 10_000, store_id=store.id, order_no="A-1", member_id=owner)
    claim = receipts.claim_by_number(session, member_id, replace(named, **wrong), now=MORNING)
    assert (claim.status, claim.why, claim.points, heard) == ("waiting", None, 0, [])
    assert receipts.due_to_settle(session, now=MORNING + DAY, limit=9) == []


def test_a_claim_is_given_up_by_its_member_while_it_waits(session, member_id, named):
    claim = receipts.claim_by_number(session, member_id, named, now=MORNING)
    with pytest.raises(receipts.ClaimUnknown):
        receipts.cancel(session, make_member(session).id, claim.id, now=MORNING)
    assert receipts.cancel(session, member_id, claim.id, now=MORNING).status == "cancelled"
    with pytest.raises(receipts.NotOpen):
        receipts.cancel(session, member_id, claim.id, now=MORNING)
    assert receipts.claim_by_number(session, member_id, named, now=MORNING).status == "waiting"


def test_a_picture_comes_in_once_while_it_counts(session, member_id, photo):
    picture = photo()
    claim = receipts.claim_by_photo(session, member_id, picture, "0" * 64, now=MORNING)
    assert (claim.status, claim.order_no) == ("review", None)
    for who in (member_id, make_member(session).id):
        with pytest.raises(receipts.PictureKnown):
            receipts.claim_by_photo(session, who, picture, "0" * 64, now=MORNING)
    receipts.cancel(session, member_id, claim.id, now=MORNING)
    assert receipts.claim_by_photo(session, member_id, picture, "0" * 64, now=MORNING).status == "review"
