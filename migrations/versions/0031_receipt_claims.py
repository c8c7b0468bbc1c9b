"""claims of receipts

Revision ID: 0031
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0031"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "receipt_claims",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("way", _code(8), nullable=False),
        sa.Column("status", _code(12), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("order_no", _code(64), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("bought_on", sa.Date(), nullable=True),
        sa.Column("open_key", _code(128), nullable=True),
        sa.Column("purchase_id", sa.BigInteger(), nullable=True),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(length=100), nullable=True),
        sa.Column("picture", _code(64), nullable=True),
        sa.Column("look", _code(64), nullable=True),
        sa.Column("claimed_at", _instant(), nullable=False),
        sa.Column("waits_until", _instant(), nullable=False),
        sa.Column("decided_at", _instant(), nullable=True),
        sa.Column("decided_by", _code(32), nullable=True),
        sa.CheckConstraint("way IN ('code', 'number', 'photo')", name=op.f("ck_receipt_claims_way_known")),
        sa.CheckConstraint(
            "status IN ('review', 'waiting', 'settled', 'refused', 'cancelled', 'expired', 'reversed')",
            name=op.f("ck_receipt_claims_status_known"),
        ),
        sa.CheckConstraint(
            "(status = 'settled') = (purchase_id IS NOT NULL)", name=op.f("ck_receipt_claims_settled_by_a_purchase")
        ),
        sa.CheckConstraint(
            "status <> 'waiting' OR order_no IS NOT NULL", name=op.f("ck_receipt_claims_waits_for_an_order")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_receipt_claims_member_id")),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchases.id"], name=op.f("fk_receipt_claims_purchase_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_receipt_claims_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_claims")),
        sa.UniqueConstraint("open_key", name=op.f("uq_receipt_claims_open_key")),
        sa.UniqueConstraint("purchase_id", name=op.f("uq_receipt_claims_purchase_id")),
    )
    for columns in (("member_id", "id"), ("status", "id"), ("store_id", "order_no")):
        op.create_index(op.f(f"ix_receipt_claims_{'_'.join(columns)}"), "receipt_claims", list(columns))


def downgrade() -> None:
    op.drop_table("receipt_claims")


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def _code(length: int) -> sa.String:
    return sa.String(length=length).with_variant(mysql.VARCHAR(length=length, collation="utf8mb4_bin"), "mysql", "mariadb")
