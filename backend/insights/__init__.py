"""What the tables tell: statements in words and the books that finance signs.

Reads everybody and moves nothing; only a reconciliation freezes the accounts that break an invariant.
"""

from backend.insights.causes import Link
from backend.insights.coupon_sheets import SettledRow, settled_rows, write_settlement_csv, write_settlement_xlsx
from backend.insights.coupon_statistics import CouponDay, DaysRefused, coupon_statistics
from backend.insights.exchanges import order_rows, write_orders_csv, write_orders_xlsx
from backend.insights.liability import Beside, Liability, Month, MonthsRefused, Movement, Proof, liability
from backend.insights.parked import Parked, promised, set_aside
from backend.insights.settlement import Settled, Settlement, settlement
from backend.insights.sheets import Row, rows, write_csv, write_xlsx
from backend.insights.statement import InstantAhead, Line, balance_at, statement
from backend.insights.sweeping import FrozenAccount, Outcome, found_faults, frozen, reconcile
from backend.insights.words import WORDS_BY_SOURCE, words_of

__all__ = [
    "WORDS_BY_SOURCE",
    "Beside",
    "CouponDay",
    "DaysRefused",
    "FrozenAccount",
    "InstantAhead",
    "Liability",
    "Line",
    "Link",
    "Month",
    "MonthsRefused",
    "Movement",
    "Outcome",
    "Parked",
    "Proof",
    "Row",
    "Settled",
    "SettledRow",
    "Settlement",
    "balance_at",
    "coupon_statistics",
    "found_faults",
    "frozen",
    "liability",
    "order_rows",
    "promised",
    "reconcile",
    "rows",
    "set_aside",
    "settled_rows",
    "settlement",
    "statement",
    "words_of",
    "write_csv",
    "write_orders_csv",
    "write_orders_xlsx",
    "write_settlement_csv",
    "write_settlement_xlsx",
    "write_xlsx",
]
