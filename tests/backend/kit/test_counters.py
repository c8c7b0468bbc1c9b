from datetime import date

from sqlalchemy import select

from backend.kit.counters import count_up
from backend.risk.models import Count

KEY = {"kind": "device", "value": b"\x01" * 32, "day": date(2026, 3, 1)}


def test_a_row_is_made_at_the_first_time_and_added_to_at_all_others(session):
    for more in (1, 2, 4):
        count_up(session, Count, KEY, seen=more)
    count_up(session, Count, KEY | {"kind": "net"}, seen=1)
    rows = session.scalars(select(Count).order_by(Count.kind)).all()
    assert [(row.kind, row.seen) for row in rows] == [("device", 7), ("net", 1)]
