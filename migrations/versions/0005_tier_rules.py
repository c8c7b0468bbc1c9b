# ruff: noqa: S608  the statements are put together from literals
"""tier rules

Revision ID: 0005
Revises: 0004
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FOREVER = "9999-12-31T23:59:59.999999+00:00"
ONE_A_YUAN = 10_000

# what the growth value of the first book gave for ever
TERMS = {
    "basic": "{}",
    "silver": f'{{"silver": {{"until": ["{FOREVER}"]}}}}',
    "gold": f'{{"gold": {{"until": ["{FOREVER}"]}}, "silver": {{"until": ["{FOREVER}"]}}}}',
    "diamond": (
        f'{{"diamond": {{"until": ["{FOREVER}"]}}, "gold": {{"until": ["{FOREVER}"]}},'
        f' "silver": {{"until": ["{FOREVER}"]}}}}'
    ),
}


def upgrade() -> None:
    _new_tables()
    _widen("growth_entries", _growth_columns())
    _fill_journal()
    _add_what_was_too_small()
    _demand("growth_entries", _growth_columns())
    with op.batch_alter_table("growth_entries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_growth_entries_member_id_kind_counts_on"), ["member_id", "kind", "counts_on"], unique=False
        )
    _widen("tier_changes", _change_columns())
    _fill_changes()
    _demand("tier_changes", _change_columns())
    _widen("tier_standings", _standing_columns())
    _fill_standings()
    _demand("tier_standings", _standing_columns())
    with op.batch_alter_table("tier_standings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tier_standings_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_tier_standings_warn_at"), ["warn_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("tier_standings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tier_standings_warn_at"))
        batch_op.drop_index(batch_op.f("ix_tier_standings_due_at"))
        for column in _standing_columns():
            batch_op.drop_column(column.name)
    with op.batch_alter_table("tier_changes", schema=None) as batch_op:
        for column in _change_columns():
            batch_op.drop_column(column.name)
    with op.batch_alter_table("growth_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_growth_entries_member_id_kind_counts_on"))
        for column in _growth_columns():
            batch_op.drop_column(column.name)
    for table in ("tier_runs", "tier_reviews", "tier_friends", "tier_gifts"):
        op.drop_table(table)


def _growth_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("kind", _code(16), nullable=False),
        sa.Column("book_version", sa.Integer(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("spent_fen", sa.BigInteger(), nullable=False),
        sa.Column("purchases", sa.Integer(), nullable=False),
        sa.Column("counts_on", sa.Date(), nullable=True),
        sa.Column("per_yuan", sa.Integer(), nullable=False),
        sa.Column("of_seq", sa.Integer(), nullable=True),
        sa.Column("friend_id", sa.BigInteger(), nullable=True),
        sa.Column("tier_code", _code(16), nullable=True),
        sa.Column("from_at", _instant(), nullable=True),
        sa.Column("until_at", _instant(), nullable=True),
        sa.Column("given_by", _code(32), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
    ]


def _change_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("cause", _code(16), nullable=False),
        sa.Column("book_version", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=True),
    ]


def _standing_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("earned_code", _code(16), nullable=False),
        sa.Column("opened_at", _instant(), nullable=False),
        sa.Column("judged_at", _instant(), nullable=False),
        sa.Column("book_version", sa.Integer(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("manual_code", _code(16), nullable=True),
        sa.Column("manual_until", _instant(), nullable=True),
        sa.Column("valid_until", _instant(), nullable=True),
        sa.Column("grace_until", _instant(), nullable=True),
        sa.Column("due_at", _instant(), nullable=True),
        sa.Column("warn_at", _instant(), nullable=True),
        sa.Column("warned_for", _instant(), nullable=True),
        sa.Column("closed_at", _instant(), nullable=True),
    ]


def _widen(table: str, columns: list[sa.Column[Any]]) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        for column in columns:
            batch_op.add_column(sa.Column(column.name, column.type, nullable=True))


def _demand(table: str, columns: list[sa.Column[Any]]) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        for column in columns:
            if not column.nullable:
                batch_op.alter_column(column.name, existing_type=column.type, nullable=False)


def _fill_journal() -> None:
    """Let old lines say what they counted: purchases and refunds are all that gave growth value until now."""
    op.execute(
        "UPDATE growth_entries SET kind = source_kind, book_version = 1, value = amount,"
        " spent_fen = 0, purchases = 0, per_yuan = 0"
    )
    id_of_source = _id_of_source()
    op.execute(
        f"UPDATE growth_entries SET per_yuan = {ONE_A_YUAN}, purchases = 1,"
        f" spent_fen = (SELECT p.paid_fen FROM purchases p WHERE p.id = {id_of_source}),"
        f" counts_on = (SELECT p.paid_on FROM purchases p WHERE p.id = {id_of_source})"
        f" WHERE kind = 'purchase' AND EXISTS (SELECT 1 FROM purchases p WHERE p.id = {id_of_source})"
    )
    of_refund = f"FROM refunds r JOIN purchases p ON p.id = r.purchase_id WHERE r.id = {id_of_source}"
    op.execute(
        f"UPDATE growth_entries SET per_yuan = {ONE_A_YUAN},"
        f" spent_fen = (SELECT -r.amount_fen FROM refunds r WHERE r.id = {id_of_source}),"
        f" counts_on = (SELECT p.paid_on {of_refund})"
        f" WHERE kind = 'refund' AND EXISTS (SELECT 1 FROM refunds r WHERE r.id = {id_of_source})"
    )


def _add_what_was_too_small() -> None:
    """Add the purchases and refunds of less than a yuan: they moved no growth value, so that nothing told of them."""
    lines = sa.table("growth_entries", *[sa.column(name) for name in _LINE])
    connection = op.get_bind()
    for member_id, rows in _by_member(connection):
        last = connection.scalar(
            sa.text("SELECT COALESCE(MAX(seq), 0) FROM growth_entries WHERE member_id = :member_id"),
            {"member_id": member_id},
        )
        growth = connection.scalar(
            sa.text("SELECT growth FROM tier_standings WHERE member_id = :member_id"), {"member_id": member_id}
        )
        made = [_line(member_id, seq, growth, row) for seq, row in enumerate(rows, start=last + 1)]
        connection.execute(sa.insert(lines), made)
        connection.execute(
            sa.text("UPDATE tier_standings SET last_seq = :last WHERE member_id = :member_id"),
            {"last": last + len(made), "member_id": member_id},
        )
    _join_refunds()


_LINE = (
    "member_id",
    "seq",
    "kind",
    "book_version",
    "amount",
    "growth_after",
    "value",
    "spent_fen",
    "purchases",
    "counts_on",
    "per_yuan",
    "source_kind",
    "source_id",
    "at",
)


def _by_member(connection: sa.Connection) -> list[tuple[int, list[Any]]]:
    untold = connection.execute(
        sa.text(
            "SELECT p.member_id, 'purchase' AS kind, p.id, p.paid_fen AS fen, 1 AS purchases, p.paid_on,"
            " p.recorded_at AS at FROM purchases p WHERE p.member_id IS NOT NULL AND p.growth_earned = 0"
            " UNION ALL"
            " SELECT r.member_id, 'refund', r.id, -r.amount_fen, 0, p.paid_on, r.refunded_at"
            " FROM refunds r JOIN purchases p ON p.id = r.purchase_id"
            " WHERE r.member_id IS NOT NULL AND r.growth_taken = 0"
            " ORDER BY 1, 7, 3"
        )
    ).all()
    members: dict[int, list[Any]] = {}
    for row in untold:
        members.setdefault(row.member_id, []).append(row)
    return list(members.items())


def _line(member_id: int, seq: int, growth: int, row: Any) -> dict[str, Any]:
    return {
        "member_id": member_id,
        "seq": seq,
        "kind": row.kind,
        "book_version": 1,
        "amount": 0,
        "growth_after": growth,
        "value": 0,
        "spent_fen": row.fen,
        "purchases": row.purchases,
        "counts_on": row.paid_on,
        "per_yuan": ONE_A_YUAN,
        "source_kind": row.kind,
        "source_id": str(row.id),
        "at": row.at,
    }


def _join_refunds() -> None:
    """Tell each refund's line which line its purchase is, and the refund that returned the rest that it did."""
    if _mysql():
        op.execute(
            "UPDATE growth_entries mine JOIN refunds r ON r.id = CAST(mine.source_id AS SIGNED)"
            " JOIN growth_entries line ON line.member_id = mine.member_id AND line.source_kind = 'purchase'"
            " AND line.source_id = CAST(r.purchase_id AS CHAR) SET mine.of_seq = line.seq WHERE mine.kind = 'refund'"
        )
    else:
        op.execute(
            "UPDATE growth_entries SET of_seq = (SELECT line.seq FROM refunds r JOIN growth_entries line"
            " ON line.member_id = growth_entries.member_id AND line.source_kind = 'purchase'"
            " AND line.source_id = CAST(r.purchase_id AS TEXT)"
            " WHERE r.id = CAST(growth_entries.source_id AS INTEGER)) WHERE kind = 'refund'"
        )
    op.execute(
        "UPDATE growth_entries SET purchases = -1 WHERE kind = 'refund' AND EXISTS (SELECT 1 FROM refunds r"
        f" JOIN purchases p ON p.id = r.purchase_id WHERE r.id = {_id_of_source()} AND p.refunded_fen = p.paid_fen"
        " AND r.id = (SELECT MAX(other.id) FROM refunds other WHERE other.purchase_id = r.purchase_id))"
    )


def _id_of_source() -> str:
    return "CAST(growth_entries.source_id AS " + ("SIGNED" if _mysql() else "INTEGER") + ")"


def _fill_changes() -> None:
    op.execute(
        "UPDATE tier_changes SET book_version = 1, cause = COALESCE((SELECT line.kind FROM growth_entries line"
        " WHERE line.member_id = tier_changes.member_id AND line.seq = tier_changes.growth_seq), 'purchase')"
    )


def _fill_standings() -> None:
    op.execute("UPDATE tier_standings SET earned_code = tier_code, book_version = 1")
    joined = "SELECT m.joined_at FROM members m WHERE m.id = tier_standings.member_id"
    op.execute(f"UPDATE tier_standings SET opened_at = ({joined})")
    latest = "SELECT MAX(line.at) FROM growth_entries line WHERE line.member_id = tier_standings.member_id"
    op.execute(f"UPDATE tier_standings SET judged_at = COALESCE(({latest}), opened_at)")
    for tier, terms in TERMS.items():
        op.execute(
            sa.text("UPDATE tier_standings SET terms = :terms WHERE tier_code = :tier").bindparams(
                terms=terms, tier=tier
            )
        )


def _mysql() -> bool:
    return op.get_bind().dialect.name in {"mysql", "mariadb"}


def _new_tables() -> None:
    op.create_table(
        "tier_gifts",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tier_code", _code(16), nullable=False),
        sa.Column("growth_seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("book_version", sa.Integer(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("coupons", sa.JSON(), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.CheckConstraint("points >= 0", name=op.f("ck_tier_gifts_points_not_negative")),
        sa.PrimaryKeyConstraint("member_id", "tier_code", "growth_seq", name=op.f("pk_tier_gifts")),
    )
    op.create_table(
        "tier_friends",
        sa.Column("friend_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("inviter_id", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("friend_id", name=op.f("pk_tier_friends")),
    )
    op.create_table(
        "tier_reviews",
        sa.Column("inviter_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("friend_id", sa.BigInteger(), nullable=False),
        sa.Column("noted_at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("inviter_id", "id", name=op.f("pk_tier_reviews")),
    )
    op.create_table(
        "tier_runs",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("expected", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("started_by", _code(32), nullable=False),
        sa.Column("started_at", _instant(), nullable=False),
        sa.Column("finished_at", _instant(), nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_tier_runs")),
    )


def _code(length: int) -> sa.String:
    return (
        sa.String(length=length)
        .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=length), "mariadb")
        .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=length), "mysql")
    )


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
