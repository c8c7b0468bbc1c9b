"""birthdays by the lunar calendar and once a year, reminders of checking in, members who stay away, holidays

Revision ID: 0027
Revises: 0028
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0027"
down_revision = "0028"
branch_labels = None
depends_on = None

BOOKS = {
    "holidays": {"greetings": []},
    "win-back": {
        "after_days": 90,
        "again_after_days": 60,
        "times": 0,
        "greeting": "百汇想念您，期待与您再见",
        "coupon": None,
    },
}
# the last day on which a member bought, checked in or joined
LAST_VISITS = """
    INSERT INTO member_visits (member_id, last_on, asked, quiet_since)
    SELECT id, last_on, 0, last_on FROM (
        SELECT members.id AS id, MAX(visits.on_day) AS last_on FROM members JOIN (
            SELECT id AS member_id, DATE(joined_at) AS on_day FROM members
            UNION ALL SELECT member_id, MAX(day) FROM check_ins GROUP BY member_id
            UNION ALL SELECT member_id, DATE(MAX(paid_at)) FROM purchases WHERE member_id IS NOT NULL GROUP BY member_id
        ) visits ON visits.member_id = members.id
        WHERE members.status IN ('active', 'blocked') GROUP BY members.id
    ) newest
"""


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
    op.create_table(
        "check_in_reminders",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("asked_at", _instant(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_check_in_reminders_member_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_check_in_reminders")),
    )
    op.create_table(
        "member_visits",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("quiet_since", sa.Date(), nullable=False),
        sa.CheckConstraint("asked >= 0", name=op.f("ck_member_visits_asked_not_negative")),
        sa.CheckConstraint("asked = 0 OR asked_on IS NOT NULL", name=op.f("ck_member_visits_asked_on_a_day")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_member_visits_member_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_member_visits")),
    )
    op.create_index(
        op.f("ix_member_visits_asked_quiet_since_member_id"), "member_visits", ["asked", "quiet_since", "member_id"]
    )
    op.execute(LAST_VISITS)
    _write_first_books()


def downgrade() -> None:
    """Lunar birthdays are found by no index that the old shape knows: it makes theirs anew."""
    op.execute("DELETE FROM rule_books WHERE kind IN ('holidays', 'win-back')")
    for table in ("member_visits", "check_in_reminders", "coupon_birthday_gifts"):
        op.drop_table(table)
    op.execute("UPDATE members SET birthday_index = NULL WHERE birthday_calendar = 'lunar'")
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_members_birthday_calendar"), type_="check")
        batch_op.drop_column("birthday_calendar")


def _write_first_books() -> None:
    ever = datetime(1970, 1, 1)
    books = sa.table(
        "rule_books",
        *(sa.column(name) for name in ("kind", "version", "status", "note", "drafted_by", "decided_by")),
        sa.column("definition", sa.JSON()),
        *(sa.column(name, sa.DateTime()) for name in ("live_from", "created_at", "decided_at")),
    )
    first = {
        "version": 1,
        "status": "published",
        "note": "初始规则",
        "drafted_by": "baihui",
        "decided_by": "baihui",
        "live_from": ever,
        "created_at": ever,
        "decided_at": ever,
    }
    op.bulk_insert(books, [first | {"kind": kind, "definition": definition} for kind, definition in BOOKS.items()])


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def _code(length: int) -> sa.String:
    return sa.String(length=length).with_variant(mysql.VARCHAR(length=length, collation="utf8mb4_bin"), "mysql", "mariadb")
