from datetime import timedelta
from random import Random

import pytest

from backend import members, tiers
from backend.partners import linking, registry
from backend.partners.errors import LinkCodeInvalid, LinkedAlready, NotLinked, PartnerSuspended
from backend.partners.models import LinkCode
from config import policy
from tests.factories.members import make_member
from tests.factories.partners import link, make_partner
from tests.support.clocks import MORNING

RNG = Random(5)


def code_for(session, partner, member_id, now=MORNING):
    told = linking.ask_for_code(session, member_id, partner.code, rng=RNG, now=now)
    session.flush()
    return told


def test_a_code_links_once_and_a_repeat_is_the_same_link(session, partner, member_id):
    told = code_for(session, partner, member_id)
    first = linking.redeem(session, partner.id, told.code.lower(), rng=RNG, now=MORNING)
    assert linking.redeem(session, partner.id, told.code, rng=RNG, now=MORNING) is first
    assert first.member_id == member_id
    assert str(member_id) not in first.alias
    assert linking.linked(session, partner.id, first.alias) is first


def test_two_partners_know_a_member_by_two_names(session, partner, member_id):
    other = make_partner(session)
    assert link(session, partner, member_id).alias != link(session, other, member_id).alias


def test_a_code_is_good_for_minutes_for_its_partner_and_until_the_next(session, partner, member_id):
    told = code_for(session, partner, member_id)
    for partner_id, code, at in (
        (partner.id, told.code, told.good_until),
        (make_partner(session).id, told.code, MORNING),
        (partner.id, "2222222222", MORNING),
    ):
        with pytest.raises(LinkCodeInvalid):
            linking.redeem(session, partner_id, code, rng=RNG, now=at)
    code_for(session, partner, member_id)
    with pytest.raises(LinkCodeInvalid):
        linking.redeem(session, partner.id, told.code, rng=RNG, now=MORNING)


def test_who_is_linked_asks_for_no_code(session, partner, member_id, alias):
    with pytest.raises(LinkedAlready):
        code_for(session, partner, member_id)


def test_a_suspended_partner_is_linked_with_nobody(session, partner, member_id):
    registry.suspend(session, partner.code, by="boss", reason="欠款", now=MORNING)
    with pytest.raises(PartnerSuspended):
        code_for(session, partner, member_id)


def test_a_member_ends_the_link_and_is_linked_anew_by_another_name(session, partner, member_id, alias):
    linking.unlink(session, member_id, partner.code, now=MORNING)
    session.flush()
    with pytest.raises(NotLinked):
        linking.linked(session, partner.id, alias)
    with pytest.raises(NotLinked):
        linking.unlink(session, member_id, partner.code, now=MORNING)
    assert link(session, partner, member_id).alias != alias


def test_a_code_whose_link_was_ended_links_nobody(session, partner, member_id):
    told = code_for(session, partner, member_id)
    linking.end(linking.redeem(session, partner.id, told.code, rng=RNG, now=MORNING), now=MORNING)
    with pytest.raises(NotLinked):
        linking.redeem(session, partner.id, told.code, rng=RNG, now=MORNING)


def test_a_tier_is_told_by_name_and_nothing_else(session, partner, member_id, alias):
    lowest, above = tiers.tiers_now(session, now=MORNING)[:2]
    found = linking.tier_reached(session, partner.id, alias, lowest.code, now=MORNING)
    assert (found.reached, found.tier_name) == (True, lowest.name)
    assert not linking.tier_reached(session, partner.id, alias, above.code, now=MORNING).reached
    with pytest.raises(tiers.TierUnknown):
        linking.tier_reached(session, partner.id, alias, "none", now=MORNING)
    with pytest.raises(NotLinked):
        linking.tier_reached(session, make_partner(session).id, alias, lowest.code, now=MORNING)


def test_a_blocked_member_is_known_to_nobody_for_so_long(session, partner, alias, member_id):
    members.block(session, member_id)
    with pytest.raises(NotLinked):
        linking.linked(session, partner.id, alias)
    members.unblock(session, member_id)
    assert linking.linked(session, partner.id, alias).member_id == member_id


def test_codes_whose_time_is_over_are_forgotten(session, partner, member_id):
    code_for(session, partner, member_id)
    later = MORNING + policy.PARTNER_LINK_CODE_GOOD_FOR
    assert linking.forget_codes(session, now=later - timedelta(seconds=1), limit=10) == 0
    assert linking.forget_codes(session, now=later, limit=10) == 1
    assert session.query(LinkCode).count() == 0


def test_a_member_sees_partners_and_own_links(session, partner, alias, member_id):
    resting = make_partner(session)
    registry.suspend(session, resting.code, by="boss", reason="欠款", now=MORNING)
    other_id = make_member(session).id
    session.flush()
    assert [(one.id, mine.alias) for one, mine in linking.partners_of(session, member_id)] == [(partner.id, alias)]
    assert linking.partners_of(session, other_id) == [(partner, None)]
    assert linking.standing(session, other_id, partner.id) is None
