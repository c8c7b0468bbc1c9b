"""payments by WeChat Pay and their refunds

Revision ID: 0040
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0040"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payments",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("out_trade_no", _code(32), nullable=False),
        sa.Column("purpose_kind", _code(32), nullable=False),
        sa.Column("purpose_id", _code(64), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.String(length=127), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("refunded_fen", sa.BigInteger(), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("openid", _code(64), nullable=True),
        sa.Column("prepay_id", _code(64), nullable=True),
        sa.Column("transaction_id", _code(32), nullable=True),
        sa.Column("created_at", _instant(), nullable=False),
        sa.Column("expires_at", _instant(), nullable=False),
        sa.Column("ask_at", _instant(), nullable=True),
        sa.Column("paid_at", _instant(), nullable=True),
        sa.Column("closed_at", _instant(), nullable=True),
        sa.CheckConstraint("status IN ('created', 'prepaid', 'paid', 'closed')", name=op.f("ck_payments_status_known")),
        sa.CheckConstraint(
            "(transaction_id IS NULL) = (paid_at IS NULL)", name=op.f("ck_payments_paid_by_transaction")
        ),
        sa.CheckConstraint(
            "fen >= 1 AND refunded_fen >= 0 AND refunded_fen <= paid_fen", name=op.f("ck_payments_within_paid")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_payments_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("out_trade_no", name=op.f("uq_payments_out_trade_no")),
        sa.UniqueConstraint("purpose_kind", "purpose_id", name=op.f("uq_payments_purpose_kind_purpose_id")),
        sa.UniqueConstraint("transaction_id", name=op.f("uq_payments_transaction_id")),
    )
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payments_ask_at"), ["ask_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_payments_member_id_id"), ["member_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payments_paid_at"), ["paid_at"], unique=False)

    op.create_table(
        "payment_refunds",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("out_refund_no", _code(32), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("key", _code(64), nullable=False),
        sa.Column("transaction_id", _code(32), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("stray", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("try_at", _instant(), nullable=True),
        sa.Column("refund_id", _code(32), nullable=True),
        sa.Column("failure", _code(64), nullable=True),
        sa.Column("settled_by", _code(32), nullable=True),
        sa.Column("created_at", _instant(), nullable=False),
        sa.Column("done_at", _instant(), nullable=True),
        sa.CheckConstraint(
            "(status IN ('waiting', 'sent')) = (try_at IS NOT NULL)", name=op.f("ck_payment_refunds_tried_while_open")
        ),
        sa.CheckConstraint(
            "status IN ('waiting', 'sent', 'done', 'failed')", name=op.f("ck_payment_refunds_status_known")
        ),
        sa.CheckConstraint("fen >= 1 AND fen <= total_fen", name=op.f("ck_payment_refunds_within_total")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("fk_payment_refunds_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_refunds")),
        sa.UniqueConstraint("out_refund_no", name=op.f("uq_payment_refunds_out_refund_no")),
        sa.UniqueConstraint("payment_id", "key", name=op.f("uq_payment_refunds_payment_id_key")),
    )
    with op.batch_alter_table("payment_refunds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_refunds_status_id"), ["status", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payment_refunds_try_at"), ["try_at"], unique=False)


def downgrade() -> None:
    op.drop_table("payment_refunds")
    op.drop_table("payments")


def _code(length: int) -> sa.String:
    return sa.String(length).with_variant(mysql.VARCHAR(length, collation="utf8mb4_bin"), "mysql", "mariadb")


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
