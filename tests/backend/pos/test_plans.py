import pytest

from backend.kit.db import run
from tests.factories.plans import sell_plans
from tests.support.databases import sqlite_copy
from tests.support.till import open_till


@pytest.fixture
def engine(sqlite_template, tmp_path):
    with sqlite_copy(sqlite_template, tmp_path) as engine:
        yield engine


@pytest.fixture(autouse=True)
def _sold(sessions):
    run(sessions.write, sell_plans)


def sale(member, **changed):
    known = {"order_no": "T1", "member_id": str(member.id), "plan": "gold-year", "paid_fen": 12_000, "method": "card"}
    return known | changed


def test_a_key_needs_the_scope(app):
    assert open_till(app, scopes=frozenset({"mall"})).get("/plans").status_code == 403


def test_a_membership_is_sold_once(till, member):
    assert {one["code"] for one in till.get("/plans").json["items"]} == {"gold-year", "gold-month", "trial", "baby"}
    sold, again = till.post("/plans/orders", sale(member)), till.post("/plans/orders", sale(member))
    assert (sold.status_code, again.status_code, again.json) == (201, 200, sold.json)
    assert (sold.json["status"], sold.json["last_on"]) == ("paid", "2027-03-01")
    other = till.post("/plans/orders", sale(member, plan="baby"))
    assert (other.status_code, other.json["code"]) == (409, "plans.order-reused")


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"paid_fen": 1}, 422, "plans.wrong-price"),
        ({"plan": "silver"}, 404, "plans.unknown"),
        ({"member_id": "1"}, 404, "points.no-account"),
        ({"method": "wechat"}, 422, "payload.invalid"),
        ({"paid_fen": "12000"}, 422, "payload.invalid"),
        ({"order_no": ""}, 422, "payload.invalid"),
    ],
)
def test_what_cannot_be_sold_is_refused(till, member, changed, status, code):
    answer = till.post("/plans/orders", sale(member, **changed))
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_what_the_quote_says_goes_back_once(till, member):
    no = till.post("/plans/orders", sale(member)).json["no"]
    quote = till.get(f"/plans/orders/{no}/refund").json
    assert (quote["refund_fen"], quote["whole"], quote["method"]) == (12_000, True, "card")
    wrong = till.post(f"/plans/orders/{no}/refund", {"refund_fen": 1, "reason": "不要了"})
    assert (wrong.status_code, wrong.json["code"]) == (409, "plans.quote-changed")
    wish = {"refund_fen": 12_000, "reason": "不要了"}
    done, again = (till.post(f"/plans/orders/{no}/refund", wish) for _ in range(2))
    assert (done.status_code, done.json["status"], again.json) == (200, "refunded", done.json)
    assert till.get(f"/plans/orders/{no}/refund").json["code"] == "plans.not-refundable"


def test_an_unknown_order_is_unknown(till):
    assert till.get("/plans/orders/VIP1/refund").json["code"] == "plans.order-unknown"
