"""exchanges that are sent to members

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op
from alembic.operations.base import BatchOperations
from sqlalchemy.dialects import mysql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BEFORE = {
    "status_known": "status IN ('placed', 'prepared', 'ready', 'received', 'completed', 'cancelled', 'lapsed',"
    " 'refused', 'returned')",
    "closed_once": "(status IN ('placed', 'prepared', 'ready', 'received')) = (closed_at IS NULL)",
    "received_once": "(status IN ('received', 'completed', 'returned')) = (received_at IS NOT NULL)",
}
AFTER = {
    "status_known": "status IN ('placed', 'prepared', 'ready', 'shipped', 'received', 'completed', 'cancelled',"
    " 'lapsed', 'refused', 'returned')",
    "closed_once": "(status IN ('placed', 'prepared', 'ready', 'shipped', 'received')) = (closed_at IS NULL)",
    "received_once": "(status IN ('received', 'completed', 'returned')) = (received_at IS NOT NULL)"
    " OR (status = 'returned' AND way = 'shipping')",
    "goes_one_way": "(way = 'pick-up' AND store_id IS NOT NULL AND pickup_code IS NOT NULL AND pick_up_by IS NOT NULL)"
    " OR (way = 'shipping' AND store_id IS NULL AND pickup_code IS NULL AND pick_up_by IS NULL)",
    "shipped_once": "(way = 'shipping' AND status IN ('shipped', 'received', 'completed', 'returned'))"
    " = (shipped_at IS NOT NULL)",
}
OF_ITEMS = {
    "ways_known": "ways IN ('pick-up', 'shipping', 'both')",
    "goods_are_shipped": "ways = 'pick-up' OR kind = 'goods'",
}
NEW_COLUMNS = ("way", "address_sealed", "shipped_at", "carrier", "tracking_no")


def upgrade() -> None:
    with op.batch_alter_table("mall_items", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ways", _code(16), nullable=True))
    op.execute("UPDATE mall_items SET ways = 'pick-up'")
    with op.batch_alter_table("mall_items", schema=None) as batch_op:
        batch_op.alter_column("ways", existing_type=_code(16), nullable=False)
        for name, condition in OF_ITEMS.items():
            batch_op.create_check_constraint(batch_op.f(f"ck_mall_items_{name}"), condition)
    with op.batch_alter_table("mall_orders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("way", _code(16), nullable=True))
        batch_op.add_column(
            sa.Column(
                "address_sealed",
                sa.LargeBinary(1024).with_variant(mysql.VARBINARY(1024), "mysql", "mariadb"),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("shipped_at", _instant(), nullable=True))
        batch_op.add_column(sa.Column("carrier", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("tracking_no", _code(32), nullable=True))
    op.execute("UPDATE mall_orders SET way = 'pick-up'")
    with op.batch_alter_table("mall_orders", schema=None) as batch_op:
        _drop(batch_op, BEFORE)
        batch_op.alter_column("way", existing_type=_code(16), nullable=False)
        _let_be_null(batch_op, nullable=True)
        _create(batch_op, AFTER)
        batch_op.create_index(batch_op.f("ix_mall_orders_status_shipped_at"), ["status", "shipped_at"], unique=False)


def downgrade() -> None:
    """What is to be shipped becomes an order that nobody fetched in time at the first store, and so gives its points and
    goods back; what was shipped was received then. Where there are such orders, there must be a store.
    """
    with op.batch_alter_table("mall_orders", schema=None) as batch_op:
        _drop(batch_op, AFTER)
        batch_op.drop_index(batch_op.f("ix_mall_orders_status_shipped_at"))
    op.execute("UPDATE mall_orders SET status = 'received', received_at = shipped_at WHERE status = 'shipped'")
    op.execute(
        "UPDATE mall_orders SET received_at = closed_at WHERE status = 'returned' AND received_at IS NULL"
    )
    op.execute(
        "UPDATE mall_orders SET store_id = (SELECT MIN(id) FROM stores), pickup_code = no, pick_up_by = placed_at"
        " WHERE way = 'shipping'"
    )
    with op.batch_alter_table("mall_orders", schema=None) as batch_op:
        _let_be_null(batch_op, nullable=False)
        for column in NEW_COLUMNS:
            batch_op.drop_column(column)
        _create(batch_op, BEFORE)
    with op.batch_alter_table("mall_items", schema=None) as batch_op:
        for name in OF_ITEMS:
            batch_op.drop_constraint(batch_op.f(f"ck_mall_items_{name}"), type_="check")
        batch_op.drop_column("ways")


def _let_be_null(batch_op: BatchOperations, *, nullable: bool) -> None:
    batch_op.alter_column("store_id", existing_type=sa.BigInteger(), nullable=nullable)
    batch_op.alter_column("pickup_code", existing_type=_code(20), nullable=nullable)
    batch_op.alter_column("pick_up_by", existing_type=_instant(), nullable=nullable)


def _drop(batch_op: BatchOperations, checks: dict[str, str]) -> None:
    for name in checks:
        batch_op.drop_constraint(batch_op.f(f"ck_mall_orders_{name}"), type_="check")


def _create(batch_op: BatchOperations, checks: dict[str, str]) -> None:
    for name, condition in checks.items():
        batch_op.create_check_constraint(batch_op.f(f"ck_mall_orders_{name}"), condition)


def _code(length: int) -> sa.String:
    return sa.String(length=length).with_variant(mysql.VARCHAR(length=length, collation="utf8mb4_bin"), "mysql", "mariadb")


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
