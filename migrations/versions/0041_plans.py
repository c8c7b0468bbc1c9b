"""paid memberships

Revision ID: 0041
Revises: 0042
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0041"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan_orders",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("no", _code(18), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_code", _code(32), nullable=False),
        sa.Column("family", _code(32), nullable=False),
        sa.Column("book_version", sa.Integer(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("method", _code(16), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("waiting_key", _code(64), nullable=True),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("till_no", _code(64), nullable=True),
        sa.Column("placed_at", _instant(), nullable=False),
        sa.Column("pay_by", _instant(), nullable=False),
        sa.Column("paid_at", _instant(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("anchor_on", sa.Date(), nullable=True),
        sa.Column("anchor_months", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("starts_at", _instant(), nullable=True),
        sa.Column("ends_at", _instant(), nullable=True),
        sa.Column("gifts", sa.Integer(), nullable=False),
        sa.Column("gifts_from_on", sa.Date(), nullable=True),
        sa.Column("gift_at", _instant(), nullable=True),
        sa.Column("remind_at", _instant(), nullable=True),
        sa.Column("farewell_at", _instant(), nullable=True),
        sa.Column("refund_fen", sa.BigInteger(), nullable=True),
        sa.Column("refund_reason", sa.String(length=80), nullable=True),
        sa.Column("refund_by", _code(64), nullable=True),
        sa.Column("refund_at", _instant(), nullable=True),
        sa.Column("refunded_at", _instant(), nullable=True),
        sa.CheckConstraint(
            "(status IN ('paid', 'refunding', 'refunded')) = (paid_at IS NOT NULL)",
            name=op.f("ck_plan_orders_paid_once"),
        ),
        sa.CheckConstraint(
            "(status IN ('refunding', 'refunded')) = (refund_fen IS NOT NULL)", name=op.f("ck_plan_orders_refund_known")
        ),
        sa.CheckConstraint(
            "method IN ('wechat', 'cash', 'card', 'alipay', 'other')", name=op.f("ck_plan_orders_method_known")
        ),
        sa.CheckConstraint(
            "status IN ('waiting', 'cancelled', 'lapsed', 'paid', 'refunding', 'refunded')",
            name=op.f("ck_plan_orders_status_known"),
        ),
        sa.CheckConstraint("(paid_at IS NULL) = (ends_at IS NULL)", name=op.f("ck_plan_orders_ends_when_paid")),
        sa.CheckConstraint(
            "refund_fen IS NULL OR refund_fen <= price_fen", name=op.f("ck_plan_orders_refund_within_price")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_plan_orders_member_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_plan_orders_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_orders")),
        sa.UniqueConstraint("no", name=op.f("uq_plan_orders_no")),
        sa.UniqueConstraint("store_id", "till_no", name=op.f("uq_plan_orders_store_id_till_no")),
        sa.UniqueConstraint("waiting_key", name=op.f("uq_plan_orders_waiting_key")),
    )
    with op.batch_alter_table("plan_orders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_orders_farewell_at"), ["farewell_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_orders_gift_at"), ["gift_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_orders_member_id_ends_at"), ["member_id", "ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_orders_member_id_id"), ["member_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_orders_remind_at"), ["remind_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_orders_status_id"), ["status", "id"], unique=False)

    op.create_table(
        "plan_uses",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("benefit", _code(32), nullable=False),
        sa.Column("source_kind", _code(32), nullable=False),
        sa.Column("source_id", _code(64), nullable=False),
        sa.Column("worth_fen", sa.BigInteger(), nullable=False),
        sa.Column("used_at", _instant(), nullable=False),
        sa.Column("undone_at", _instant(), nullable=True),
        sa.CheckConstraint("worth_fen >= 0", name=op.f("ck_plan_uses_worth_not_negative")),
        sa.ForeignKeyConstraint(["order_id"], ["plan_orders.id"], name=op.f("fk_plan_uses_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_uses")),
        sa.UniqueConstraint("source_kind", "source_id", name=op.f("uq_plan_uses_source_kind_source_id")),
    )
    with op.batch_alter_table("plan_uses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_uses_order_id"), ["order_id"], unique=False)
    _write_first_book()


def downgrade() -> None:
    op.execute("DELETE FROM rule_books WHERE kind = 'plans'")
    op.drop_table("plan_uses")
    op.drop_table("plan_orders")


def _write_first_book() -> None:
    """No membership is sold before the house says which."""
    ever = datetime(1970, 1, 1)
    books = sa.table(
        "rule_books",
        *(sa.column(name) for name in ("kind", "version", "status", "note", "drafted_by", "decided_by")),
        sa.column("definition", sa.JSON()),
        *(sa.column(name, sa.DateTime()) for name in ("live_from", "created_at", "decided_at")),
    )
    first = {
        "kind": "plans",
        "version": 1,
        "status": "published",
        "definition": {"plans": []},
        "note": "初始规则",
        "drafted_by": "baihui",
        "decided_by": "baihui",
        "live_from": ever,
        "created_at": ever,
        "decided_at": ever,
    }
    op.bulk_insert(books, [first])


def _code(length: int) -> sa.String:
    return sa.String(length).with_variant(mysql.VARCHAR(length, collation="utf8mb4_bin"), "mysql", "mariadb")


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
