"""adjustments and grants

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _adjustments()
    op.create_table(
        "adjustment_usage",
        sa.Column("login", _code(32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("allowance", _code(16), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("points >= 0", name=op.f("ck_adjustment_usage_points_not_negative")),
        sa.PrimaryKeyConstraint("login", "day", "allowance", name=op.f("pk_adjustment_usage")),
    )
    _grants()
    _grant_rows()
    op.create_table(
        "grant_decisions",
        sa.Column("grant_id", sa.BigInteger(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("what", _code(16), nullable=False),
        sa.Column("by", _code(32), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_grant_decisions_grant_id")),
        sa.PrimaryKeyConstraint("grant_id", "no", name=op.f("pk_grant_decisions")),
    )
    op.create_table(
        "account_freezes",
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("what", _code(16), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("by", _code(32), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_account_freezes_member_id")),
        sa.PrimaryKeyConstraint("member_id", "no", name=op.f("pk_account_freezes")),
    )


def downgrade() -> None:
    for table in ("account_freezes", "grant_decisions", "grant_rows", "grants", "adjustment_usage", "adjustments"):
        op.drop_table(table)


def _adjustments() -> None:
    op.create_table(
        "adjustments",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason_code", _code(32), nullable=False),
        sa.Column("reason_words", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("book_version", sa.Integer(), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("request_key", _code(64), nullable=False),
        sa.Column("asked_by", _code(32), nullable=False),
        sa.Column("asked_at", _instant(), nullable=False),
        sa.Column("lapses_at", _instant(), nullable=False),
        sa.Column("decided_by", _code(32), nullable=True),
        sa.Column("decided_at", _instant(), nullable=True),
        sa.Column("decision_note", sa.String(length=200), nullable=True),
        sa.Column("reversed_by", _code(32), nullable=True),
        sa.Column("reversed_at", _instant(), nullable=True),
        sa.Column("reversal_note", sa.String(length=200), nullable=True),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_adjustments_amount_not_zero")),
        sa.CheckConstraint(
            "status IN ('waiting', 'applied', 'refused', 'withdrawn', 'lapsed', 'reversed')",
            name=op.f("ck_adjustments_status_known"),
        ),
        sa.CheckConstraint("(status = 'waiting') = (decided_at IS NULL)", name=op.f("ck_adjustments_decided_once")),
        sa.CheckConstraint(
            "(status = 'reversed') = (reversed_at IS NOT NULL)", name=op.f("ck_adjustments_reversed_once")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_adjustments_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustments")),
        sa.UniqueConstraint("asked_by", "request_key", name=op.f("uq_adjustments_asked_by_request_key")),
    )
    with op.batch_alter_table("adjustments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_adjustments_member_id_id"), ["member_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_adjustments_status_id"), ["status", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_adjustments_status_lapses_at"), ["status", "lapses_at"], unique=False)


def _grants() -> None:
    op.create_table(
        "grants",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason_code", _code(32), nullable=False),
        sa.Column("reason_words", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("book_version", sa.Integer(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("request_key", _code(64), nullable=False),
        sa.Column("planned_by", _code(32), nullable=False),
        sa.Column("planned_at", _instant(), nullable=False),
        sa.Column("start_by", _instant(), nullable=False),
        sa.Column("ended_at", _instant(), nullable=True),
        sa.CheckConstraint(
            "status IN ('planned', 'approved', 'running', 'paused', 'done', 'cancelled', 'reversing', 'halted', "
            "'reversed')",
            name=op.f("ck_grants_status_known"),
        ),
        sa.CheckConstraint("members >= 1 AND total >= members", name=op.f("ck_grants_gives_something")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
        sa.UniqueConstraint("planned_by", "request_key", name=op.f("uq_grants_planned_by_request_key")),
    )
    with op.batch_alter_table("grants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grants_status_id"), ["status", "id"], unique=False)


def _grant_rows() -> None:
    op.create_table(
        "grant_rows",
        sa.Column("grant_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("failure", _code(64), nullable=True),
        sa.Column("done_at", _instant(), nullable=True),
        sa.CheckConstraint("points >= 1", name=op.f("ck_grant_rows_gives_points")),
        sa.CheckConstraint(
            "status IN ('waiting', 'done', 'failed', 'reversed', 'kept')", name=op.f("ck_grant_rows_status_known")
        ),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_grant_rows_grant_id")),
        sa.PrimaryKeyConstraint("grant_id", "member_id", name=op.f("pk_grant_rows")),
    )
    with op.batch_alter_table("grant_rows", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_grant_rows_grant_id_status_member_id"), ["grant_id", "status", "member_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_grant_rows_member_id"), ["member_id"], unique=False)


def _code(length: int) -> sa.String:
    return (
        sa.String(length=length)
        .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=length), "mariadb")
        .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=length), "mysql")
    )


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
