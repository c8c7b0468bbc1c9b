"""appointments with the staff: services, calendars, advisers

Revision ID: 0039
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0039"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "booking_services",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("benefit", _code(32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("buffer_minutes", sa.Integer(), nullable=False),
        sa.Column("step_minutes", sa.Integer(), nullable=False),
        sa.Column("lead_minutes", sa.Integer(), nullable=False),
        sa.Column("days_ahead", sa.Integer(), nullable=False),
        sa.Column("cancel_hours", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", _instant(), nullable=False),
        sa.Column("code", _code(32), nullable=False),
        sa.CheckConstraint(
            "minutes % 15 = 0 AND buffer_minutes % 15 = 0 AND step_minutes % 15 = 0",
            name=op.f("ck_booking_services_whole_grains"),
        ),
        sa.CheckConstraint(
            "minutes >= 1 AND buffer_minutes >= 0 AND step_minutes >= 1",
            name=op.f("ck_booking_services_minutes_counted"),
        ),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_booking_services_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_services")),
        sa.UniqueConstraint("code", name=op.f("uq_booking_services_code")),
    )
    op.create_index(op.f("ix_booking_services_benefit_store_id"), "booking_services", ["benefit", "store_id"])
    op.create_table(
        "booking_calendars",
        sa.Column("staff_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("phone_sealed", _bytes(512), nullable=True),
        sa.Column("left_at", _instant(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_booking_calendars_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_booking_calendars")),
    )
    op.create_table(
        "booking_service_staff",
        sa.Column("service_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["booking_services.id"], name=op.f("fk_booking_service_staff_service_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_booking_service_staff_staff_id")),
        sa.PrimaryKeyConstraint("service_id", "staff_id", name=op.f("pk_booking_service_staff")),
    )
    op.create_index(op.f("ix_booking_service_staff_staff_id"), "booking_service_staff", ["staff_id"])
    op.create_table(
        "booking_hours",
        sa.Column("staff_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("from_minute", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("to_minute", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "from_minute >= 0 AND from_minute < to_minute AND to_minute <= 1440",
            name=op.f("ck_booking_hours_within_a_day"),
        ),
        sa.CheckConstraint("weekday >= 0 AND weekday <= 6", name=op.f("ck_booking_hours_weekday_known")),
        sa.ForeignKeyConstraint(["staff_id"], ["booking_calendars.staff_id"], name=op.f("fk_booking_hours_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "weekday", "from_minute", name=op.f("pk_booking_hours")),
    )
    op.create_table(
        "booking_leaves",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("from_at", _instant(), nullable=False),
        sa.Column("until_at", _instant(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("noted_by", _code(32), nullable=False),
        sa.Column("noted_at", _instant(), nullable=False),
        sa.CheckConstraint("from_at < until_at", name=op.f("ck_booking_leaves_begins_before_it_ends")),
        sa.ForeignKeyConstraint(["staff_id"], ["booking_calendars.staff_id"], name=op.f("fk_booking_leaves_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_leaves")),
    )
    op.create_index(op.f("ix_booking_leaves_staff_id_until_at"), "booking_leaves", ["staff_id", "until_at"])
    op.create_table(
        "bookings",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("benefit", _code(32), nullable=False),
        sa.Column("service_name", sa.String(length=40), nullable=False),
        sa.Column("starts_at", _instant(), nullable=False),
        sa.Column("ends_at", _instant(), nullable=False),
        sa.Column("cancel_until", _instant(), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("use_id", sa.BigInteger(), nullable=True),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("booked_at", _instant(), nullable=False),
        sa.Column("day_reminder_at", _instant(), nullable=True),
        sa.Column("hours_reminder_at", _instant(), nullable=True),
        sa.Column("ended_at", _instant(), nullable=True),
        sa.Column("ended_by", _code(40), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("feedback_sealed", _bytes(1024), nullable=True),
        sa.Column("rated_at", _instant(), nullable=True),
        sa.CheckConstraint("(status = 'booked') = (ended_at IS NULL)", name=op.f("ck_bookings_ended_once")),
        sa.CheckConstraint(
            "status IN ('booked', 'cancelled', 'done', 'no-show')", name=op.f("ck_bookings_status_known")
        ),
        sa.CheckConstraint("(rating IS NULL) = (rated_at IS NULL)", name=op.f("ck_bookings_rated_once")),
        sa.CheckConstraint("rating >= 1 AND rating <= 5", name=op.f("ck_bookings_rating_of_five")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_bookings_begins_before_it_ends")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_bookings_member_id")),
        sa.ForeignKeyConstraint(["service_id"], ["booking_services.id"], name=op.f("fk_bookings_service_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["booking_calendars.staff_id"], name=op.f("fk_bookings_staff_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_bookings_store_id")),
        sa.ForeignKeyConstraint(["use_id"], ["benefit_uses.id"], name=op.f("fk_bookings_use_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
    )
    op.create_index(op.f("ix_bookings_member_id_id"), "bookings", ["member_id", "id"])
    op.create_index(op.f("ix_bookings_staff_id_starts_at"), "bookings", ["staff_id", "starts_at"])
    op.create_index(op.f("ix_bookings_status_starts_at"), "bookings", ["status", "starts_at"])
    op.create_index(op.f("ix_bookings_store_id_starts_at"), "bookings", ["store_id", "starts_at"])
    op.create_table(
        "member_advisers",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("adviser_of", sa.BigInteger(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("from_at", _instant(), nullable=False),
        sa.Column("until_at", _instant(), nullable=True),
        sa.Column("assigned_by", _code(32), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint("(adviser_of IS NULL) = (until_at IS NOT NULL)", name=op.f("ck_member_advisers_ended_once")),
        sa.CheckConstraint(
            "adviser_of IS NULL OR adviser_of = member_id", name=op.f("ck_member_advisers_of_its_member")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_member_advisers_member_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["booking_calendars.staff_id"], name=op.f("fk_member_advisers_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_advisers")),
        sa.UniqueConstraint("adviser_of", name=op.f("uq_member_advisers_adviser_of")),
    )
    op.create_index(op.f("ix_member_advisers_member_id_id"), "member_advisers", ["member_id", "id"])
    op.create_index(op.f("ix_member_advisers_staff_id_adviser_of"), "member_advisers", ["staff_id", "adviser_of"])
    op.create_table(
        "booking_grains",
        sa.Column("staff_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("starts_at", _instant(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_booking_grains_booking_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_booking_grains_member_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["booking_calendars.staff_id"], name=op.f("fk_booking_grains_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "starts_at", name=op.f("pk_booking_grains")),
        sa.UniqueConstraint("member_id", "starts_at", name=op.f("uq_booking_grains_member_id_starts_at")),
    )
    op.create_index(op.f("ix_booking_grains_booking_id"), "booking_grains", ["booking_id"])


def downgrade() -> None:
    for table in (
        "booking_grains",
        "member_advisers",
        "bookings",
        "booking_leaves",
        "booking_hours",
        "booking_service_staff",
        "booking_calendars",
        "booking_services",
    ):
        op.drop_table(table)


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def _code(length: int) -> sa.String:
    return sa.String(length=length).with_variant(
        mysql.VARCHAR(length=length, collation="utf8mb4_bin"), "mysql", "mariadb"
    )


def _bytes(length: int) -> sa.LargeBinary:
    return sa.LargeBinary(length=length).with_variant(sa.VARBINARY(length=length), "mysql", "mariadb")
