"""conflicts of offline tills are closed

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

CONFLICTS = "coupon_redemption_conflicts"
DECISIONS = "'store-bears', 'mall-bears', 'recovered', 'mistaken'"


def upgrade() -> None:
    with op.batch_alter_table(CONFLICTS, schema=None) as batch:
        batch.add_column(sa.Column("id", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("decision", _code(16), nullable=True))
    _number()
    with op.batch_alter_table(CONFLICTS, schema=None) as batch:
        batch.alter_column("id", existing_type=sa.BigInteger(), nullable=False)
        batch.create_unique_constraint(batch.f(f"uq_{CONFLICTS}_id"), ["id"])
        batch.create_check_constraint(batch.f(f"ck_{CONFLICTS}_decision_known"), f"decision IN ({DECISIONS})")
        batch.drop_index(batch.f(f"ix_{CONFLICTS}_reported_at"))
        batch.create_index(batch.f(f"ix_{CONFLICTS}_decision_id"), ["decision", "id"])
    op.create_table(
        "coupon_conflict_notes",
        sa.Column("conflict_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("what", _code(16), nullable=False),
        sa.Column("by", _code(32), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.CheckConstraint(f"what IN ({DECISIONS}, 'reopened')", name=op.f("ck_coupon_conflict_notes_what_known")),
        sa.ForeignKeyConstraint(
            ["conflict_id"], [f"{CONFLICTS}.id"], name=op.f("fk_coupon_conflict_notes_conflict_id")
        ),
        sa.PrimaryKeyConstraint("conflict_id", "no", name=op.f("pk_coupon_conflict_notes")),
    )


def downgrade() -> None:
    op.drop_table("coupon_conflict_notes")
    with op.batch_alter_table(CONFLICTS, schema=None) as batch:
        batch.drop_index(batch.f(f"ix_{CONFLICTS}_decision_id"))
        batch.create_index(batch.f(f"ix_{CONFLICTS}_reported_at"), ["reported_at"])
        batch.drop_constraint(batch.f(f"ck_{CONFLICTS}_decision_known"), type_="check")
        batch.drop_constraint(batch.f(f"uq_{CONFLICTS}_id"), type_="unique")
        batch.drop_column("decision")
        batch.drop_column("id")


def _number() -> None:
    """Ids in the order in which they were told; ids that the time makes are larger."""
    columns = (sa.column(name) for name in ("id", "store_id", "ref", "reported_at"))
    old = sa.table(CONFLICTS, *columns)
    key = old.c.store_id, old.c.ref
    rows = op.get_bind().execute(sa.select(*key).order_by(old.c.reported_at, *key)).all()
    for number, (store_id, ref) in enumerate(rows, 1):
        op.execute(old.update().where(old.c.store_id == store_id, old.c.ref == ref).values(id=number))


def _code(length: int) -> sa.String:
    return sa.String(length).with_variant(mysql.VARCHAR(length, collation="utf8mb4_bin"), "mysql", "mariadb")
