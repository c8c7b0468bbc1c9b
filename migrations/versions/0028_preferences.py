"""what members let us send, want, and where their mail goes

Revision ID: 0028
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0028"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _subscriptions()
    _choices()
    _quiet_hours()
    _mail_addresses()
    _changes()


def downgrade() -> None:
    for table in ("preference_changes", "mail_addresses", "quiet_hours", "message_choices", "subscriptions"):
        op.drop_table(table)


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("identity_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("template_id", _code(64), nullable=False),
        sa.Column("accepts", sa.Integer(), nullable=False),
        sa.Column("answered_at", _instant(), nullable=False),
        sa.Column("reported_at", _instant(), nullable=True),
        sa.Column("refused_at", _instant(), nullable=True),
        sa.CheckConstraint("accepts >= 0", name=op.f("ck_subscriptions_accepts_not_negative")),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identities.id"], name=op.f("fk_subscriptions_identity_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("identity_id", "template_id", name=op.f("pk_subscriptions")),
    )


def _choices() -> None:
    op.create_table(
        "message_choices",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic", _code(16), nullable=False),
        sa.Column("way", _code(20), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("changed_at", _instant(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_message_choices_member_id")),
        sa.PrimaryKeyConstraint("member_id", "topic", "way", name=op.f("pk_message_choices")),
        sqlite_with_rowid=False,
    )


def _quiet_hours() -> None:
    op.create_table(
        "quiet_hours",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.Time(), nullable=True),
        sa.Column("until", sa.Time(), nullable=True),
        sa.CheckConstraint("(since IS NULL) = (until IS NULL)", name=op.f("ck_quiet_hours_both_or_none")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_quiet_hours_member_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_quiet_hours")),
    )


def _mail_addresses() -> None:
    op.create_table(
        "mail_addresses",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("address_sealed", _binary(512), nullable=True),
        sa.Column("confirmed_at", _instant(), nullable=True),
        sa.Column("asked_sealed", _binary(512), nullable=True),
        sa.Column("code_digest", _binary(32), nullable=True),
        sa.Column("asked_at", _instant(), nullable=True),
        sa.CheckConstraint(
            "(address_sealed IS NULL) = (confirmed_at IS NULL)", name=op.f("ck_mail_addresses_address_is_confirmed")
        ),
        sa.CheckConstraint(
            "(asked_sealed IS NULL) = (code_digest IS NULL)", name=op.f("ck_mail_addresses_asked_with_code")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_mail_addresses_member_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_mail_addresses")),
    )


def _changes() -> None:
    op.create_table(
        "preference_changes",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("what", _code(40), nullable=False),
        sa.Column("value", _code(16), nullable=False),
        sa.Column("source", _code(20), nullable=False),
        sa.Column("changed_at", _instant(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_preference_changes_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preference_changes")),
    )
    with op.batch_alter_table("preference_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_preference_changes_member_id_id"), ["member_id", "id"], unique=False)


def _code(length: int) -> sa.String:
    return sa.String(length=length).with_variant(
        mysql.VARCHAR(length=length, collation="utf8mb4_bin"), "mysql", "mariadb"
    )


def _binary(length: int) -> sa.LargeBinary:
    return sa.LargeBinary(length=length).with_variant(mysql.VARBINARY(length=length), "mysql", "mariadb")


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
