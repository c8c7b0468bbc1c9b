"""By what a purchase is found, and what it is called in the ledgers."""

from sqlalchemy import Select, select

from backend import points
from backend.purchases.models import Purchase


def of_order(store_id: int, order_no: str) -> Select[Purchase]:
    """The query for a store's purchase by its order number."""
    return select(Purchase).where(Purchase.store_id == store_id, Purchase.order_no == order_no)


def source(purchase_id: int) -> points.Source:
    """What a purchase is called in the ledgers of points and growth value, for what it earned."""
    return points.Source("purchase", purchase_id)


def source_of_cash(purchase_id: int) -> points.Source:
    """What the points that paid for a purchase are called in the ledger of points, and their hold before."""
    return points.Source("cash", purchase_id)
