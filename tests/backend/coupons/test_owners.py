from datetime import timedelta
from random import Random

import pytest

from backend import coupons
from backend.members import MembershipEnding, MembersMerged
from backend.points import Source
from tests.factories.coupons import make_coupon, make_template
from tests.factories.members import make_member
from tests.support.clocks import MORNING

A_DAY = timedelta(days=1)


def test_coupons_of_both_are_the_survivors(session):
    gone, into = make_member(session), make_member(session)
    template = make_template(session, supply={"per_member": {"most": 1, "per": "year"}})
    both = [make_coupon(session, one, template=template, source=Source("birthday", 2026)) for one in (gone, into)]
    other = make_coupon(session, gone, transferable=True)
    coupons.send(session, gone.id, other.id, rng=Random(1), now=MORNING)
    session.flush()
    coupons.move_coupons(session, MembersMerged(gone.id, into.id, MORNING))
    session.flush()
    theirs = {one.id for one in coupons.wallet(session, into.id, limit=9, now=MORNING)}
    assert theirs == {both[0].id, both[1].id, other.id}
    assert [(one.source_kind, one.source_id) for one in both] == [("merged", str(both[0].id)), ("birthday", "2026")]
    assert coupons.take_back(session, into.id, other.id, now=MORNING).status == "ready"
    assert coupons.count_faults(session) == []


def test_who_leaves_gives_what_is_unused_back(session):
    member, friend = make_member(session), make_member(session)
    template = make_template(session, transferable=True, supply={"per_member": None, "stock": 4, "stock_per_day": 4})
    ready, sent, used = (make_coupon(session, member, template=template) for _ in range(3))
    over = make_coupon(session, member, template=template)
    token = coupons.send(session, member.id, sent.id, rng=Random(1), now=MORNING).token
    used.status, over.valid_from, over.valid_until = "redeemed", MORNING - A_DAY, MORNING
    session.flush()
    coupons.end_coupons(session, MembershipEnding(member.id, MORNING))
    session.flush()
    statuses = [coupons.coupon(session, member.id, one.id).status for one in (ready, sent, used, over)]
    assert statuses == ["revoked", "revoked", "redeemed", "ready"]
    assert coupons.template(session, template.code).issued == 2
    assert coupons.count_faults(session) == []
    with pytest.raises(coupons.GiftOver):
        coupons.accept(session, friend.id, token, now=MORNING)
