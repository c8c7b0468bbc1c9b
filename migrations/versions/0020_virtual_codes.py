"""codes of virtual items

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

KINDS, OLD_KINDS = "'goods', 'service', 'coupon', 'virtual'", "'goods', 'service', 'coupon'"


def upgrade() -> None:
    _know(KINDS)
    op.create_table(
        "mall_virtual_codes",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("code_sealed", _binary(1024), nullable=False),
        sa.Column("digest", _binary(32), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("line_no", sa.Integer(), nullable=True),
        sa.Column("imported_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.CheckConstraint("(order_id IS NULL) = (line_no IS NULL)", name=op.f("ck_mall_virtual_codes_of_a_line")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["mall_items.id"], name=op.f("fk_mall_virtual_codes_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id", "line_no"],
            ["mall_order_lines.order_id", "mall_order_lines.no"],
            name=op.f("fk_mall_virtual_codes_order_id_line_no"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mall_virtual_codes")),
        sa.UniqueConstraint("item_id", "digest", name=op.f("uq_mall_virtual_codes_item_id_digest")),
    )
    op.create_index(
        op.f("ix_mall_virtual_codes_item_id_order_id_id"), "mall_virtual_codes", ["item_id", "order_id", "id"]
    )


def downgrade() -> None:
    op.drop_table("mall_virtual_codes")
    # the old shape has nothing to give for them
    op.execute("UPDATE mall_items SET kind = 'service', status = 'off' WHERE kind = 'virtual'")
    _know(OLD_KINDS)


def _know(kinds: str) -> None:
    with op.batch_alter_table("mall_items", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_mall_items_kind_known"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_mall_items_kind_known"), f"kind IN ({kinds})")


def _binary(length: int) -> sa.LargeBinary:
    return sa.LargeBinary(length).with_variant(mysql.VARBINARY(length), "mysql", "mariadb")
