from random import Random

import pytest

from backend import lifecycle, points
from backend.members import MembershipClosed, MembershipEnding, MembersMerged
from backend.partners import incoming, outgoing
from backend.partners.errors import ExchangeOver, NotLinked
from backend.partners.gateway import Answer
from backend.partners.linking import linked, standing
from backend.partners.models import CANCELLED, CONFIRMED, LinkCode
from backend.partners.owners import end_exchanges, end_links, move_exchanges
from tests.factories.members import make_member
from tests.factories.partners import link, make_partner
from tests.support.clocks import MORNING


def merge(session, gone_id, into_id):
    lifecycle.merge(session, gone_id=gone_id, into_id=into_id, by="boss", reason="同一人", now=MORNING)
    session.flush()


def test_a_link_and_what_is_prepared_go_on_with_the_survivor(session, partner, alias, member_id):
    into_id = make_member(session).id
    incoming.prepare(session, partner.id, ref="1", member=alias, given=100, now=MORNING)
    merge(session, member_id, into_id)
    assert linked(session, partner.id, alias).member_id == into_id
    assert incoming.confirm(session, partner.id, "1", now=MORNING).member_id == into_id


def test_who_was_known_twice_is_known_once(session, partner, alias, member_id):
    into_id = make_member(session).id
    kept = link(session, partner, into_id)
    session.flush()
    merge(session, member_id, into_id)
    assert standing(session, into_id, partner.id) is kept
    with pytest.raises(NotLinked):
        linked(session, partner.id, alias)


def test_points_on_their_way_are_waited_for(session, partner, alias, member_id):
    outgoing.ask(session, member_id, partner.code, given=60, now=MORNING)
    with pytest.raises(lifecycle.HoldsOpen):
        merge(session, member_id, make_member(session).id)


def test_codes_of_who_is_gone_are_forgotten(session, member_id):
    partner = make_partner(session)
    outgoing_code = LinkCode(partner_id=partner.id, member_id=member_id, digest=b"d" * 32, good_until=MORNING)
    session.add(outgoing_code)
    session.flush()
    move_exchanges(session, MembersMerged(member_id, make_member(session).id, MORNING))
    assert session.query(LinkCode).count() == 0


def test_who_leaves_has_nothing_waiting_and_is_known_to_nobody(session, partner, alias, member_id):
    incoming.prepare(session, partner.id, ref="1", member=alias, given=100, now=MORNING)
    waiting = outgoing.ask(session, member_id, partner.code, given=60, now=MORNING)
    end_exchanges(session, MembershipEnding(member_id, MORNING))
    end_links(session, MembershipClosed(member_id, MORNING))
    assert waiting.status == CANCELLED
    with pytest.raises(ExchangeOver):
        incoming.confirm(session, partner.id, "1", now=MORNING)
    with pytest.raises(NotLinked):
        linked(session, partner.id, alias)


def test_leaving_waits_for_what_a_partner_was_asked_to_confirm(session, partner, alias, member_id):
    exchange = outgoing.ask(session, member_id, partner.code, given=60, now=MORNING)
    outgoing.record(session, exchange.id, Answer("prepared", taken=30), rng=Random(1), now=MORNING)
    end_exchanges(session, MembershipEnding(member_id, MORNING))
    assert points.lock(session, member_id, now=MORNING).held == 60
    assert outgoing.record(session, exchange.id, Answer("confirmed"), rng=Random(1), now=MORNING) == CONFIRMED
