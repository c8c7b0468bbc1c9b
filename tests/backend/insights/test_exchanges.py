import csv
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from backend import insights, mall
from tests.factories.addresses import make_address
from tests.factories.mall import give_points, make_item
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

DAY = timedelta(days=1)


@pytest.fixture
def orders(session, rng):
    member, store = make_member(session), make_store(session)
    give_points(session, member.id, 900)
    cup, plate = make_item(session, title="=1+1"), make_item(session, title="骨瓷盘")
    session.flush()

    def place(wishes, at):
        return mall.exchange(session, member.id, wishes, store_id=store.id, rng=rng, now=at)

    made = [place({cup.id: 1, plate.id: 2}, MORNING), place({plate.id: 1}, MORNING), place({cup.id: 1}, MORNING + DAY)]
    session.flush()
    return made


@pytest.fixture
def lines(session):
    return lambda until=MORNING + DAY, **more: insights.order_rows(session, since=MORNING, until=until, **more)


def test_every_item_of_the_span_is_a_line(session, orders, lines):
    numbers = [orders[0].no, orders[0].no, orders[1].no]
    found = list(lines(page_size=1))
    assert [one.order_no for one in found] == numbers
    assert [(one.item, one.quantity, one.points) for one in found[:2]] == [("=1+1", 1, 100), ("骨瓷盘", 2, 200)]
    assert (found[0].placed_at, found[0].received_at, found[0].reason) == ("2026-03-01 09:00:00", "", "")
    assert found[0].name.endswith("*")


def test_where_parcels_go_is_masked(session, lines, rng):
    member_id, plate = make_member(session).id, make_item(session, ways="shipping")
    to = make_address(session, member_id).id
    order = mall.exchange_to_ship(session, member_id, {plate.id: 1}, address_id=to, rng=rng, now=MORNING)
    mall.ship(session, order.no, carrier="顺丰速运", tracking_no="SF1", now=MORNING)
    session.flush()
    (line,) = lines()
    assert (line.way, line.store, line.pick_up_by) == ("shipping", "", "")
    assert (line.recipient, line.phone, line.region) == ("王*", "138****8000", "上海市黄浦区")
    assert (line.carrier, line.tracking_no, line.shipped_at) == ("顺丰速运", "SF1", "2026-03-01 09:00:00")


def test_no_text_in_the_files_is_a_formula(orders, lines, tmp_path):
    assert insights.write_orders_csv(lines(), tmp_path / "a.csv") == 3
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["item"] for row in csv.DictReader(file)] == ["'=1+1", "骨瓷盘", "骨瓷盘"]
    assert insights.write_orders_xlsx(lines(), tmp_path / "a.xlsx") == 3
    sheet = load_workbook(tmp_path / "a.xlsx").active
    assert {cell.data_type for cell in sheet["G"]} == {"s"}


def test_nothing_is_a_file_with_a_header(lines, tmp_path):
    assert insights.write_orders_csv(lines(MORNING), tmp_path / "a.csv") == 0
    assert insights.write_orders_xlsx(lines(MORNING), tmp_path / "a.xlsx") == 0
