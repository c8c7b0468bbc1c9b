import pytest

from backend import plans
from tests.factories.plans import GOLD


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"days": 3}, "months 与 days"),
        ({"months": None}, "months 与 days"),
        ({"price_fen": 0}, "price_fen"),
        ({"price_fen": 1.5}, "price_fen"),
        ({"coupon_values": {"tea": 1}}, "tea"),
        ({"code": "金"}, "code"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_in_words(wrong, said):
    with pytest.raises(plans.BookRefused) as refused:
        plans.checked({"plans": [GOLD | wrong]})
    assert said in refused.value.detail


def test_a_code_is_of_one_plan():
    with pytest.raises(plans.BookRefused, match="plans"):
        plans.checked({"plans": [GOLD, GOLD]})


def test_what_is_not_sold_is_unknown():
    book = plans.checked({"plans": [GOLD | {"on_sale": False}]})
    for code in ("gold-year", "silver"):
        with pytest.raises(plans.PlanUnknown):
            plans.on_sale(book, code)
