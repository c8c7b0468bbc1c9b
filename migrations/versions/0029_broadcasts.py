"""broadcasts

Revision ID: 0029
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0029"
down_revision = "0027"
branch_labels = None
depends_on = None

STAGES = ("draft", "scheduled", "planning", "running", "paused", "done", "stopped")


def upgrade() -> None:
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", _code(64), nullable=False),
        sa.Column("template", _code(32), nullable=False),
        sa.Column("kind", _code(16), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=True),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=True),
        sa.Column("minute_at", _instant(), nullable=True),
        sa.Column("minute_taken", sa.Integer(), nullable=False),
        sa.Column("made_by", _code(32), nullable=False),
        sa.Column("made_at", _instant(), nullable=False),
        sa.Column("approved_by", _code(32), nullable=True),
        *(sa.Column(name, _instant(), nullable=True) for name in ("starts_at", "began_at", "planned_at", "ended_at")),
        sa.Column("withdrawn_at", _instant(), nullable=True),
        sa.CheckConstraint(f"status IN ({', '.join(map(repr, STAGES))})", name=op.f("ck_broadcasts_status_known")),
        sa.CheckConstraint("kind IN ('service', 'marketing')", name=op.f("ck_broadcasts_kind_known")),
        sa.CheckConstraint("per_minute >= 1", name=op.f("ck_broadcasts_pace_above_zero")),
        sa.CheckConstraint("planned >= 0 AND minute_taken >= 0", name=op.f("ck_broadcasts_counts_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
        sa.UniqueConstraint("name", name=op.f("uq_broadcasts_name")),
    )
    op.create_index(op.f("ix_broadcasts_status_starts_at"), "broadcasts", ["status", "starts_at"])
    op.create_index(op.f("ix_broadcasts_withdrawn_at"), "broadcasts", ["withdrawn_at"])
    op.create_table(
        "broadcast_lists",
        sa.Column("broadcast_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name=op.f("fk_broadcast_lists_broadcast_id")),
        sa.PrimaryKeyConstraint("broadcast_id", "member_id", name=op.f("pk_broadcast_lists")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_broadcast_lists_member_id"), "broadcast_lists", ["member_id"])
    op.create_table(
        "broadcast_steps",
        sa.Column("broadcast_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("what", _code(16), nullable=False),
        sa.Column("by", _code(32), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name=op.f("fk_broadcast_steps_broadcast_id")),
        sa.PrimaryKeyConstraint("broadcast_id", "no", name=op.f("pk_broadcast_steps")),
    )
    op.create_index(op.f("ix_deliveries_channel_ended_at"), "deliveries", ["channel", "ended_at"])


def downgrade() -> None:
    """What waited of broadcasts has no words without them, and nobody would look at it."""
    op.drop_index(op.f("ix_deliveries_channel_ended_at"), "deliveries")
    op.execute("DELETE FROM deliveries WHERE message_id IN (SELECT id FROM messages WHERE queue > 2)")
    op.execute("DELETE FROM messages WHERE queue > 2")
    for table in ("broadcast_steps", "broadcast_lists", "broadcasts"):
        op.drop_table(table)


def _code(length: int) -> sa.String:
    return sa.String(length=length).with_variant(mysql.VARCHAR(length=length, collation="utf8mb4_bin"), "mysql", "mariadb")


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
