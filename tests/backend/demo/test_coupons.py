from backend import coupons, operators
from backend.demo.coupons import APPROVER, OPERATOR, TEMPLATES, offer_coupons
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.support.clocks import MORNING


def test_all_of_them_can_be_claimed_or_say_for_whom_they_are(session):
    make_operator(session, OPERATOR)
    offer_coupons(session, approver_password="unlike-any-other", now=MORNING)
    session.flush()
    offers = coupons.showcase(session, make_member(session).id, limit=9, now=MORNING)
    assert [offer.template.code for offer in offers] == list(TEMPLATES)
    assert [offer.state for offer in offers] == ["open", "open", "not-for-you", "open"]
    assert not operators.get_by_login(session, APPROVER).active
