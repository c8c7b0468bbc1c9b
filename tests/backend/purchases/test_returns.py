import pytest

from backend import purchases
from backend.purchases.models import PurchaseLine
from backend.purchases.receipts import RefundRequest, ReturnedLine
from backend.purchases.returns import book, money_kept


def lines(*shares):
    """Lines by what was paid for them in money and with points."""
    return [
        PurchaseLine(line_no=number, paid_fen=paid, points_fen=with_points, refunded_fen=0)
        for number, (paid, with_points) in enumerate(shares, start=1)
    ]


def test_an_amount_falls_to_what_is_left_in_money_and_points_together():
    bought = lines((100, 100), (50, 50))
    assert book(bought, RefundRequest("R1", amount_fen=150)) == {1: 100, 2: 50}
    assert [line.refunded_fen for line in bought] == [100, 50]
    assert money_kept(bought) == (50, 25)


def test_a_named_line_comes_back_with_all_that_paid_for_it():
    bought = lines((100, 100), (50, 50))
    assert book(bought, RefundRequest("R1", lines=(ReturnedLine(2),))) == {2: 100}
    assert money_kept(bought) == (100, 0)


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        (RefundRequest("R1", lines=(ReturnedLine(1, 201),)), purchases.RefundExceeds),
        (RefundRequest("R1", amount_fen=301), purchases.RefundExceeds),
        (RefundRequest("R1", lines=(ReturnedLine(3),)), purchases.UnknownLine),
        (RefundRequest("R1", lines=(ReturnedLine(1), ReturnedLine(1))), purchases.UnknownLine),
    ],
)
def test_more_than_there_is_books_nothing(request_, refusal):
    bought = lines((100, 100), (50, 50))
    with pytest.raises(refusal):
        book(bought, request_)
    assert [line.refunded_fen for line in bought] == [0, 0]
