"""birthdays by the lunar calendar, and once a year

Revision ID: 0027
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0027"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who was given coupons for a birthday before is given none again in the same year."""
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.add_column(sa.Column("birthday_calendar", _code(8), server_default="solar", nullable=False))
        batch_op.create_check_constraint(
            batch_op.f("ck_members_birthday_calendar"), "birthday_calendar IN ('solar', 'lunar')"
        )
    op.create_table(
        "coupon_birthday_gifts",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_coupon_birthday_gifts_member_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_coupon_birthday_gifts")),
    )
    op.execute(
        "INSERT INTO coupon_birthday_gifts (member_id, given_on)"
        " SELECT member_id, MAX(issued_on) FROM coupons WHERE source_kind = 'birthday' GROUP BY member_id"
    )


def downgrade() -> None:
    """Lunar birthdays are found by no index that the old shape knows: it makes theirs anew."""
    op.drop_table("coupon_birthday_gifts")
    op.execute("UPDATE members SET birthday_index = NULL WHERE birthday_calendar = 'lunar'")
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_members_birthday_calendar"), type_="check")
        batch_op.drop_column("birthday_calendar")


def _code(length: int) -> sa.String:
    return sa.String(length=length).with_variant(mysql.VARCHAR(length=length, collation="utf8mb4_bin"), "mysql", "mariadb")
