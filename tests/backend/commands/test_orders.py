from random import Random

import pytest
from structlog.testing import capture_logs

from backend import mall
from backend.kit.db import run
from tests.factories.addresses import make_address
from tests.factories.mall import make_item
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.factories.stores import make_store
from tests.support.clocks import MORNING


@pytest.fixture
def order(sessions):
    def place(session):
        item, store = make_item(session), make_store(session)
        session.flush()
        return mall.exchange(
            session, make_member(session).id, {item.id: 1}, store_id=store.id, rng=Random(1), now=MORNING
        )

    return run(sessions.write, place)


def hand_over(sessions, order):
    run(sessions.write, lambda s: mall.pick_up(s, code=order.pickup_code, store_id=order.store_id, now=MORNING))


def test_an_order_goes_its_way(answer, order):
    assert answer("orders", "prepare", order.no)["status"] == "prepared"
    assert answer("orders", "ready", order.no)["status"] == "ready"
    refused = answer("orders", "refuse", order.no, "--reason", "商品破损")
    assert (refused["status"], refused["reason"]) == ("refused", "商品破损")


def test_what_was_handed_over_comes_back(answer, flask, sessions, order):
    hand_over(sessions, order)
    declined = answer("orders", "decline-return", order.no, "--reason", "已拆封")
    assert (declined["status"], declined["reason"]) == ("received", "已拆封")
    assert flask("orders", "take-back", order.no).exit_code == 2
    assert answer("orders", "take-back", order.no, "--write-off")["status"] == "returned"
    assert flask("mall", "verify").exit_code == 0


@pytest.fixture
def to_ship(sessions):
    def place(session):
        item, member_id = make_item(session, ways="shipping"), make_member(session).id
        to = make_address(session, member_id).id
        return mall.exchange_to_ship(session, member_id, {item.id: 1}, address_id=to, rng=Random(1), now=MORNING)

    return run(sessions.write, place)


def test_an_order_is_shipped_and_its_number_corrected(answer, flask, to_ship):
    for number in ("SF1", "SF2"):
        shipped = answer("orders", "ship", to_ship.no, "--carrier", "顺丰速运", "--number", number)
        assert (shipped["way"], shipped["status"], shipped["tracking_no"]) == ("shipping", "shipped", number)
    refused = flask("orders", "ship", to_ship.no, "--carrier", "", "--number", "SF1")
    assert (refused.exit_code, "(mall.parcel-refused)" in refused.stderr) == (1, True)


def test_the_label_is_shown_to_an_operator_and_noted(answer, flask, sessions, to_ship):
    run(sessions.write, lambda session: make_operator(session, "chen"))
    with capture_logs() as logs:
        label = answer("orders", "address", to_ship.no, "--by", "chen")
    assert label == {"recipient": "王小红", "phone": "13800138000", "address": "上海市黄浦区南京东路 100 号 3 楼"}
    (told,) = [line for line in logs if line["event"] == "orders.address-shown"]
    assert (told["order_no"], told["by"]) == (to_ship.no, "chen")
    assert flask("orders", "address", to_ship.no, "--by", "nobody").exit_code == 1


@pytest.mark.parametrize(
    "command",
    [
        ("prepare",),
        ("ready",),
        ("refuse", "--reason", "x"),
        ("take-back", "--restock"),
        ("ship", "--carrier", "x", "--number", "1"),
    ],
    ids=lambda one: one[0],
)
def test_unknown_order(flask, command):
    name, *rest = command
    result = flask("orders", name, "NOSUCHORDER", *rest)
    assert result.exit_code == 1
    assert "(mall.order-unknown)" in result.stderr


def test_orders_are_exported_by_the_kind_of_the_file(flask, order, tmp_path):
    span = ("--since", "2026-03-01", "--until", "2026-03-02")
    for name in ("orders.csv", "orders.XLSX"):
        result = flask("orders", "export", tmp_path / name, *span)
        assert (result.exit_code, result.stdout) == (0, f"1 lines are in {tmp_path / name}.\n")
    assert flask("orders", "export", tmp_path / "orders.txt", *span).exit_code == 2
