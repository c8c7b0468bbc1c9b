from dataclasses import replace

import pytest

from backend import receipts
from tests.factories.members import make_member
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def test_claims_are_paged_by_member_and_by_state(session, member_id, named):
    made = [
        receipts.claim_by_number(session, member_id, replace(named, order_no=f"A-{number}"), now=MORNING).id
        for number in range(3)
    ]
    newest = sorted(made, reverse=True)
    assert [one.id for one in receipts.claims_of(session, member_id, limit=2)] == newest[:2]
    assert [one.id for one in receipts.claims_of(session, member_id, before_id=newest[1], limit=2)] == newest[2:]
    assert [one.id for one in receipts.claims(session, "waiting", limit=9)] == newest
    assert receipts.claims(session, "review", limit=9) == []


def test_a_claim_is_its_members(session, member_id, named):
    claim = receipts.claim_by_number(session, member_id, named, now=MORNING)
    assert receipts.claim_of(session, member_id, claim.id) is receipts.claim(session, claim.id) is claim
    for who, which in ((make_member(session).id, claim.id), (member_id, 404)):
        with pytest.raises(receipts.ClaimUnknown):
            receipts.claim_of(session, who, which)


def test_pictures_that_look_like_another_are_named(session, member_id, named, photo):
    looks = ["0" * 64, "0" * 63 + "f", "f" * 64]
    claims = [receipts.claim_by_photo(session, member_id, photo(), look, now=MORNING) for look in looks]
    assert receipts.lookalikes(session, claims[0]) == [claims[1].id]
    assert receipts.lookalikes(session, claims[2]) == []
    number = receipts.claim_by_number(session, member_id, named, now=MORNING)
    assert receipts.lookalikes(session, number) == []
    assert receipts.picture_of(session, claims[0]).endswith("1080.jpg")
    assert receipts.picture_of(session, number) is None
