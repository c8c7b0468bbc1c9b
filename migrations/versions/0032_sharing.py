"""shares: what members show friends, who opened it, what it brought

Revision ID: 0032
Revises: 0041
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0032"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "share_articles",
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("page", sa.String(length=128), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("changed_by", _code(32), nullable=False),
        sa.Column("changed_at", _instant(), nullable=False),
        sa.Column("code", _code(32), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_share_articles")),
    )
    op.create_table(
        "share_days",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("paid", sa.Integer(), nullable=False),
        sa.CheckConstraint("paid >= 1", name=op.f("ck_share_days_paid_counts")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_share_days_member_id")),
        sa.PrimaryKeyConstraint("member_id", "day", name=op.f("pk_share_days")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "shares",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token", _code(16), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", _code(16), nullable=False),
        sa.Column("thing", _code(64), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("newcomers", sa.Integer(), nullable=False),
        sa.Column("joined", sa.Integer(), nullable=False),
        sa.Column("purchases", sa.Integer(), nullable=False),
        sa.Column("made_at", _instant(), nullable=False),
        sa.CheckConstraint(
            "newcomers >= 0 AND joined >= 0 AND purchases >= 0", name=op.f("ck_shares_counts_not_negative")
        ),
        sa.CheckConstraint("visits >= newcomers", name=op.f("ck_shares_newcomers_visit")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_shares_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shares")),
        sa.UniqueConstraint("member_id", "kind", "thing", "turn", name=op.f("uq_shares_member_id_kind_thing_turn")),
        sa.UniqueConstraint("token", name=op.f("uq_shares_token")),
    )
    op.create_table(
        "share_rewards",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("share_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", _code(16), nullable=False),
        sa.Column("source", _code(100), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("book_version", sa.Integer(), nullable=False),
        sa.Column("noted_at", _instant(), nullable=False),
        sa.Column("due_at", _instant(), nullable=False),
        sa.Column("ended_at", _instant(), nullable=True),
        sa.CheckConstraint(
            "(status = 'waiting') = (ended_at IS NULL)", name=op.f("ck_share_rewards_ended_when_not_waiting")
        ),
        sa.CheckConstraint("points >= 0", name=op.f("ck_share_rewards_points_not_negative")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_share_rewards_member_id")),
        sa.ForeignKeyConstraint(["share_id"], ["shares.id"], name=op.f("fk_share_rewards_share_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_rewards")),
        sa.UniqueConstraint("kind", "source", name=op.f("uq_share_rewards_kind_source")),
    )
    op.create_index(
        op.f("ix_share_rewards_member_id_kind_ended_at"), "share_rewards", ["member_id", "kind", "ended_at"]
    )
    op.create_index(op.f("ix_share_rewards_share_id"), "share_rewards", ["share_id"])
    op.create_index(op.f("ix_share_rewards_status_due_at"), "share_rewards", ["status", "due_at"])

    op.create_table(
        "share_touches",
        sa.Column("identity_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("share_id", sa.BigInteger(), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identities.id"], name=op.f("fk_share_touches_identity_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["share_id"], ["shares.id"], name=op.f("fk_share_touches_share_id")),
        sa.PrimaryKeyConstraint("identity_id", name=op.f("pk_share_touches")),
    )
    op.create_index(op.f("ix_share_touches_share_id"), "share_touches", ["share_id"])

    op.create_table(
        "share_visits",
        sa.Column("share_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("identity_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("new", sa.Boolean(), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identities.id"], name=op.f("fk_share_visits_identity_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["share_id"], ["shares.id"], name=op.f("fk_share_visits_share_id")),
        sa.PrimaryKeyConstraint("share_id", "identity_id", name=op.f("pk_share_visits")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_share_visits_identity_id"), "share_visits", ["identity_id"])
    _write_first_book()


def downgrade() -> None:
    op.execute("DELETE FROM rule_books WHERE kind = 'sharing'")
    op.drop_table("share_visits")
    op.drop_table("share_touches")
    op.drop_table("share_rewards")
    op.drop_table("shares")
    op.drop_table("share_days")
    op.drop_table("share_articles")


def _write_first_book() -> None:
    ever = datetime(1970, 1, 1)
    books = sa.table(
        "rule_books",
        *(sa.column(name) for name in ("kind", "version", "status", "note", "drafted_by", "decided_by")),
        sa.column("definition", sa.JSON()),
        *(sa.column(name, sa.DateTime()) for name in ("live_from", "created_at", "decided_at")),
    )
    first = {
        "kind": "sharing",
        "version": 1,
        "status": "published",
        "definition": {
            "within_days": 7,
            "visit": {"points": 5, "per_day": 10},
            "purchase": {"points": 50, "from_fen": 10_000, "per_month": 20},
        },
        "note": "初始规则",
        "drafted_by": "baihui",
        "decided_by": "baihui",
        "live_from": ever,
        "created_at": ever,
        "decided_at": ever,
    }
    op.bulk_insert(books, [first])


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def _code(length: int) -> sa.String:
    return sa.String(length=length).with_variant(
        mysql.VARCHAR(length=length, collation="utf8mb4_bin"), "mysql", "mariadb"
    )
