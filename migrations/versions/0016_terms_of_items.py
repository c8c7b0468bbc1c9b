"""on what terms items can be had, and reminders of exchanges

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

CHECKS = {
    "on_before_off": "on_from < off_at",
    "limit_positive": "limit_pieces >= 1",
    "days_of_a_limit": "limit_days IS NULL OR limit_pieces IS NOT NULL",
}


def upgrade() -> None:
    with op.batch_alter_table("mall_items", schema=None) as batch_op:
        batch_op.alter_column(
            "description", existing_type=sa.String(length=2000), type_=sa.Text(), existing_nullable=False
        )
        batch_op.add_column(sa.Column("category", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("tier_points", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("on_from", _instant(), nullable=True))
        batch_op.add_column(sa.Column("off_at", _instant(), nullable=True))
        batch_op.add_column(sa.Column("limit_pieces", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("limit_days", sa.Integer(), nullable=True))
    # what was plain text is HTML from now on
    op.execute(
        "UPDATE mall_items SET category = '', tier_points = '{}',"
        " description = REPLACE(REPLACE(REPLACE(description, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')"
    )
    with op.batch_alter_table("mall_items", schema=None) as batch_op:
        batch_op.alter_column("category", existing_type=sa.String(length=32), nullable=False)
        batch_op.alter_column("tier_points", existing_type=sa.JSON(), nullable=False)
        for name, condition in CHECKS.items():
            batch_op.create_check_constraint(batch_op.f(f"ck_mall_items_{name}"), condition)
    with op.batch_alter_table("mall_orders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reminded_at", _instant(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("mall_orders", schema=None) as batch_op:
        batch_op.drop_column("reminded_at")
    # the old shape holds 2,000 characters of plain text
    op.execute(
        "UPDATE mall_items SET description ="
        " SUBSTR(REPLACE(REPLACE(REPLACE(description, '&lt;', '<'), '&gt;', '>'), '&amp;', '&'), 1, 2000)"
    )
    with op.batch_alter_table("mall_items", schema=None) as batch_op:
        for name in CHECKS:
            batch_op.drop_constraint(batch_op.f(f"ck_mall_items_{name}"), type_="check")
        for column in ("category", "tier_points", "on_from", "off_at", "limit_pieces", "limit_days"):
            batch_op.drop_column(column)
        batch_op.alter_column(
            "description", existing_type=sa.Text(), type_=sa.String(length=2000), existing_nullable=False
        )


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
