import json

import pytest

from tests.factories.purchases import till_body

ITEM = {"sku": "S", "name": "围巾", "category": "服饰", "brand": "鹿角", "qty": 1, "amount_fen": 100}
BAD_NUMBERS = ["5", 5.0, True, None, -1, 10**12, [], {}, float("nan"), float("inf")]
BAD_TEXT = [5, None, "", "a\nb", "a\x00b", "a\x7fb", "a\u0085b", "a\u2028b", "x" * 129, ["a"], True]
BAD_ORDER_NOS = [5, None, "", "a/b", "a b", "..", "-a", "订单", "x" * 65, "a\x00b", "a\n"]
BAD_INSTANTS = [
    0,
    None,
    "",
    "1772326800",
    "2026-03-01",
    "2026-03-01T09:00:00",
    "2026-02-30T09:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-03-01T09:00:00Z\x00",
]
BAD_MEMBERS = [5, "", "-1", "5.0", "５", "9" * 30, True, [], "1e3"]


def refused(response):
    assert response.mimetype == "application/problem+json"
    return (response.status_code, response.json["code"]) in {(422, "payload.invalid"), (400, "payload.malformed")}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "change",
    [
        *({"total_fen": bad} for bad in BAD_NUMBERS),
        *({"paid_fen": bad} for bad in BAD_NUMBERS),
        *({"order_no": bad} for bad in BAD_ORDER_NOS),
        *({"paid_at": bad} for bad in BAD_INSTANTS),
        *({"member_id": bad} for bad in BAD_MEMBERS),
        *({"items": bad} for bad in [[], None, {}, "x", [None], [ITEM] * 501]),
        {"coupon_codes": ["1280325632080274", "1280325632080274"]},
        *({"points_to_use": bad} for bad in ["5", 5.0, True, -1, 10**12, []]),
        {"total": 100},
        {"points_used": 100},
        {"\ud800": 1},
        {"x\x00": 1},
    ],
    ids=lambda change: ascii(change)[:60],
)
def test_a_purchase_that_is_not_typed_as_told_is_refused(till, change):
    assert refused(till.call("POST", "/purchases", body=json.dumps(till_body(100) | change).encode()))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "change",
    [
        *({"sku": bad} for bad in [*BAD_TEXT, "x" * 65]),
        *({"name": bad} for bad in BAD_TEXT),
        *({"brand": bad} for bad in BAD_TEXT if bad is not None),
        *({"category": bad} for bad in BAD_TEXT if bad is not None),
        *({"counter": bad} for bad in [5, "", "x" * 21, "a b", "柜", "a\n", True]),
        *({"qty": bad} for bad in [*BAD_NUMBERS, 0, 1_000_001]),
        *({"amount_fen": bad} for bad in BAD_NUMBERS),
        {"price": 5},
        {"name": "\ud800"},
    ],
    ids=lambda change: ascii(change)[:60],
)
@pytest.mark.parametrize("path", ["/purchases", "/quotes"])
def test_an_item_that_is_not_typed_as_told_is_refused(till, path, change):
    body = till_body(100, items=[ITEM | change]) if path == "/purchases" else {"items": [ITEM | change]}
    assert refused(till.call("POST", path, body=json.dumps(body).encode()))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b'"{}"', b"{", b"\xff\xfe", b"[" * 100_000, b'{"items": NaN}'])
@pytest.mark.parametrize("path", ["/purchases", "/quotes", "/members/lookup", "/mall/orders/pick-up"])
def test_a_body_that_is_no_object_is_refused(till, path, raw):
    response = till.call("POST", path, body=raw)
    assert response.status_code in {400, 422}
    assert response.json["code"] in {"payload.malformed", "payload.invalid"}


def test_text_of_any_script_is_kept_as_it_came(till):
    name = "Ça va? 围巾🧣 \u200d𠮷"
    body = till_body(100, items=[ITEM | {"name": name, "brand": None, "category": None}])
    assert till.post("/purchases", body).status_code == 201
    (item,) = till.get(f"/purchases/{body['order_no']}").json["items"]
    assert (item["name"], item["brand"], item["category"]) == (name, None, None)


def test_five_hundred_lines_are_taken(till):
    assert till.post("/purchases", till_body(*range(1, 501))).status_code == 201
