"""kinds of items

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

CHECKS = {
    "kind_known": "kind IN ('goods', 'service', 'coupon')",
    "template_of_a_coupon": "(kind = 'coupon') = (coupon_template IS NOT NULL)",
}


def upgrade() -> None:
    with op.batch_alter_table("mall_items", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", _code(16), nullable=True))
        batch_op.add_column(sa.Column("coupon_template", _code(64), nullable=True))
    op.execute("UPDATE mall_items SET kind = 'goods'")
    with op.batch_alter_table("mall_items", schema=None) as batch_op:
        batch_op.alter_column("kind", existing_type=_code(16), nullable=False)
        for name, condition in CHECKS.items():
            batch_op.create_check_constraint(batch_op.f(f"ck_mall_items_{name}"), condition)
    with op.batch_alter_table("mall_order_lines", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", _code(16), nullable=True))
        batch_op.add_column(sa.Column("delivered_at", _instant(), nullable=True))
        batch_op.add_column(sa.Column("coupon_ids", sa.JSON(), nullable=True))
    op.execute("UPDATE mall_order_lines SET kind = 'goods', coupon_ids = '[]'")
    with op.batch_alter_table("mall_order_lines", schema=None) as batch_op:
        batch_op.alter_column("kind", existing_type=_code(16), nullable=False)
        batch_op.alter_column("coupon_ids", existing_type=sa.JSON(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("mall_order_lines", schema=None) as batch_op:
        for column in ("kind", "delivered_at", "coupon_ids"):
            batch_op.drop_column(column)
    # the old shape knows goods only: what cannot be handed over is not offered any more
    op.execute("UPDATE mall_items SET status = 'off' WHERE kind = 'coupon'")
    with op.batch_alter_table("mall_items", schema=None) as batch_op:
        for name in CHECKS:
            batch_op.drop_constraint(batch_op.f(f"ck_mall_items_{name}"), type_="check")
        for column in ("kind", "coupon_template"):
            batch_op.drop_column(column)


def _code(length: int) -> sa.String:
    return sa.String(length).with_variant(mysql.VARCHAR(length, collation="utf8mb4_bin"), "mysql", "mariadb")


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
