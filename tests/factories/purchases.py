from dataclasses import replace
from datetime import datetime
from itertools import count

from sqlalchemy.orm import Session

from backend import purchases, stores
from backend.purchases import Line, Receipt
from backend.stores import Store
from tests.support.clocks import MORNING

_orders = count(1)
_stores = count(1)


def make_store(session: Session, *, return_days: int = 0) -> Store:
    """A store whose sales' points can be used at once, unless told otherwise."""
    code = f"P{next(_stores):04d}"
    store = stores.create_store(session, code=code, name="南京路店", return_days=return_days, now=MORNING)
    session.flush()  # purchases refer to it
    return store


def make_lines(*amounts_fen: int) -> tuple[Line, ...]:
    return tuple(
        Line(sku=f"SKU-{number}", name="羊绒围巾", qty=1, amount_fen=amount, category="服饰", brand="鹿角")
        for number, amount in enumerate(amounts_fen, start=1)
    )


def make_receipt(*amounts_fen: int, **parts: object) -> Receipt:
    """A receipt with a line for each amount, paid in full unless told otherwise."""
    lines = make_lines(*amounts_fen)
    total = sum(amounts_fen)
    receipt = Receipt(order_no=f"SO-{next(_orders):06d}", paid_at=MORNING, lines=lines, total_fen=total, paid_fen=total)
    return replace(receipt, **parts)  # type: ignore[arg-type]


def make_purchase(
    session: Session, *amounts_fen: int, store_id: int, now: datetime = MORNING, **parts: object
) -> purchases.Purchase:
    receipt = make_receipt(*amounts_fen, **{"paid_at": now, **parts})
    return purchases.record(session, receipt, store_id=store_id, now=now).purchase


def till_body(*amounts_fen: int, order_no: str | None = None, **parts: object) -> dict[str, object]:
    """The body of POST /purchases, paid in full unless told otherwise."""
    items = [
        {"sku": f"SKU-{number}", "name": "羊绒围巾", "category": "服饰", "brand": "鹿角", "qty": 1, "amount_fen": fen}
        for number, fen in enumerate(amounts_fen, start=1)
    ]
    body = {
        "order_no": order_no or f"SO-{next(_orders):06d}",
        "paid_at": "2026-03-01T09:00:00+08:00",
        "items": items,
        "total_fen": sum(amounts_fen),
        "paid_fen": sum(amounts_fen),
    }
    return body | parts
