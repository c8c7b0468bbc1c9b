from random import Random

from backend import lottery, points
from backend.demo.coupons import OPERATOR, offer_coupons
from backend.demo.draws import DRAW, open_draw
from tests.factories.mall import give_points
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.support.clocks import MORNING


def test_it_is_open_at_once(session):
    make_operator(session, OPERATOR)
    offer_coupons(session, approver_password="unlike-any-other", now=MORNING)
    open_draw(session, now=MORNING)
    member = make_member(session)
    give_points(session, member.id, 100, now=MORNING)
    session.flush()
    before = points.summary(session, member.id, now=MORNING).available
    (draw,) = lottery.current(session, limit=9, now=MORNING)
    assert (draw.code, draw.phase(MORNING)) == (DRAW["code"], "open")
    lottery.play(session, member.id, draw_id=draw.id, rng=Random(1), now=MORNING)
    assert points.summary(session, member.id, now=MORNING).available - before in {-20, 30}
