"""orders of several items, stocks of stores, and the ways of an order

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

WAITING = "('placed', 'prepared', 'ready')"
STATUS, CLOSED, RECEIVED, WRITTEN_OFF = (
    f"ck_mall_orders_{name}" for name in ("status_known", "closed_once", "received_once", "written_off_when_returned")
)


def upgrade() -> None:
    _open_stocks()
    _open_lines()
    with op.batch_alter_table("mall_orders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("title", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("undone", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("received_at", _instant(), nullable=True))
        batch_op.add_column(sa.Column("return_asked_at", _instant(), nullable=True))
        batch_op.add_column(sa.Column("reason", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("written_off", sa.Boolean(), nullable=True))
        batch_op.drop_constraint(batch_op.f(STATUS), type_="check")
        batch_op.drop_constraint(batch_op.f(CLOSED), type_="check")
    op.execute("UPDATE mall_orders SET title = item_title, undone = 0, written_off = 0")
    op.execute(
        "UPDATE mall_orders SET status = 'received', received_at = closed_at, closed_at = NULL"
        " WHERE status = 'picked-up'"
    )
    with op.batch_alter_table("mall_orders", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mall_orders_item_id_status"))
        batch_op.drop_constraint(batch_op.f("ck_mall_orders_quantity_positive"), type_="check")
        for column in ("item_id", "item_title", "quantity"):
            batch_op.drop_column(column)
        batch_op.alter_column("title", existing_type=sa.String(length=80), nullable=False)
        batch_op.alter_column("undone", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("written_off", existing_type=sa.Boolean(), nullable=False)
        batch_op.create_check_constraint(
            batch_op.f(STATUS),
            "status IN ('placed', 'prepared', 'ready', 'received', 'completed', 'cancelled', 'lapsed', 'refused',"
            " 'returned')",
        )
        batch_op.create_check_constraint(
            batch_op.f(CLOSED), "(status IN ('placed', 'prepared', 'ready', 'received')) = (closed_at IS NULL)"
        )
        batch_op.create_check_constraint(
            batch_op.f(RECEIVED), "(status IN ('received', 'completed', 'returned')) = (received_at IS NOT NULL)"
        )
        batch_op.create_check_constraint(batch_op.f(WRITTEN_OFF), "written_off = 0 OR status = 'returned'")
        batch_op.create_index(
            batch_op.f("ix_mall_orders_status_received_at"), ["status", "received_at"], unique=False
        )


def downgrade() -> None:
    _cancel_what_cannot_be_said()
    with op.batch_alter_table("mall_orders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("item_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("item_title", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("quantity", sa.Integer(), nullable=True))
        batch_op.drop_index(batch_op.f("ix_mall_orders_status_received_at"))
        for constraint in (STATUS, CLOSED, RECEIVED, WRITTEN_OFF):
            batch_op.drop_constraint(batch_op.f(constraint), type_="check")
    first = " FROM mall_order_lines WHERE order_id = mall_orders.id AND no = 1)"
    op.execute(
        f"UPDATE mall_orders SET item_id = (SELECT item_id{first}, item_title = (SELECT item_title{first},"
        f" quantity = (SELECT quantity{first}"
    )
    op.execute(
        "UPDATE mall_orders SET status = 'picked-up', closed_at = received_at WHERE status IN ('received', 'completed')"
    )
    op.execute("UPDATE mall_orders SET status = 'placed' WHERE status IN ('prepared', 'ready')")
    op.execute("UPDATE mall_orders SET status = 'cancelled' WHERE status IN ('refused', 'returned')")
    _close_stocks()
    op.drop_table("mall_order_lines")
    with op.batch_alter_table("mall_orders", schema=None) as batch_op:
        for column in ("title", "undone", "received_at", "return_asked_at", "reason", "written_off"):
            batch_op.drop_column(column)
        batch_op.alter_column("item_id", existing_type=sa.BigInteger(), nullable=False)
        batch_op.alter_column("item_title", existing_type=sa.String(length=64), nullable=False)
        batch_op.alter_column("quantity", existing_type=sa.Integer(), nullable=False)
        batch_op.create_check_constraint(
            batch_op.f(STATUS), "status IN ('placed', 'picked-up', 'cancelled', 'lapsed')"
        )
        batch_op.create_check_constraint(batch_op.f(CLOSED), "(status = 'placed') = (closed_at IS NULL)")
        batch_op.create_check_constraint(batch_op.f("ck_mall_orders_quantity_positive"), "quantity >= 1")
        batch_op.create_index(batch_op.f("ix_mall_orders_item_id_status"), ["item_id", "status"], unique=False)


def _open_stocks() -> None:
    """All that there is lies in the house's stock, whose store is 0."""
    op.create_table(
        "mall_stocks",
        sa.Column("item_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("store_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stock", sa.Integer(), nullable=False),
        sa.Column("stocked", sa.Integer(), nullable=False),
        sa.Column("low_at", sa.Integer(), nullable=True),
        sa.CheckConstraint("stock >= 0", name=op.f("ck_mall_stocks_stock_not_negative")),
        sa.CheckConstraint("stock <= stocked", name=op.f("ck_mall_stocks_stock_was_stocked")),
        sa.ForeignKeyConstraint(["item_id"], ["mall_items.id"], name=op.f("fk_mall_stocks_item_id")),
        sa.PrimaryKeyConstraint("item_id", "store_id", name=op.f("pk_mall_stocks")),
    )
    op.execute(
        "INSERT INTO mall_stocks (item_id, store_id, stock, stocked) SELECT id, 0, stock, stocked FROM mall_items"
    )
    with op.batch_alter_table("mall_items", schema=None) as batch_op:
        for constraint in ("stock_not_negative", "stock_was_stocked", "status_known"):
            batch_op.drop_constraint(batch_op.f(f"ck_mall_items_{constraint}"), type_="check")
        batch_op.drop_column("stock")
        batch_op.drop_column("stocked")
        batch_op.create_check_constraint(batch_op.f("ck_mall_items_status_known"), "status IN ('draft', 'on', 'off')")


def _close_stocks() -> None:
    """An item has one stock, of all its pieces. What an order took beside its first item was never stocked."""
    kept = "(mall_orders.status NOT IN ('cancelled', 'lapsed') OR mall_orders.written_off)"
    unsaid = (
        "(SELECT COALESCE(SUM(mall_order_lines.quantity), 0) FROM mall_order_lines JOIN mall_orders ON mall_orders.id = order_id"
        f" WHERE mall_order_lines.item_id = mall_items.id AND {kept}"
        " AND (mall_order_lines.no > 1 OR mall_orders.written_off))"
    )
    with op.batch_alter_table("mall_items", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stock", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("stocked", sa.Integer(), nullable=True))
        batch_op.drop_constraint(batch_op.f("ck_mall_items_status_known"), type_="check")
    of_item = "FROM mall_stocks WHERE item_id = mall_items.id"
    op.execute(f"UPDATE mall_items SET stock = (SELECT COALESCE(SUM(stock), 0) {of_item})")
    op.execute(f"UPDATE mall_items SET stocked = (SELECT COALESCE(SUM(stocked), 0) {of_item}) - {unsaid}")
    op.execute("UPDATE mall_items SET status = 'off' WHERE status = 'draft'")
    with op.batch_alter_table("mall_items", schema=None) as batch_op:
        batch_op.alter_column("stock", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("stocked", existing_type=sa.Integer(), nullable=False)
        batch_op.create_check_constraint(batch_op.f("ck_mall_items_status_known"), "status IN ('on', 'off')")
        batch_op.create_check_constraint(batch_op.f("ck_mall_items_stock_not_negative"), "stock >= 0")
        batch_op.create_check_constraint(batch_op.f("ck_mall_items_stock_was_stocked"), "stock <= stocked")
    op.drop_table("mall_stocks")


def _open_lines() -> None:
    op.create_table(
        "mall_order_lines",
        sa.Column("order_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("item_title", sa.String(length=64), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("stock_store_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_mall_order_lines_quantity_positive")),
        sa.ForeignKeyConstraint(["order_id"], ["mall_orders.id"], name=op.f("fk_mall_order_lines_order_id")),
        sa.PrimaryKeyConstraint("order_id", "no", name=op.f("pk_mall_order_lines")),
    )
    op.execute(
        "INSERT INTO mall_order_lines (order_id, no, item_id, item_title, quantity, points, stock_store_id)"
        " SELECT id, 1, item_id, item_title, quantity, points, 0 FROM mall_orders"
    )
    with op.batch_alter_table("mall_order_lines", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_mall_order_lines_item_id_stock_store_id"), ["item_id", "stock_store_id"], unique=False
        )


def _cancel_what_cannot_be_said() -> None:
    """The old shape knows one item an order and one hold: what waits and has more is cancelled, its goods go back, and
    its points come free when their hold ends.
    """
    unsaid = (
        f"(SELECT id FROM mall_orders WHERE status IN {WAITING} AND (undone > 0 OR EXISTS"
        " (SELECT 1 FROM mall_order_lines WHERE order_id = mall_orders.id AND no > 1)))"
    )
    op.execute(
        "UPDATE mall_stocks SET stock = stock + (SELECT COALESCE(SUM(quantity), 0) FROM mall_order_lines"
        f" WHERE item_id = mall_stocks.item_id AND stock_store_id = mall_stocks.store_id AND order_id IN {unsaid})"
    )
    op.execute(
        "UPDATE mall_orders SET status = 'cancelled', closed_at = placed_at"
        f" WHERE id IN (SELECT id FROM {unsaid} AS unsaid)"
    )


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
