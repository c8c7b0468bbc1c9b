"""events and registrations

Revision ID: 0036
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0036"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_events()
    _make_event_decisions()
    _make_event_sessions()
    _make_event_versions()
    _make_event_registrations()
    _make_event_feedback()


def downgrade() -> None:
    for table in (
        "event_feedback",
        "event_registrations",
        "event_versions",
        "event_sessions",
        "event_decisions",
        "events",
    ):
        op.drop_table(table)


def _make_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", _code(16), nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("starts_at", _instant(), nullable=False),
        sa.Column("ends_at", _instant(), nullable=False),
        sa.Column("reason", sa.String(length=100), nullable=True),
        sa.Column("created_at", _instant(), nullable=False),
        sa.Column("ended_at", _instant(), nullable=True),
        sa.Column("code", _code(32), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'published', 'ended', 'cancelled')", name=op.f("ck_events_status_known")
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_events_starts_before_it_ends")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("code", name=op.f("uq_events_code")),
    )
    op.create_index(op.f("ix_events_status_starts_at_id"), "events", ["status", "starts_at", "id"])


def _make_event_decisions() -> None:
    op.create_table(
        "event_decisions",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=True),
        sa.Column("registration_id", sa.BigInteger(), nullable=True),
        sa.Column("deed", _code(16), nullable=False),
        sa.Column("reason", sa.String(length=100), nullable=False),
        sa.Column("by", _code(32), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_decisions_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_decisions")),
    )
    op.create_index(op.f("ix_event_decisions_event_id_id"), "event_decisions", ["event_id", "id"])


def _make_event_sessions() -> None:
    op.create_table(
        "event_sessions",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("key", _code(32), nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("starts_at", _instant(), nullable=False),
        sa.Column("ends_at", _instant(), nullable=False),
        sa.Column("deadline_at", _instant(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", _instant(), nullable=False),
        sa.Column("change", sa.String(length=100), nullable=False),
        sa.Column("news_due", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=100), nullable=True),
        sa.Column("settled_at", _instant(), nullable=True),
        sa.CheckConstraint("status IN ('open', 'cancelled', 'over')", name=op.f("ck_event_sessions_status_known")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_event_sessions_starts_before_it_ends")),
        sa.CheckConstraint(
            "taken >= 0 AND (capacity IS NULL OR taken <= capacity)",
            name=op.f("ck_event_sessions_taken_within_capacity"),
        ),
        sa.CheckConstraint("waiting >= 0 AND last_number >= 0", name=op.f("ck_event_sessions_counts_not_negative")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_sessions_event_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_event_sessions_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_sessions")),
        sa.UniqueConstraint("event_id", "key", name=op.f("uq_event_sessions_event_id_key")),
    )
    op.create_index(op.f("ix_event_sessions_settled_at_starts_at"), "event_sessions", ["settled_at", "starts_at"])
    op.create_index(op.f("ix_event_sessions_store_id_event_id"), "event_sessions", ["store_id", "event_id"])


def _make_event_versions() -> None:
    op.create_table(
        "event_versions",
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("by", _code(32), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_versions_event_id")),
        sa.PrimaryKeyConstraint("event_id", "version", name=op.f("pk_event_versions")),
    )


def _make_event_registrations() -> None:
    op.create_table(
        "event_registrations",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("active_of", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("companions", sa.Integer(), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("points_state", _code(16), nullable=False),
        sa.Column(
            "answers_sealed", sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb"), nullable=True
        ),
        sa.Column("event_version", sa.Integer(), nullable=False),
        sa.Column("session_version", sa.Integer(), nullable=False),
        sa.Column("told_version", sa.Integer(), nullable=False),
        sa.Column("tomorrow_told_for", _instant(), nullable=True),
        sa.Column("soon_told_for", _instant(), nullable=True),
        sa.Column("thanked", sa.Boolean(), nullable=False),
        sa.Column("coupon_id", sa.BigInteger(), nullable=True),
        sa.Column("reward_coupon_id", sa.BigInteger(), nullable=True),
        sa.Column("registered_at", _instant(), nullable=False),
        sa.Column("moved_up_at", _instant(), nullable=True),
        sa.Column("attended_at", _instant(), nullable=True),
        sa.Column("attended_store_id", sa.BigInteger(), nullable=True),
        sa.Column("arrivals", sa.Integer(), nullable=False),
        sa.Column("ended_at", _instant(), nullable=True),
        sa.Column("ended_by", _code(16), nullable=True),
        sa.Column("reason", sa.String(length=100), nullable=True),
        sa.Column("excused_at", _instant(), nullable=True),
        sa.Column("code", _code(10), nullable=False),
        sa.CheckConstraint(
            "(points = 0) = (points_state = 'none')", name=op.f("ck_event_registrations_points_have_a_state")
        ),
        sa.CheckConstraint(
            "(status = 'attended') = (attended_at IS NOT NULL)", name=op.f("ck_event_registrations_attended_once")
        ),
        sa.CheckConstraint(
            "status IN ('registered', 'waiting', 'attended', 'no-show', 'cancelled', 'lapsed')",
            name=op.f("ck_event_registrations_status_known"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('cancelled', 'lapsed') OR active_of IS NULL",
            name=op.f("ck_event_registrations_ended_is_free"),
        ),
        sa.CheckConstraint(
            "companions >= 0 AND points >= 0 AND number >= 1", name=op.f("ck_event_registrations_counts_sound")
        ),
        sa.ForeignKeyConstraint(
            ["attended_store_id"], ["stores.id"], name=op.f("fk_event_registrations_attended_store_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_registrations_event_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_event_registrations_member_id")),
        sa.ForeignKeyConstraint(["session_id"], ["event_sessions.id"], name=op.f("fk_event_registrations_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_registrations")),
        sa.UniqueConstraint("code", name=op.f("uq_event_registrations_code")),
        sa.UniqueConstraint("session_id", "active_of", name=op.f("uq_event_registrations_session_id_active_of")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_event_registrations_session_id_number")),
    )
    op.create_index(op.f("ix_event_registrations_event_id_id"), "event_registrations", ["event_id", "id"])
    op.create_index(op.f("ix_event_registrations_member_id_id"), "event_registrations", ["member_id", "id"])
    op.create_index(
        op.f("ix_event_registrations_session_id_status_member_id"),
        "event_registrations",
        ["session_id", "status", "member_id"],
    )
    op.create_index(
        op.f("ix_event_registrations_session_id_status_number"),
        "event_registrations",
        ["session_id", "status", "number"],
    )


def _make_event_feedback() -> None:
    op.create_table(
        "event_feedback",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("given_at", _instant(), nullable=False),
        sa.CheckConstraint("rating >= 1 AND rating <= 5", name=op.f("ck_event_feedback_rating_in_stars")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_feedback_event_id")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["event_registrations.id"], name=op.f("fk_event_feedback_registration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_feedback")),
        sa.UniqueConstraint("registration_id", name=op.f("uq_event_feedback_registration_id")),
    )
    op.create_index(
        op.f("ix_event_feedback_event_id_id"), "event_feedback", ["event_id", "id"]
    )


def _code(length: int) -> sa.String:
    return sa.String(length=length).with_variant(
        mysql.VARCHAR(length=length, collation="utf8mb4_bin"), "mysql", "mariadb"
    )


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
