from datetime import timedelta
from itertools import count

from backend import mall, points
from tests.support.clocks import MORNING

PRICE = 100
GOES, BEGINS, ENDS = (MORNING + timedelta(days=days) for days in (3, 10, 17))  # of a pre-order

_reasons = count(1)


def make_item(session, *, title="陶瓷杯", price=PRICE, stock=5, position=0, ways="pick-up", now=MORNING, **terms):
    texts = {"subtitle": "景德镇手工", "description": "釉下彩，可微波"}
    offer = mall.Offer(title, points=price, position=position, ways=ways, **texts, **terms)
    return mall.add_item(session, offer, stock=stock, now=now)


def make_pre_order(session, *, deposit=30, pick_up=(BEGINS, ENDS), off_at=GOES, **terms):
    begins, ends = pick_up
    return make_item(session, deposit_points=deposit, pick_up_from=begins, pick_up_until=ends, off_at=off_at, **terms)


def give_points(session, member_id, amount, *, now=MORNING, expiry=None):
    account = points.lock(session, member_id, now=now)
    why = points.Source("purchase", next(_reasons))
    return points.credit(session, account, amount, source=why, now=now, expiry=expiry)


def make_coupon_item(session, template_code, *, price=PRICE, stock=5, now=MORNING, **terms):
    offer = mall.Offer("满减券", points=price, kind="coupon", coupon_template=template_code, **terms)
    return mall.add_item(session, offer, stock=stock, now=now)


def make_code_item(session, codes, *, price=PRICE, now=MORNING):
    item = mall.add_item(session, mall.Offer("视频会员月卡", points=price, kind="virtual"), stock=0, now=now)
    mall.import_codes(session, item.id, dict(enumerate(codes, start=1)), now=now)
    session.flush()
    return item
