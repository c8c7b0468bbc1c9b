"""earning rules

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_awards()
    _create_limits()
    op.create_table(
        "member_tags",
        _bigint("member_id"),
        sa.Column("tag", _code(32), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_member_tags_member_id")),
        sa.PrimaryKeyConstraint("member_id", "tag", name=op.f("pk_member_tags")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.add_column(sa.Column("profile_completed_at", _instant(), nullable=True))
    # whose profile is complete already has completed it, and is not rewarded for the next change of it
    op.execute(
        "UPDATE members SET profile_completed_at = joined_at"
        " WHERE nickname_sealed IS NOT NULL AND birthday_sealed IS NOT NULL AND gender <> 'unknown'"
    )


def downgrade() -> None:
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.drop_column("profile_completed_at")
    for table in ("member_tags", "earning_budgets", "earning_usage", "earning_grants", "earning_awards"):
        op.drop_table(table)


def _create_awards() -> None:
    op.create_table(
        "earning_awards",
        _bigint("member_id"),
        sa.Column("source_kind", _code(32), nullable=False),
        sa.Column("source_id", _code(64), nullable=False),
        sa.Column("event", sa.JSON(), nullable=False),
        sa.Column("book_version", sa.Integer(), nullable=False),
        _bigint("wanted"),
        _bigint("points"),
        sa.Column("at", _instant(), nullable=False),
        sa.CheckConstraint("points >= 0 AND wanted >= 0", name=op.f("ck_earning_awards_points_not_negative")),
        sa.PrimaryKeyConstraint("member_id", "source_kind", "source_id", name=op.f("pk_earning_awards")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "earning_grants",
        _bigint("member_id"),
        sa.Column("source_kind", _code(32), nullable=False),
        sa.Column("source_id", _code(64), nullable=False),
        sa.Column("rule_code", _code(32), nullable=False),
        _bigint("wanted"),
        _bigint("granted"),
        _bigint("kept"),
        sa.Column("limited_by", _code(16), nullable=True),
        sa.CheckConstraint(
            "granted >= 0 AND granted <= wanted", name=op.f("ck_earning_grants_granted_within_wanted")
        ),
        sa.CheckConstraint("kept >= 0", name=op.f("ck_earning_grants_kept_not_negative")),
        sa.PrimaryKeyConstraint("member_id", "source_kind", "source_id", "rule_code", name=op.f("pk_earning_grants")),
        sqlite_with_rowid=False,
    )


def _create_limits() -> None:
    op.create_table(
        "earning_usage",
        _bigint("member_id"),
        sa.Column("rule_code", _code(32), nullable=False),
        sa.Column("period", _code(10), nullable=False),
        _bigint("points"),
        sa.CheckConstraint("points >= 0", name=op.f("ck_earning_usage_points_not_negative")),
        sa.PrimaryKeyConstraint("member_id", "rule_code", "period", name=op.f("pk_earning_usage")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "earning_budgets",
        sa.Column("rule_code", _code(32), nullable=False),
        _bigint("granted"),
        sa.CheckConstraint("granted >= 0", name=op.f("ck_earning_budgets_granted_not_negative")),
        sa.PrimaryKeyConstraint("rule_code", name=op.f("pk_earning_budgets")),
    )


def _bigint(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def _code(length: int) -> sa.String:
    return (
        sa.String(length=length)
        .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=length), "mariadb")
        .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=length), "mysql")
    )


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
