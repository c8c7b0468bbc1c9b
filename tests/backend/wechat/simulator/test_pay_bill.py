import sqlite3
from datetime import date

from backend.wechat.simulator import pay_bill
from backend.wechat.simulator.store import SCHEMA
from tests.support.paying import account


def test_a_day_without_payments_is_a_head_and_sums():
    db = sqlite3.connect(":memory:")
    db.executescript(SCHEMA)
    lines = pay_bill.written(db, account(), date(2026, 3, 1)).splitlines()
    db.close()
    assert lines[0].startswith("交易时间,公众账号ID")
    assert lines[2].startswith("`0,")
