from backend.partners import outgoing, queries, registry
from tests.factories.partners import make_key
from tests.support.clocks import MORNING


def test_a_member_pages_through_exchanges(session, partner, alias, member_id):
    first = outgoing.ask(session, member_id, partner.code, given=20, now=MORNING)
    second = outgoing.ask(session, member_id, partner.code, given=30, now=MORNING)
    assert queries.exchanges_of(session, member_id, before_id=None, limit=1) == [(second, partner)]
    assert queries.exchanges_of(session, member_id, before_id=second.id, limit=9) == [(first, partner)]
    assert queries.partner_of(session, first) is partner


def test_what_waits_is_listed_until_it_ends(session, partner, alias, member_id):
    exchange = outgoing.ask(session, member_id, partner.code, given=20, now=MORNING)
    assert queries.waiting(session, since=MORNING, limit=9) == [(exchange, partner)]
    outgoing.take_back(session, member_id, exchange.id, now=MORNING)
    session.flush()
    assert queries.waiting(session, since=MORNING, limit=9) == []


def test_what_operators_look_up(session, partner):
    key = make_key(session, partner)
    registry.offer_coupons(session, partner.code, "tea", 2)
    session.flush()
    assert queries.partners(session) == [partner]
    assert [one.version for one in queries.versions(session, partner.id)] == [1]
    assert [one.app_key for one in queries.keys(session, partner.id)] == [key.app_key]
    assert [one.template_code for one in queries.offers(session, partner.id)] == ["tea"]
