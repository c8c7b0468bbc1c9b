"""A till's log may arrive in any order, any number of times (L9): the end is the same."""

from collections import deque
from random import Random

import pytest
from sqlalchemy import select

from backend import points, tiers
from backend.app import create_app
from backend.purchases import Purchase, Refund
from tests.factories.members import make_member
from tests.factories.purchases import till_body
from tests.support.clocks import MORNING
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.till import open_till, store_of

MEMBERS, ORDERS = 3, 12


def a_log(rng):
    """Sales and refunds as (path, body, member number or None); all sums stay below the first tier's threshold."""
    log = []
    for number in range(ORDERS):
        order_no, amounts = f"SO-{number}", [rng.randint(1, 9_999) for _ in range(rng.randint(1, 3))]
        log.append(("/purchases", till_body(*amounts, order_no=order_no), rng.choice([None, *range(MEMBERS)])))
        left = sum(amounts)
        for part in range(rng.randint(0, 4)):
            amount = rng.randint(1, left)
            log.append((f"/purchases/{order_no}/refunds", {"refund_no": f"R{part}", "amount_fen": amount}, None))
            left -= amount
            if not left:
                break
    return log


def deliver(till, log, member_ids):
    """Send a log as a till does: what refers to a sale that is not there yet is sent again later."""
    waiting = deque(log)
    while waiting:
        path, body, member = waiting.popleft()
        who = {} if member is None else {"member_id": str(member_ids[member])}
        status = till.post(path, body | who).status_code
        assert status in {200, 201, 404}
        if status == 404:
            waiting.append((path, body, member))


def state_of(session, member_id):
    """All that a member has: points that can be used, that wait, that are owed, and growth value."""
    found = points.summary(session, member_id, now=MORNING)
    growth = tiers.standing(session, member_id, now=MORNING).growth
    return found.available, found.pending, found.debt, growth


def end_state(app, till, member_ids):
    store_id = store_of(app, till)
    with app.extensions["runtime"].sessions.read() as session:
        assert points.verify(session, member_ids) == []
        accounts = [state_of(session, member_id) for member_id in member_ids]
        sales = select(
            Purchase.order_no, Purchase.paid_fen, Purchase.refunded_fen, Purchase.points_earned, Purchase.growth_earned
        ).where(Purchase.store_id == store_id)
        returned = select(Purchase.order_no, Refund.refund_no, Refund.amount_fen).join(
            Refund, Refund.purchase_id == Purchase.id
        )
        return (
            accounts,
            sorted(tuple(row) for row in session.execute(sales)),
            sorted(tuple(row) for row in session.execute(returned.where(Purchase.store_id == store_id))),
        )


def new_house(app, return_days=0):
    with app.extensions["runtime"].sessions.write.begin() as session:
        member_ids = [make_member(session).id for _ in range(MEMBERS)]
    return open_till(app, return_days=return_days), member_ids


def once_in_order(app, log, return_days=0):
    till, member_ids = new_house(app, return_days)
    deliver(till, log, member_ids)
    return end_state(app, till, member_ids)


@pytest.mark.parametrize(("seed", "return_days"), [(0, 0), (1, 7), (2, 7)])
def test_a_shuffled_and_repeated_log_ends_the_same(app, seed, return_days):
    rng = Random(seed)
    log = a_log(rng)
    shuffled = log * 3
    rng.shuffle(shuffled)
    till, member_ids = new_house(app, return_days)
    deliver(till, shuffled, member_ids)
    assert end_state(app, till, member_ids) == once_in_order(app, log, return_days)


def test_a_log_replayed_by_eight_tills_at_once_ends_the_same(mariadb, clock):
    app = create_app(make_runtime(mariadb, clock))
    log = a_log(Random(99))
    till, member_ids = new_house(app)

    def replay(number):
        deliver(till, Random(number).sample(log, len(log)), member_ids)

    race(8, replay)
    assert end_state(app, till, member_ids) == once_in_order(app, log)


def test_a_log_that_counts_twice_is_found(app):
    """The negative control: orders under new numbers are new orders."""
    log = a_log(Random(0))
    again = [
        (path, body | {"order_no": "X" + body["order_no"]}, who) for path, body, who in log if path == "/purchases"
    ]
    till, member_ids = new_house(app)
    deliver(till, log + again, member_ids)
    assert end_state(app, till, member_ids) != once_in_order(app, log)
