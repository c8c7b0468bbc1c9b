from datetime import date, timedelta

from backend import payments
from backend.kit.calendar import day_end, day_start
from backend.wechat import BillLine
from tests.factories.payments import OURS, make_payment, paid
from tests.support.clocks import MORNING

TODAY = date(2026, 3, 1)


def line(number, fen, **more):
    return BillLine(TODAY, "42", number, "SUCCESS", fen, **more)


def test_each_number_that_does_not_agree_is_named(session, member_id):
    session.info["listeners"] = {}
    made = [make_payment(session, member_id, purpose_id=str(no)) for no in range(4)]
    for no, payment in enumerate(made[:3]):
        payments.settle_trade(session, paid(payment, transaction_id=f"42{no}"), **OURS, now=MORNING)
    same, other, missing, unpaid = (payment.out_trade_no for payment in made)
    bill = [line(same, 19_900), line(other, 5), line(unpaid, 19_900), line("P-x", 1, out_refund_no="R-x", refund_fen=7)]
    found = payments.compare(session, bill, since=day_start(TODAY), until=day_end(TODAY))
    expected = {
        ("payment", other, 19_900, 5),
        ("payment", missing, 19_900, None),
        ("payment", unpaid, None, 19_900),
        ("refund", "R-x", None, 7),
    }
    told = {(one.kind, one.number, one.ours_fen, one.theirs_fen) for one in found if one.number != "P-x"}
    assert told == expected


def test_what_came_after_midnight_with_us_is_found_by_its_number(session, member_id):
    session.info["listeners"] = {}
    payment = make_payment(session, member_id)
    payments.settle_trade(session, paid(payment), **OURS, now=MORNING + timedelta(days=1))
    bill = [line(payment.out_trade_no, 19_900)]
    assert payments.compare(session, bill, since=day_start(TODAY), until=day_end(TODAY)) == []
