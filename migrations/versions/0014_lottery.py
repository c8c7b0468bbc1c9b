"""lottery

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lottery_draws",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("digest", _bytes(32), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("commitment", _bytes(32), nullable=True),
        sa.Column("seed_sealed", _bytes(512), nullable=True),
        sa.Column("opens_at", _instant(), nullable=False),
        sa.Column("closes_at", _instant(), nullable=False),
        sa.Column("ended_at", _instant(), nullable=True),
        sa.Column("created_at", _instant(), nullable=False),
        sa.Column("code", _code(32), nullable=False),
        sa.CheckConstraint(
            "(status = 'draft') = (commitment IS NULL)", name=op.f("ck_lottery_draws_committed_when_published")
        ),
        sa.CheckConstraint(
            "(status IN ('closed', 'cancelled')) = (ended_at IS NOT NULL)", name=op.f("ck_lottery_draws_ended_once")
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'published', 'paused', 'closed', 'cancelled')",
            name=op.f("ck_lottery_draws_status_known"),
        ),
        sa.CheckConstraint(
            "(commitment IS NULL) = (seed_sealed IS NULL)", name=op.f("ck_lottery_draws_committed_to_a_seed")
        ),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_lottery_draws_opens_before_it_closes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lottery_draws")),
        sa.UniqueConstraint("code", name=op.f("uq_lottery_draws_code")),
    )
    with op.batch_alter_table("lottery_draws", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lottery_draws_status_closes_at"), ["status", "closes_at"], unique=False)

    op.create_table(
        "lottery_day_stocks",
        sa.Column("draw_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("prize_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("stock", sa.Integer(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.CheckConstraint("given >= 0 AND given <= stock", name=op.f("ck_lottery_day_stocks_given_within_stock")),
        sa.ForeignKeyConstraint(["draw_id"], ["lottery_draws.id"], name=op.f("fk_lottery_day_stocks_draw_id")),
        sa.PrimaryKeyConstraint("draw_id", "prize_no", "day", name=op.f("pk_lottery_day_stocks")),
    )
    op.create_table(
        "lottery_decisions",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("draw_id", sa.BigInteger(), nullable=False),
        sa.Column("deed", _code(16), nullable=False),
        sa.Column("by", _code(32), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["lottery_draws.id"], name=op.f("fk_lottery_decisions_draw_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lottery_decisions")),
    )
    with op.batch_alter_table("lottery_decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lottery_decisions_draw_id_id"), ["draw_id", "id"], unique=False)

    op.create_table(
        "lottery_plays",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("draw_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("player_id", sa.BigInteger(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("roll", sa.Integer(), nullable=False),
        sa.Column("rolled", sa.Integer(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("fell_back", _code(16), nullable=True),
        sa.Column("piece", sa.Integer(), nullable=True),
        sa.Column("piece_of_day", sa.Integer(), nullable=True),
        sa.Column("won", sa.Boolean(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("played_on", sa.Date(), nullable=False),
        sa.Column("played_at", _instant(), nullable=False),
        sa.CheckConstraint(
            "(fell_back IS NULL) = (rolled = given)", name=op.f("ck_lottery_plays_falls_back_for_a_reason")
        ),
        sa.CheckConstraint("no >= 1", name=op.f("ck_lottery_plays_counted_from_one")),
        sa.CheckConstraint("piece >= 1 AND piece_of_day >= 1", name=op.f("ck_lottery_plays_pieces_counted_from_one")),
        sa.CheckConstraint("roll >= 0 AND roll < 1000000", name=op.f("ck_lottery_plays_roll_in_the_whole")),
        sa.ForeignKeyConstraint(["draw_id"], ["lottery_draws.id"], name=op.f("fk_lottery_plays_draw_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_lottery_plays_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lottery_plays")),
        sa.UniqueConstraint("draw_id", "given", "piece", name=op.f("uq_lottery_plays_draw_id_given_piece")),
        sa.UniqueConstraint("draw_id", "player_id", "no", name=op.f("uq_lottery_plays_draw_id_player_id_no")),
    )
    with op.batch_alter_table("lottery_plays", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lottery_plays_draw_id_won_id"), ["draw_id", "won", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_lottery_plays_member_id_draw_id_played_on"),
            ["member_id", "draw_id", "played_on"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_lottery_plays_ticket_id"), ["ticket_id"], unique=False)

    op.create_table(
        "lottery_stocks",
        sa.Column("draw_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("prize_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stock", sa.Integer(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.CheckConstraint("given >= 0 AND given <= stock", name=op.f("ck_lottery_stocks_given_within_stock")),
        sa.ForeignKeyConstraint(["draw_id"], ["lottery_draws.id"], name=op.f("fk_lottery_stocks_draw_id")),
        sa.PrimaryKeyConstraint("draw_id", "prize_no", name=op.f("pk_lottery_stocks")),
    )
    op.create_table(
        "lottery_tickets",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("draw_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("given_to", sa.BigInteger(), nullable=False),
        sa.Column("source_kind", _code(16), nullable=False),
        sa.Column("source_id", _code(100), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("taken_back", sa.Integer(), nullable=False),
        sa.Column("given_at", _instant(), nullable=False),
        sa.CheckConstraint("granted >= 1", name=op.f("ck_lottery_tickets_granted_some")),
        sa.CheckConstraint(
            "used >= 0 AND taken_back >= 0 AND used + taken_back <= granted",
            name=op.f("ck_lottery_tickets_used_within_granted"),
        ),
        sa.ForeignKeyConstraint(["draw_id"], ["lottery_draws.id"], name=op.f("fk_lottery_tickets_draw_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_lottery_tickets_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lottery_tickets")),
        sa.UniqueConstraint(
            "draw_id",
            "given_to",
            "source_kind",
            "source_id",
            name=op.f("uq_lottery_tickets_draw_id_given_to_source_kind_source_id"),
        ),
    )
    with op.batch_alter_table("lottery_tickets", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_lottery_tickets_member_id_draw_id"), ["member_id", "draw_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_lottery_tickets_source_kind_source_id"), ["source_kind", "source_id"], unique=False
        )

    op.create_table(
        "lottery_wins",
        sa.Column("play_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("draw_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("draw_title", sa.String(length=40), nullable=False),
        sa.Column("prize_name", sa.String(length=40), nullable=False),
        sa.Column("pickup_code", _code(20), nullable=False),
        sa.Column("won_at", _instant(), nullable=False),
        sa.Column("pick_up_by", _instant(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("handed_at", _instant(), nullable=True),
        sa.CheckConstraint(
            "(handed_at IS NULL) = (store_id IS NULL)", name=op.f("ck_lottery_wins_handed_out_by_a_store")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_lottery_wins_member_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_lottery_wins_store_id")),
        sa.PrimaryKeyConstraint("play_id", name=op.f("pk_lottery_wins")),
        sa.UniqueConstraint("pickup_code", name=op.f("uq_lottery_wins_pickup_code")),
    )
    with op.batch_alter_table("lottery_wins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lottery_wins_draw_id"), ["draw_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lottery_wins_member_id_play_id"), ["member_id", "play_id"], unique=False)


def downgrade() -> None:
    op.drop_table("lottery_wins")
    op.drop_table("lottery_tickets")
    op.drop_table("lottery_stocks")
    op.drop_table("lottery_plays")
    op.drop_table("lottery_decisions")
    op.drop_table("lottery_day_stocks")
    op.drop_table("lottery_draws")


def _code(length: int) -> sa.String:
    binary = mysql.VARCHAR(collation="utf8mb4_bin", length=length)
    return sa.String(length=length).with_variant(binary, "mariadb").with_variant(binary, "mysql")


def _bytes(length: int) -> sa.LargeBinary:
    return sa.LargeBinary(length=length).with_variant(sa.VARBINARY(length=length), "mysql", "mariadb")


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
