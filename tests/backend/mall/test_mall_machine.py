"""The mall against a plain-Python model, step by step, over a real database (C2-C4, C7)."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from backend import mall, points, stores
from backend.kit.calendar import shop_day
from backend.mall.rules import bring_back_by, pick_up_by
from tests.factories.mall import BEGINS, ENDS, GOES, PRICE, make_item, make_pre_order
from tests.factories.members import make_member
from tests.support.clocks import MORNING

FUNDS = 500
STOCK = 3
MONEY, DEPOSIT = 500, 30  # apiece, of the second item and of the third, which is ordered ahead
REFUSALS = {
    "received": mall.AlreadyPickedUp,
    "cancelled": mall.OrderCancelled,
    "lapsed": mall.OrderLapsed,
    "returned": mall.OrderReturned,
}

_numbers = count(1)

pieces = st.integers(0, 3)
places = st.integers(0, 1)


@dataclass
class ModelOrder:
    member: int
    cart: tuple  # pieces of each item
    until: object
    order: mall.Order
    deposit: int | None = None
    status: str = "placed"
    received: object = None

    @property
    def quantity(self):
        return sum(self.cart)

    @property
    def cost(self):
        return PRICE * self.quantity

    @property
    def money(self):
        return MONEY * self.cart[1]

    @property
    def set_aside(self):
        return self.cost if self.deposit is None else self.deposit


class MallMachine(RuleBasedStateMachine):
    def __init__(self, sessions, rng):
        super().__init__()
        self.sessions, self.rng, self.now = sessions, rng, MORNING
        self.orders, self.stock = [], [STOCK] * 3
        with sessions.write.begin() as session:
            store = stores.create_store(session, code=f"S{next(_numbers)}", name="店", now=MORNING)
            session.flush()
            self.store_id = store.id
            dear = make_item(session, stock=STOCK, money_fen=MONEY)
            offers = make_item(session, stock=STOCK), dear, make_pre_order(session, stock=STOCK, deposit=DEPOSIT)
            self.items = [offer.id for offer in offers]
            self.members = [make_member(session).id for _ in range(2)]
            for member_id in self.members:
                account = points.lock(session, member_id, now=MORNING)
                points.credit(session, account, FUNDS - 100, source=points.Source("purchase", 1), now=MORNING)

    def do(self, work):
        with self.sessions.write.begin() as session:
            return work(session)

    def held(self, member):
        """What orders that can still be picked up have set aside: past their time the points are free at once."""
        waiting = [o for o in self.orders if o.member == member and o.status == "placed" and self.now < o.until]
        return sum(order.set_aside for order in waiting)

    def spent(self, member):
        return sum(order.cost for order in self.orders if order.member == member and order.status == "received")

    def available(self, member):
        return FUNDS - self.spent(member) - self.held(member)

    @rule(member=places, cart=st.tuples(pieces, pieces).filter(any))
    def exchange(self, member, cart):
        self.place(member, (*cart, 0))

    @rule(member=places, ahead=st.integers(1, 3))
    def order_ahead(self, member, ahead):
        if self.now < GOES:
            self.place(member, (0, 0, ahead), deposit=DEPOSIT * ahead)
            return
        with pytest.raises(mall.ItemUnknown):
            self.do(lambda session: self.order(session, member, {self.items[2]: ahead}))

    def order(self, session, member, wishes):
        return mall.exchange(session, self.members[member], wishes, store_id=self.store_id, rng=self.rng, now=self.now)

    def place(self, member, cart, *, deposit=None):
        wishes = {item_id: count for item_id, count in zip(self.items, cart, strict=True) if count}

        def work(session):
            return self.order(session, member, wishes)

        until = pick_up_by(self.now) if deposit is None else ENDS
        wanted = PRICE * sum(cart) if deposit is None else deposit
        if any(count > left for count, left in zip(cart, self.stock, strict=True)):
            with pytest.raises(mall.SoldOut):
                self.do(work)
        elif wanted > self.available(member):
            with pytest.raises(points.Insufficient):
                self.do(work)
        else:
            self.orders.append(ModelOrder(member, cart, until, self.do(work), deposit))
            self.move(cart, -1)

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def cancel(self, data):
        made = data.draw(st.sampled_from(self.orders))

        def work(session):
            return mall.cancel(session, self.members[made.member], made.order.no, now=self.now)

        if made.status in {"received", "lapsed", "returned"}:
            with pytest.raises(REFUSALS[made.status]):
                self.do(work)
            return
        assert self.do(work).status == "cancelled"
        self.close(made, "cancelled")

    def refusal(self, made, paid):
        """Why an order is not handed over for that much money, None when it is."""
        if made.status in {"cancelled", "lapsed", "returned"}:
            return REFUSALS[made.status]
        if made.status == "placed":
            if self.now >= made.until:
                return mall.OrderLapsed
            if made.deposit is not None and self.now < BEGINS:
                return mall.PickUpTooEarly
            if paid != made.money:
                return mall.MoneyDue
            if made.cost - made.set_aside > self.available(made.member):
                return points.Insufficient
        return None

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), exactly=st.sampled_from([True, True, True, False]))
    def pick_up(self, data, exactly):
        made = data.draw(st.sampled_from(self.orders))
        paid = made.money if exactly else made.money + 1

        def work(session):
            return mall.pick_up(
                session, code=made.order.pickup_code, store_id=self.store_id, paid_fen=paid, now=self.now
            )

        if refusal := self.refusal(made, paid):
            with pytest.raises(refusal):
                self.do(work)
            return
        assert self.do(work).status == "received"
        made.received = made.received if made.status == "received" else self.now
        made.status = "received"

    @rule()
    def nightly_lapse(self):
        due = self.do(lambda session: mall.due_to_lapse(session, now=self.now, limit=1000))
        expected = [made for made in self.orders if made.status == "placed" and made.until <= self.now]
        assert {made.order.id for made in expected} <= set(due)
        for made in expected:
            self.do(lambda session, made=made: mall.lapse_due(session, made.order.id, now=self.now))
            self.close(made, "lapsed")

    @rule(item=places, by=st.integers(-2, 2))
    def adjust(self, item, by):
        if self.stock[item] + by < 0:
            with pytest.raises(mall.StockTooLow):
                self.do(lambda session: mall.adjust_stock(session, self.items[item], by=by))
            return
        self.do(lambda session: mall.adjust_stock(session, self.items[item], by=by))
        self.stock[item] += by

    @rule(days=st.sampled_from([1, 8]))
    def clock_forward(self, days):
        self.now += timedelta(days=days)

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), restock=st.booleans())
    def take_back(self, data, restock):
        made = data.draw(st.sampled_from(self.orders))

        def work(session):
            return mall.take_back(session, made.order.no, restock=restock, now=self.now)

        if made.status in {"placed", "cancelled", "lapsed"}:
            with pytest.raises(mall.NotPickedUp if made.status == "placed" else REFUSALS[made.status]):
                self.do(work)
        elif made.status == "received" and self.now >= bring_back_by(made.received):
            with pytest.raises(mall.ReturnTooLate):
                self.do(work)
        else:
            assert self.do(work).status == "returned"
            if made.status == "received" and restock:
                self.move(made.cart, 1)
            made.status = "returned"

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def undo_pick_up(self, data):
        made = data.draw(st.sampled_from(self.orders))
        if made.status == "received" and shop_day(made.received) == shop_day(self.now):
            self.do(lambda session: mall.undo_pick_up(session, made.order.no, store_id=self.store_id, now=self.now))
            made.status = "placed"

    def close(self, made, status):
        if made.status == "placed":
            made.status = status
            self.move(made.cart, 1)

    def move(self, cart, sign):
        self.stock = [left + sign * count for left, count in zip(self.stock, cart, strict=True)]

    @invariant()
    def stock_points_and_orders_agree_with_the_model(self):
        with self.sessions.read() as session:
            stock = dict(session.execute(select(mall.Stock.item_id, mall.Stock.stock)).all())
            assert [stock[item_id] for item_id in self.items] == self.stock
            assert (mall.stock_faults(session), mall.payment_faults(session, limit=9)) == ([], [])
            taken = sum(made.money for made in self.orders if made.status == "received")
            through = mall.takings(session, since=shop_day(MORNING), until=shop_day(self.now) + timedelta(days=1))
            assert sum(one.taken_fen - one.handed_back_fen for one in through) == taken
            assert points.verify(session, self.members) == []
            for member, member_id in enumerate(self.members):
                seen = points.summary(session, member_id, now=self.now)
                assert seen.held == self.held(member)
                assert seen.available == self.available(member)
                assert points.balance_at(session, member_id, at=self.now) == FUNDS - self.spent(member)


def test_the_mall_agrees_with_a_plain_model(sessions, rng):
    run_state_machine_as_test(
        lambda: MallMachine(sessions, rng), settings=settings(max_examples=5, stateful_step_count=25)
    )
