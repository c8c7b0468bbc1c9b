"""codes with scenes, and what came of them

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

KINDS = "'store', 'staff', 'event', 'campaign', 'referral', 'other'"
FIGURES = ("scans", "people", "follows", "unfollows", "joins")


def upgrade() -> None:
    _make_scenes()
    op.create_table(
        "scene_days",
        sa.Column("scene_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), autoincrement=False, nullable=False),
        *(sa.Column(figure, sa.Integer(), nullable=False) for figure in FIGURES),
        sa.ForeignKeyConstraint(["scene_id"], ["scenes.id"], name=op.f("fk_scene_days_scene_id")),
        sa.PrimaryKeyConstraint("scene_id", "day", name=op.f("pk_scene_days")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_scene_days_day"), "scene_days", ["day"])
    digest = sa.LargeBinary(length=32).with_variant(mysql.VARBINARY(32), "mysql", "mariadb")
    op.create_table(
        "scene_visitors",
        sa.Column("visitor", digest, autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("visitor", name=op.f("pk_scene_visitors")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_scene_visitors_day"), "scene_visitors", ["day"])
    op.create_table(
        "scene_touches",
        sa.Column("identity_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("scene_id", sa.BigInteger(), nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.ForeignKeyConstraint(["identity_id"], ["identities.id"], name=op.f("fk_scene_touches_identity_id")),
        sa.ForeignKeyConstraint(["scene_id"], ["scenes.id"], name=op.f("fk_scene_touches_scene_id")),
        sa.PrimaryKeyConstraint("identity_id", name=op.f("pk_scene_touches")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_scene_touches_scene_id"), "scene_touches", ["scene_id"])


def downgrade() -> None:
    for table in ("scene_touches", "scene_visitors", "scene_days", "scenes"):
        op.drop_table(table)


def _make_scenes() -> None:
    op.create_table(
        "scenes",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", _code(16), nullable=False),
        sa.Column("subject", _code(64), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("greeting", sa.String(length=200), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("ticket", _code(255), nullable=True),
        sa.Column("url", _code(255), nullable=True),
        sa.Column("expires_at", _instant(), nullable=True),
        sa.Column("made_by", _code(32), nullable=False),
        sa.Column("made_at", _instant(), nullable=False),
        sa.Column("retired_at", _instant(), nullable=True),
        sa.Column("code", _code(64), nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_scenes_kind_known")),
        sa.CheckConstraint(
            "kind NOT IN ('store', 'staff') OR store_id IS NOT NULL", name=op.f("ck_scenes_store_known")
        ),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_scenes_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenes")),
        sa.UniqueConstraint("code", name=op.f("uq_scenes_code")),
    )
    op.create_index(op.f("ix_scenes_store_id"), "scenes", ["store_id"])


def _code(length: int) -> sa.String:
    return sa.String(length).with_variant(mysql.VARCHAR(length, collation="utf8mb4_bin"), "mysql", "mariadb")


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
