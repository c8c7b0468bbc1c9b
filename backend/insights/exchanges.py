"""The orders of the points mall as files, one line an item: CSV for programs, XLSX for people. Names, phones and
addresses are masked.
"""

import csv
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import xlsxwriter
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.insights.sheets import harmless
from backend.kit.pii import mask_name, mask_phone
from backend.mall import Order, OrderLine, delivery_of
from backend.members import Member, masked_name
from backend.stores import Store
from config import policy

PAGE: Final = 500
TITLES: Final = (
    "订单号",
    "状态",
    "下单时间",
    "门店",
    "会员卡号",
    "姓名",
    "商品",
    "数量",
    "积分",
    "提货截止",
    "提货时间",
    "结束时间",
    "原因",
    "配送方式",
    "收货人",
    "收货电话",
    "收货地区",
    "快递公司",
    "运单号",
    "发货时间",
    "加价（分）",
    "提货开始",
)


@dataclass(frozen=True)
class Row:
    """So many of an item in an order; its names are the CSV's header. Times are the shop's, to the second."""

    order_no: str
    status: str
    placed_at: str
    store: str
    card_no: str
    name: str
    item: str
    quantity: int
    points: int
    pick_up_by: str
    received_at: str
    closed_at: str
    reason: str
    way: str
    recipient: str
    phone: str
    region: str
    carrier: str
    tracking_no: str
    shipped_at: str
    money_fen: int
    pick_up_from: str


def order_rows(session: Session, *, since: datetime, until: datetime, page_size: int = PAGE) -> Iterator[Row]:
    """The lines of orders placed in `[since, until)`, oldest order first, read page by page."""
    placed = select(Order).where(Order.placed_at >= since, Order.placed_at < until).order_by(Order.id)
    names = {store.id: store.name for store in session.scalars(select(Store))}
    after = 0
    while page := session.scalars(placed.where(Order.id > after).limit(page_size)).all():
        after = page[-1].id
        wanted = {order.member_id for order in page}
        members = {one.id: one for one in session.scalars(select(Member).where(Member.id.in_(wanted)))}
        for order in page:
            member = members[order.member_id]
            shown = member.card_no, masked_name(session, member)
            parcel, store = _parcel(session, order), names.get(order.store_id or 0, "")
            yield from (_row(order, line, store, *shown, parcel) for line in order.lines)
        session.expunge_all()  # what is written need not be kept


def write_orders_csv(rows: Iterator[Row], path: Path) -> int:
    """Write a CSV in UTF-8 with a byte order mark, in which no text can be taken for a formula; returns its lines."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Row.__dataclass_fields__)
        for count, row in enumerate(rows, start=1):  # noqa: B007  the last one is the answer
            writer.writerow([harmless(cell) for cell in astuple(row)])
    return count


def write_orders_xlsx(rows: Iterator[Row], path: Path) -> int:
    """Write a workbook of one sheet, row after row; returns its lines."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    count = 0
    with path.open("wb") as file, xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet("兑换订单")
        sheet.write_row(0, 0, TITLES, book.add_format({"bold": True}))
        for count, row in enumerate(rows, start=1):
            sheet.write_row(count, 0, astuple(row))
    return count


def _parcel(session: Session, order: Order) -> dict[str, str]:
    """Where an order went, as others may see it, and with whom."""
    to = delivery_of(session, order)
    return {
        "recipient": mask_name(to.recipient) if to else "",
        "phone": mask_phone(to.phone) if to else "",
        "region": to.line.removesuffix(to.street) if to else "",
        "carrier": order.carrier or "",
        "tracking_no": order.tracking_no or "",
        "shipped_at": _local(order.shipped_at),
    }


def _row(order: Order, line: OrderLine, store: str, card_no: str, name: str, parcel: dict[str, str]) -> Row:
    return Row(
        order_no=order.no,
        status=order.status,
        placed_at=_local(order.placed_at),
        store=store,
        card_no=card_no,
        name=name,
        item=line.item_title,
        quantity=line.quantity,
        points=line.points,
        pick_up_by=_local(order.pick_up_by),
        received_at=_local(order.received_at),
        closed_at=_local(order.closed_at),
        reason=order.reason or "",
        way=order.way,
        **parcel,
        money_fen=line.money_fen,
        pick_up_from=_local(order.pick_up_from),
    )


def _local(at: datetime | None) -> str:
    return f"{at.astimezone(policy.SHOP_ZONE):%Y-%m-%d %H:%M:%S}" if at else ""
