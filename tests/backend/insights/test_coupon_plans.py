"""Reports of coupons read what the asked period holds, not all there ever was (MariaDB's own plans)."""

from datetime import date

import pytest
from sqlalchemy import event, text

from backend.insights import coupon_statistics, settlement
from tests.factories.coupons import make_template
from tests.factories.members import make_member
from tests.factories.purchases import make_store
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

MANY, A_YEAR = 4_000, 365  # the same plans as with 20,000
FIRST, LAST = date(2025, 9, 1), date(2025, 9, 30)
DAY = f"DATE_ADD('2025-03-01', INTERVAL (seq * {A_YEAR} DIV {MANY}) DAY)"
KIND = "IF(seq % 4, :spring, seq % 16 + 1)"
USED = "seq % 3 = 0"
HISTORY = {  # each table that grows: which numbers are in it, and what their columns say
    "coupons": (
        "1 = 1",
        f"""id=seq; code=seq; member_id=:member; template_id={KIND}; version=1; source_kind='claim'; source_id=seq;
        status=IF({USED}, 'redeemed', 'expired'); valid_from={DAY}; valid_until=DATE_ADD({DAY}, INTERVAL 30 DAY);
        issued_at={DAY}; issued_on={DAY}; got_on={DAY}; redemptions={USED}""",
    ),
    "purchases": (
        "1 = 1",
        f"""id=seq; store_id=:store; order_no=seq; member_id=:member; paid_at={DAY}; paid_on={DAY}; total_fen=1000;
        paid_fen=900; points_used=0; points_fen=0; coupon_fen=100; refunded_fen=0; fingerprint=REPEAT('f', 32);
        points_earned=9; growth_earned=9; recorded_at={DAY}""",
    ),
    "coupon_redemptions": (
        USED,
        f"""id=seq; coupon_id=seq; turn=1; member_id=:member; template_id={KIND}; version=1; store_id=:store;
        order_no=seq; discount_fen=100; goods_fen=1000; settlement_fen=100; returned_fen=50; returned_settlement_fen=50;
        bearer='mall'; offline=0; redeemed_at={DAY}; redeemed_on={DAY}; recorded_at={DAY}""",
    ),
    "purchase_coupons": (USED, "purchase_id=seq; line_no=1; redemption_id=seq; discount_fen=100"),
    "coupon_returns": (
        f"{USED} AND seq % 5 = 0",
        f"""redemption_id=seq; source_kind='refund'; source_id=seq; discount_fen=50; settlement_fen=50;
        left_it='redeemed'; returned_at={DAY}; returned_on={DAY}""",
    ),
}
KINDS = (
    "INSERT INTO coupon_templates (id, code, status, issued, claimable, position, created_at)"
    " SELECT seq, seq, 'ended', 0, 0, 0, '2025-03-01' FROM seq_1_to_16"
)


@pytest.fixture
def sessions(mariadb, clock):
    """A year in which one member used many coupons."""
    sessions = make_runtime(mariadb, clock).sessions
    with sessions.write.begin() as session:
        told = {"member": make_member(session).id, "store": make_store(session).id}
        told["spring"] = make_template(session, code="spring").id
        session.execute(text("SET foreign_key_checks=0"))  # the lines of the bills do not matter
        session.execute(text(KINDS))
        for table, (which, columns) in HISTORY.items():
            names, values = zip(*(one.strip().split("=", 1) for one in columns.split(";")), strict=True)
            rows = f"SELECT {', '.join(values)} FROM seq_1_to_{MANY} WHERE {which}"
            session.execute(text(f"INSERT INTO {table} ({', '.join(names)}) {rows}"), told)
        session.execute(text("SET foreign_key_checks=1"))
    with mariadb.begin() as connection:
        connection.execute(text(f"ANALYZE TABLE {', '.join(HISTORY)}"))
    return sessions


def plans(session, work):
    """How MariaDB reads each table of each statement that `work` says: (table, type, key, rows)."""
    said, connection = [], session.connection()

    def note(_connection, _cursor, statement, parameters, *_rest):
        said.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    work()
    event.remove(connection, "before_cursor_execute", note)
    return [
        (row.table, row.type, row.key, int(row.rows))
        for statement, parameters in said
        for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
    ]


def beyond(found):
    """Of the tables that grow, what is read as a whole, or more of it than a period has."""
    return [one for one in found if one[0] in HISTORY and (one[1] in {"ALL", "index"} or one[3] > MANY // 10)]


def test_reports_read_what_their_period_holds(sessions):
    with sessions.read() as session:
        found = plans(session, lambda: coupon_statistics(session, "spring", FIRST, LAST, now=MORNING))
        found += plans(session, lambda: settlement(session, FIRST, FIRST, now=MORNING))
        assert beyond(found) == []
        assert {one[0] for one in found} >= set(HISTORY)
        everything = plans(session, lambda: session.execute(text("SELECT MAX(issued_at) FROM coupons")))
        assert [one[:2] for one in beyond(everything)] == [("coupons", "ALL")]  # the negative control
