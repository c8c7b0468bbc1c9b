from dataclasses import replace

import pytest
from sqlalchemy import func, select

from backend import receipts
from backend.media.models import Use
from backend.members import MembershipEnding, MembersMerged
from tests.factories.members import make_member
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def test_claims_move_and_what_both_have_open_stays_open_once(session, member_id, named):
    into = make_member(session).id
    for who, order_no in ((member_id, "A-1"), (into, "A-1"), (member_id, "A-2")):
        receipts.claim_by_number(session, who, replace(named, order_no=order_no), now=MORNING)
    receipts.move_claims(session, MembersMerged(member_id, into, MORNING))
    session.expire_all()
    found = receipts.claims_of(session, into, limit=9)
    assert sorted((one.order_no, one.status) for one in found) == [
        ("A-1", "cancelled"),
        ("A-1", "waiting"),
        ("A-2", "waiting"),
    ]
    with pytest.raises(receipts.AlreadyClaimed):
        receipts.claim_by_number(session, into, replace(named, order_no="A-2"), now=MORNING)


def test_who_leaves_claims_nothing_any_more_and_the_picture_is_free(session, member_id, named, photo):
    waiting = receipts.claim_by_number(session, member_id, named, now=MORNING)
    photo = receipts.claim_by_photo(session, member_id, photo(), "0" * 64, now=MORNING)
    receipts.end_claims(session, MembershipEnding(member_id, MORNING))
    session.flush()
    assert (waiting.status, photo.status, photo.picture, photo.look) == ("cancelled", "cancelled", None, None)
    assert session.scalar(select(func.count()).select_from(Use)) == 0
