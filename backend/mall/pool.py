"""The codes of virtual items: imported once each, given once each, seen by the member who has them alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, func, insert, select, update
from sqlalchemy.orm import Session

from backend.kit.ids import new_id
from backend.kit.pii import vault
from backend.mall.errors import CodesRefused, ItemUnknown, SoldOut
from backend.mall.models import CENTRAL, Item, Order, OrderLine, Stock
from backend.mall.virtual import VirtualCode

LONGEST_CODE: Final = 200
LINES_A_SLICE: Final = 500
INDEX: Final = "mall-virtual-code"


@dataclass
class Imported:
    """How many codes were added, and the numbers of lines that were there before or cannot be a code."""

    added: int = 0
    known: list[int] = field(default_factory=list)
    faulty: list[int] = field(default_factory=list)

    def add(self, other: "Imported") -> None:
        """Count another part of the same file in."""
        self.added += other.added
        self.known += other.known
        self.faulty += other.faulty


def slices(lines: Sequence[str]) -> Iterator[dict[int, str]]:
    """The lines of a file, one code each, by their number from 1, so many at once; empty ones are left out."""
    told = [(no, line.strip()) for no, line in enumerate(lines, start=1) if line.strip()]
    for start in range(0, len(told), LINES_A_SLICE):
        yield dict(told[start : start + LINES_A_SLICE])


def import_codes(session: Session, item_id: int, lines: Mapping[int, str], *, now: datetime) -> Imported:
    """Add codes (by the number of their line) to a virtual item and its stock; the same again adds nothing.

    Raises ItemUnknown, CodesRefused.
    """
    item = session.get(Item, item_id)
    if item is None:
        raise ItemUnknown
    if item.kind != "virtual":
        raise CodesRefused
    stock = session.get_one(Stock, (item_id, CENTRAL), with_for_update=True, populate_existing=True)
    done, fresh = Imported(), {}
    digests = {no: vault(session).index(INDEX, code) for no, code in lines.items()}
    asked = select(VirtualCode.digest).where(VirtualCode.item_id == item_id, VirtualCode.digest.in_(digests.values()))
    seen = set(session.scalars(asked))
    for no, code in lines.items():
        if len(code) > LONGEST_CODE or not (code.isascii() and code.isprintable()):
            done.faulty.append(no)
        elif digests[no] in seen:
            done.known.append(no)
        else:
            seen.add(digests[no])
            fresh[no] = code
    done.added = len(fresh)
    if fresh:
        session.execute(insert(VirtualCode), [_row(session, item_id, code, now) for code in fresh.values()])
        stock.stock += done.added
        stock.stocked += done.added
    return done


def assign(session: Session, order: Order) -> None:
    """Give the codes of an order, whose stocks are locked and taken already, to it. Raises SoldOut."""
    for line in sorted(order.lines, key=lambda one: one.item_id):
        if line.kind == "virtual":
            _assign(session, line)


def codes_of(session: Session, order: Order) -> list[tuple[OrderLine, str]]:
    """The codes that an order has, in the clear, by its lines: for the eyes of its member."""
    by_no = {line.no: line for line in order.lines if line.kind == "virtual"}
    if not by_no:
        return []
    mine = select(VirtualCode).where(VirtualCode.order_id == order.id).order_by(VirtualCode.line_no, VirtualCode.id)
    opened = ((one.line_no or 0, vault(session).open(one.code_sealed, _place(one.id))) for one in session.scalars(mine))
    return [(by_no[no], code) for no, code in opened]


def codes_left(session: Session) -> dict[int, int]:
    """How many codes of each virtual item are nobody's yet."""
    left = select(VirtualCode.item_id, func.count()).where(VirtualCode.order_id.is_(None))
    rows = session.execute(left.group_by(VirtualCode.item_id)).all()
    return {row[0]: row[1] for row in rows}


def _assign(session: Session, line: OrderLine) -> None:
    mine = VirtualCode.item_id == line.item_id, VirtualCode.order_id.is_(None)
    ids = session.scalars(select(VirtualCode.id).where(*mine).order_by(VirtualCode.id).limit(line.quantity)).all()
    change = update(VirtualCode).where(VirtualCode.id.in_(ids), VirtualCode.order_id.is_(None))
    change = change.values(order_id=line.order_id, line_no=line.no)
    done = session.execute(change, execution_options={"synchronize_session": False})
    if cast("CursorResult[Any]", done).rowcount != line.quantity:
        raise SoldOut


def _row(session: Session, item_id: int, code: str, now: datetime) -> dict[str, object]:
    code_id, keys = new_id(), vault(session)
    sealed = keys.seal(code, _place(code_id))
    return {"id": code_id, "item_id": item_id, "code_sealed": sealed, "digest": keys.index(INDEX, code)} | {
        "imported_at": now
    }


def _place(code_id: int) -> str:
    return f"mall_virtual_codes.code:{code_id}"
