from random import Random

import pytest

from backend import mall
from backend.kit.db import run
from tests.factories.mall import make_item
from tests.factories.members import make_member
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


@pytest.mark.parametrize(
    "command",
    [("prepare",), ("ready",), ("refuse", "--reason", "x"), ("take-back", "--restock")],
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
