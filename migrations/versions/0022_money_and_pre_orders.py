"""exchanges for points and money, and pre-orders

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

OF_ITEMS = {
    "money_not_negative": "money_fen >= 0",
    "at_the_counter": "(money_fen = 0 AND pick_up_from IS NULL)"
    " OR (ways = 'pick-up' AND kind IN ('goods', 'service'))",
    "window_has_two_ends": "(pick_up_from IS NULL) = (pick_up_until IS NULL)",
    "from_before_until": "pick_up_from < pick_up_until",
    "deposit_of_a_pre_order": "deposit_points IS NULL"
    " OR (deposit_points >= 1 AND deposit_points < points AND pick_up_from IS NOT NULL)",
}
OF_ORDERS = {
    "money_at_the_counter": "money_fen = 0 OR (money_fen > 0 AND way = 'pick-up')",
    "deposit_of_a_pre_order": "deposit_points IS NULL"
    " OR (deposit_points >= 1 AND deposit_points < points AND pick_up_from IS NOT NULL)",
    "from_before_by": "pick_up_from < pick_up_by",
}


def upgrade() -> None:
    with op.batch_alter_table("mall_items", schema=None) as batch_op:
        batch_op.add_column(sa.Column("money_fen", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("deposit_points", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("pick_up_from", _instant(), nullable=True))
        batch_op.add_column(sa.Column("pick_up_until", _instant(), nullable=True))
        for name, condition in OF_ITEMS.items():
            batch_op.create_check_constraint(batch_op.f(f"ck_mall_items_{name}"), condition)
    with op.batch_alter_table("mall_orders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("money_fen", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("deposit_points", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("pick_up_from", _instant(), nullable=True))
        for name, condition in OF_ORDERS.items():
            batch_op.create_check_constraint(batch_op.f(f"ck_mall_orders_{name}"), condition)
    with op.batch_alter_table("mall_order_lines", schema=None) as batch_op:
        batch_op.add_column(sa.Column("money_fen", sa.BigInteger(), server_default="0", nullable=False))
    op.create_table(
        "mall_payments",
        sa.Column("order_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("method", _code(16), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", _instant(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("refunded_at", _instant(), nullable=True),
        sa.Column("refunded_on", sa.Date(), nullable=True),
        sa.CheckConstraint("method IN ('counter')", name=op.f("ck_mall_payments_method_known")),
        sa.CheckConstraint("amount_fen >= 1", name=op.f("ck_mall_payments_amount_positive")),
        sa.CheckConstraint(
            "(refunded_at IS NULL) = (refunded_on IS NULL)", name=op.f("ck_mall_payments_refunded_on_a_day")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["mall_orders.id"], name=op.f("fk_mall_payments_order_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_mall_payments_store_id")),
        sa.PrimaryKeyConstraint("order_id", "no", name=op.f("pk_mall_payments")),
    )
    op.create_index(op.f("ix_mall_payments_paid_on_store_id"), "mall_payments", ["paid_on", "store_id"])
    op.create_index(op.f("ix_mall_payments_refunded_on_store_id"), "mall_payments", ["refunded_on", "store_id"])


def downgrade() -> None:
    """What was paid in money is forgotten. A pre-order is one for its deposit alone, which is all that the old shape can
    set free or give back; what is ordered ahead still is taken off.
    """
    op.drop_table("mall_payments")
    op.execute(
        "UPDATE mall_order_lines SET points = (SELECT deposit_points FROM mall_orders WHERE id = order_id)"
        " WHERE order_id IN (SELECT id FROM mall_orders WHERE deposit_points IS NOT NULL)"
    )
    op.execute(
        "UPDATE mall_items SET status = 'off' WHERE status = 'on' AND (money_fen > 0 OR pick_up_from IS NOT NULL)"
    )
    with op.batch_alter_table("mall_order_lines", schema=None) as batch_op:
        batch_op.drop_column("money_fen")
    with op.batch_alter_table("mall_orders", schema=None) as batch_op:
        for name in OF_ORDERS:
            batch_op.drop_constraint(batch_op.f(f"ck_mall_orders_{name}"), type_="check")
    op.execute("UPDATE mall_orders SET points = deposit_points WHERE deposit_points IS NOT NULL")
    with op.batch_alter_table("mall_orders", schema=None) as batch_op:
        for column in ("money_fen", "deposit_points", "pick_up_from"):
            batch_op.drop_column(column)
    with op.batch_alter_table("mall_items", schema=None) as batch_op:
        for name in OF_ITEMS:
            batch_op.drop_constraint(batch_op.f(f"ck_mall_items_{name}"), type_="check")
        for column in ("money_fen", "deposit_points", "pick_up_from", "pick_up_until"):
            batch_op.drop_column(column)


def _code(length: int) -> sa.String:
    return sa.String(length=length).with_variant(mysql.VARCHAR(length=length, collation="utf8mb4_bin"), "mysql", "mariadb")


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
