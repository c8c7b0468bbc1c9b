from backend.purchases.bills import Shares
from backend.purchases.rows import line_rows, purchase_row
from tests.factories.purchases import make_receipt
from tests.support.clocks import MORNING


def test_lines_carry_what_coupons_left_of_them_and_what_was_paid_for_it():
    told = make_receipt(1_000, 500, paid_fen=900)
    bought = purchase_row(told, 7, store_id=1, member_id=None, now=MORNING)
    bought.points_fen = 100
    lines = line_rows(told, bought, Shares([500, 500], [600, 500], [400, 0]))
    assert [(line.line_no, line.paid_fen, line.points_fen, line.coupon_fen) for line in lines] == [
        (1, 450, 50, 400),
        (2, 450, 50, 0),
    ]
    assert (bought.value_fen, bought.total_fen, bought.coupon_fen) == (1_000, 1_500, 0)
