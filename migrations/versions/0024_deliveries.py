"""messages stand in queues and go by several channels

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

DELIVERED = ("sent", "shown", "unreachable", "doubtful", "dead")
BY_DAY = (
    "coupon_expiring",
    "coupon_received",
    "exchange_lapses_soon",
    "exchange_ready",
    "exchange_shipped",
    "points_expired",
    "points_expiring",
    "tier_falls_soon",
    "tier_lost",
    "tier_reached",
)


def upgrade() -> None:
    """What was sent went by the official account; what waits and bears the morning stands in the queue for that."""
    with op.batch_alter_table("messages") as batch:
        batch.add_column(sa.Column("queue", sa.BigInteger(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("channel", _code(32), nullable=True))
    with op.batch_alter_table("messages") as batch:
        batch.alter_column("queue", existing_type=sa.BigInteger(), existing_nullable=False, server_default=None)
    names = ", ".join(f"'{name}'" for name in BY_DAY)
    op.execute(f"UPDATE messages SET queue = 1 WHERE status = 'waiting' AND template IN ({names})")
    op.execute("UPDATE messages SET channel = 'official-account' WHERE status = 'sent' OR attempts > 0")
    op.create_index(op.f("ix_messages_status_queue_due_at_id"), "messages", ["status", "queue", "due_at", "id"])
    op.drop_index(op.f("ix_messages_status_due_at_id"), "messages")
    _make_tables()
    op.execute(
        "INSERT INTO deliveries (message_id, channel, member_id, marketing, status, attempts, msgid, cost_fen, error, ended_at)"
        " SELECT id, 'official-account', member_id, 0, status, attempts, msgid, 0, error, ended_at FROM messages"
        " WHERE status IN ('sent', 'unreachable', 'doubtful', 'dead') AND ended_at IS NOT NULL AND attempts > 0"
    )
    op.drop_column("messages", "msgid")


def downgrade() -> None:
    op.add_column("messages", sa.Column("msgid", _code(32), nullable=True))
    op.execute(
        "UPDATE messages SET msgid = (SELECT msgid FROM deliveries WHERE deliveries.message_id = messages.id"
        " AND deliveries.channel = 'official-account') WHERE status = 'sent'"
    )
    op.drop_table("delivery_reports")
    op.drop_table("deliveries")
    op.create_index(op.f("ix_messages_status_due_at_id"), "messages", ["status", "due_at", "id"])
    op.drop_index(op.f("ix_messages_status_queue_due_at_id"), "messages")
    op.drop_column("messages", "channel")
    op.drop_column("messages", "queue")


def _make_tables() -> None:
    op.create_table(
        "deliveries",
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel", _code(32), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("marketing", sa.Boolean(), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("msgid", _code(64), nullable=True),
        sa.Column("cost_fen", sa.Integer(), nullable=False),
        sa.Column("error", _code(128), nullable=True),
        sa.Column("ended_at", _instant(), nullable=False),
        _known(),
        sa.CheckConstraint("cost_fen >= 0", name="cost_not_negative"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_deliveries_message_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_deliveries_member_id")),
        sa.PrimaryKeyConstraint("message_id", "channel", name=op.f("pk_deliveries")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_deliveries_channel_msgid"), "deliveries", ["channel", "msgid"])
    op.create_index(op.f("ix_deliveries_member_id_ended_at"), "deliveries", ["member_id", "ended_at"])
    op.create_table(
        "delivery_reports",
        sa.Column("channel", _code(32), nullable=False),
        sa.Column("msgid", _code(64), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("error", _code(128), nullable=True),
        sa.Column("reported_at", _instant(), nullable=False),
        _known(),
        sa.PrimaryKeyConstraint("channel", "msgid", name=op.f("pk_delivery_reports")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_delivery_reports_reported_at"), "delivery_reports", ["reported_at"])


def _known() -> sa.CheckConstraint:
    return sa.CheckConstraint(f"status IN ({', '.join(map(repr, DELIVERED))})", name="status_known")


def _code(length: int) -> sa.String:
    return sa.String(length=length).with_variant(mysql.VARCHAR(length=length, collation="utf8mb4_bin"), "mysql", "mariadb")


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
