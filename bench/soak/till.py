"""What tills report: sales once and again, late, out of order, under a used number, paid with points, and returned."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from sqlalchemy.orm import Session

from backend import purchases
from backend.purchases import Basket, Line, Receipt, RefundRequest, ReturnedLine
from bench.soak.steps import Step, Turn, Wrong, must
from bench.soak.world import Hold, Sale, pick, remember

GOODS = (
    ("羊绒衫", "女装", "LUJIAO", "2F-01"),
    ("口红", "美妆", "ZHAOLU", "1F-01"),
    ("跑鞋", "运动", "JIFENG", "5F-03"),
)
POINTS_A_STEP = 100
FEN_A_POINT = 1
MOST_DAYS_LATE = 25


def buy(turn: Turn) -> None:
    """A member buys, and the till reports it at once."""
    _report(turn, _receipt(turn, turn.world.anyone(turn.rng)))


def buy_without_card(turn: Turn) -> None:
    """Nobody showed a card: the sale is kept too."""
    _report(turn, _receipt(turn, None))


def report_late(turn: Turn) -> None:
    """A till that was cut off reports what was bought days ago, when others have bought since."""
    receipt = _receipt(turn, turn.world.anyone(turn.rng))
    ago = timedelta(seconds=turn.rng.randrange(MOST_DAYS_LATE * 86_400))
    _report(turn, replace(receipt, paid_at=turn.now - ago))


def buy_of_the_departed(turn: Turn) -> None:
    """Somebody shows the card of a member who has left, or has become one with another."""
    if member_id := pick(turn.world.departed, turn.rng):
        _report(turn, _receipt(turn, member_id))


def report_again(turn: Turn) -> None:
    """The same sale once more: the same answer, and nothing happens."""
    if (sale := pick(turn.world.sales, turn.rng)) is None:
        return
    made = turn.write(lambda session: purchases.record(session, sale.receipt, store_id=sale.store_id, now=turn.now))
    must(not made.created, f"the order {sale.receipt.order_no} was recorded twice")
    must(_answer(made.purchase) == sale.answer, f"the order {sale.receipt.order_no} was answered otherwise")


def report_other_content(turn: Turn) -> None:
    """A sale under the number of another one is refused."""
    if (sale := pick(turn.world.sales, turn.rng)) is None:
        return
    other = replace(sale.receipt, paid_at=sale.receipt.paid_at + timedelta(seconds=1))
    try:
        turn.write(lambda session: purchases.record(session, other, store_id=sale.store_id, now=turn.now))
    except purchases.OrderNoReused:
        return
    raise Wrong(f"other content was taken under the order number {other.order_no}")


def ask_price(turn: Turn) -> None:
    """A quote alone: most baskets are not bought."""
    receipt = _receipt(turn, turn.world.anyone(turn.rng))
    basket = Basket(lines=receipt.lines, member_id=receipt.member_id)
    store_id = turn.rng.choice(turn.world.store_ids)
    turn.read(lambda session: purchases.quote(session, basket, store_id=store_id, now=turn.now))


def buy_as_quoted(turn: Turn) -> None:
    """What was quoted is what is got."""
    receipt = _receipt(turn, turn.world.anyone(turn.rng))
    store_id = turn.rng.choice(turn.world.store_ids)

    def work(session: Session) -> tuple[purchases.Quote, purchases.Purchase]:
        basket = Basket(lines=receipt.lines, member_id=receipt.member_id)
        quoted = purchases.quote(session, basket, store_id=store_id, now=turn.now)
        paid = replace(receipt, paid_fen=quoted.payable_fen)
        return quoted, purchases.record(session, paid, store_id=store_id, now=turn.now).purchase

    quoted, sold = turn.write(work)
    remember(turn.world.sales, Sale(replace(receipt, paid_fen=quoted.payable_fen), store_id, _answer(sold)), turn.rng)
    turn.world.orders_reported += 1
    after = quoted.tier_after.code if quoted.tier_after else None
    must(
        (quoted.points, quoted.growth, after) == (sold.points_earned, sold.growth_earned, sold.tier_code),
        f"the order {receipt.order_no} got other than was quoted",
    )


def hold_points(turn: Turn) -> None:
    """A till sets points aside for a bill that is not paid yet."""
    member_id, store_id = turn.world.anyone(turn.rng), turn.rng.choice(turn.world.store_ids)
    wanted, order_no = turn.rng.randint(1, 5) * POINTS_A_STEP, turn.name("H")
    turn.write(
        lambda session: purchases.hold_points(
            session, store_id=store_id, order_no=order_no, member_id=member_id, wanted=wanted, now=turn.now
        )
    )
    remember(turn.world.holds, Hold(order_no, store_id, member_id, wanted), turn.rng)


def release_points(turn: Turn) -> None:
    """The customer pays otherwise, or has long been gone."""
    if hold := pick(turn.world.holds, turn.rng):
        turn.write(
            lambda session: purchases.release_points(
                session, store_id=hold.store_id, order_no=hold.order_no, now=turn.now
            )
        )


def pay_with_points(turn: Turn) -> None:
    """A bill is paid with the points that were set aside for it, while they are, or with those there are."""
    if (hold := pick(turn.world.holds, turn.rng)) is None:
        return
    used = turn.rng.choice((hold.points, POINTS_A_STEP))
    receipt = _receipt(turn, hold.member_id, least_fen=4 * used)
    paid_fen = min(receipt.paid_fen, receipt.total_fen - used * FEN_A_POINT)
    paid = replace(receipt, order_no=hold.order_no, paid_fen=paid_fen, points_to_use=used)
    _report(turn, paid, store_id=hold.store_id)
    turn.world.holds.remove(hold)


def give_back(turn: Turn) -> None:
    """Goods come back: a line, a part of the bill, or all that is left of it."""
    if (sale := pick(turn.world.sales, turn.rng)) is None or not sale.left_fen:
        return
    request = _return(turn, sale)
    made = turn.write(
        lambda session: purchases.refund(
            session, request, store_id=sale.store_id, order_no=sale.receipt.order_no, now=turn.now
        )
    ).refund
    sale.returns.append((request, _returned(made)))
    sale.left_fen -= made.amount_fen
    turn.world.refunds_reported += 1
    gone = sale.receipt.member_id in turn.world.departed  # who has left has nothing that could be taken back
    if sale.left_fen == 0 and not gone:
        taken, growth = sum(answer[1] for _, answer in sale.returns), sum(answer[2] for _, answer in sale.returns)
        earned, grown, *_ = sale.answer
        # growth value may have decayed since: what is left of it is taken back
        must(taken == earned, f"of the order {sale.receipt.order_no} {taken} points were taken back, not {earned}")
        must(growth <= grown, f"of the order {sale.receipt.order_no} more growth was taken back than it gave")


def give_back_again(turn: Turn) -> None:
    """The same refund once more: the same answer, and nothing happens."""
    returned = [sale for sale in turn.world.sales if sale.returns]
    if (sale := pick(returned, turn.rng)) is None:
        return
    request, answer = turn.rng.choice(sale.returns)
    made = turn.write(
        lambda session: purchases.refund(
            session, request, store_id=sale.store_id, order_no=sale.receipt.order_no, now=turn.now
        )
    )
    must(not made.created, f"the refund {request.refund_no} was made twice")
    must(_returned(made.refund) == answer, f"the refund {request.refund_no} was answered otherwise")


def _report(turn: Turn, receipt: Receipt, *, store_id: int | None = None) -> None:
    where = turn.rng.choice(turn.world.store_ids) if store_id is None else store_id
    sold = turn.write(lambda session: purchases.record(session, receipt, store_id=where, now=turn.now)).purchase
    remember(turn.world.sales, Sale(receipt, where, _answer(sold)), turn.rng)
    turn.world.orders_reported += 1


def _receipt(turn: Turn, member_id: int | None, *, least_fen: int = 0) -> Receipt:
    lines = tuple(_line(turn.rng, number, least_fen) for number in range(1, turn.rng.choice((1, 1, 2, 3)) + 1))
    total = sum(line.amount_fen for line in lines)
    return Receipt(
        order_no=turn.name("S"),
        paid_at=turn.now,
        lines=lines,
        total_fen=total,
        paid_fen=total * turn.rng.choice((10_000, 10_000, 9_500, 8_000)) // 10_000,
        member_id=member_id,
    )


def _line(rng: Random, number: int, least_fen: int) -> Line:
    name, category, brand, counter = rng.choice(GOODS)
    amount = max(least_fen, int(10 ** rng.uniform(2.5, 5)))  # ¥3 to ¥1,000, most of them small
    return Line(
        sku=f"SKU-{number}", name=name, qty=1, amount_fen=amount, category=category, brand=brand, counter=counter
    )


def _return(turn: Turn, sale: Sale) -> RefundRequest:
    whole = turn.rng.random() < 0.4
    untouched = not sale.returns and sale.answer[4]
    if untouched and not whole and turn.rng.random() < 0.5:
        return RefundRequest(refund_no=turn.name("R"), lines=(ReturnedLine(1),))
    amount = sale.left_fen if whole else turn.rng.randint(1, sale.left_fen)
    return RefundRequest(refund_no=turn.name("R"), amount_fen=amount)


def _answer(sold: purchases.Purchase) -> tuple[int, int, str | None, int | None, int]:
    return sold.points_earned, sold.growth_earned, sold.tier_code, sold.balance_after, sold.paid_fen + sold.points_fen


def _returned(made: purchases.Refund) -> tuple[int, int, int, int, int, int | None]:
    return made.amount_fen, made.points_taken, made.growth_taken, made.points_returned, made.debt, made.balance_after


NO_CARD = frozenset({"members.closed", "members.merged"})
NO_POINTS = frozenset({"points.insufficient", "points.frozen"})

STEPS = (
    Step("buy", 330, buy, NO_CARD),
    Step("buy without a card", 250, buy_without_card),
    Step("report late", 60, report_late, NO_CARD),
    Step("buy of the departed", 10, buy_of_the_departed, NO_CARD),
    Step("report again", 1_700, report_again),
    Step("report other content", 400, report_other_content),
    Step("ask the price", 200, ask_price, NO_CARD),
    Step("buy as quoted", 40, buy_as_quoted, NO_CARD),
    Step("hold points", 60, hold_points, NO_CARD | NO_POINTS),
    Step("release points", 30, release_points, frozenset({"points.hold-captured"})),
    Step("pay with points", 45, pay_with_points, NO_CARD | NO_POINTS | {"purchases.already-reported"}),
    Step("give back", 150, give_back),
    Step("give back again", 500, give_back_again),
)
