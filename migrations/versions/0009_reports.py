"""reports and holds of exchanges

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BY_MONTH = ["at", "kind", "source_kind", "amount"]


def upgrade() -> None:
    # exchanges placed until now have spent their points
    op.add_column("mall_orders", sa.Column("on_hold", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("point_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_point_entries_at_kind_source_kind_amount"), BY_MONTH, unique=False)

    op.create_table(
        "reconciliations",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("freezes", sa.Boolean(), nullable=False),
        sa.Column("after_member_id", sa.BigInteger(), nullable=False),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("frozen", sa.Integer(), nullable=False),
        sa.Column("started_at", _instant(), nullable=False),
        sa.Column("finished_at", _instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliations")),
    )
    with op.batch_alter_table("reconciliations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reconciliations_finished_at"), ["finished_at"], unique=False)

    op.create_table(
        "reconciliation_faults",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reconciliation_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("domain", _code(16), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("frozen", sa.Boolean(), nullable=False),
        sa.Column("found_at", _instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reconciliation_id"], ["reconciliations.id"], name=op.f("fk_reconciliation_faults_reconciliation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_faults")),
    )
    with op.batch_alter_table("reconciliation_faults", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reconciliation_faults_reconciliation_id_id"), ["reconciliation_id", "id"], unique=False
        )


def downgrade() -> None:
    _cancel_what_waits_on_holds()
    op.drop_table("reconciliation_faults")
    op.drop_table("reconciliations")
    with op.batch_alter_table("point_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_point_entries_at_kind_source_kind_amount"))
    op.drop_column("mall_orders", "on_hold")


def _cancel_what_waits_on_holds() -> None:
    """In the old shape an order that waits has been paid; these have not: their goods go back, their points are free."""
    op.execute(
        "UPDATE mall_items SET stock = stock + (SELECT COALESCE(SUM(quantity), 0) FROM mall_orders"
        " WHERE item_id = mall_items.id AND status = 'placed' AND on_hold)"
    )
    op.execute("UPDATE mall_orders SET status = 'cancelled', closed_at = placed_at WHERE status = 'placed' AND on_hold")


def _code(length: int) -> sa.String:
    binary = mysql.VARCHAR(collation="utf8mb4_bin", length=length)
    return sa.String(length=length).with_variant(binary, "mariadb").with_variant(binary, "mysql")


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
