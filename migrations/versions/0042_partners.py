"""partners: links by opaque ids, points exchanged in two phases, joint coupons

Revision ID: 0042
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0042"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "partners",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("base_url", sa.String(length=200), nullable=False),
        sa.Column("our_key", _code(64), nullable=False),
        sa.Column("secret_sealed", _bytes(512), nullable=False),
        sa.Column("created_at", _instant(), nullable=False),
        sa.Column("suspended_at", _instant(), nullable=True),
        sa.Column("suspended_by", _code(32), nullable=True),
        sa.Column("suspended_for", sa.String(length=200), nullable=True),
        sa.Column("code", _code(20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partners")),
        sa.UniqueConstraint("code", name=op.f("uq_partners_code")),
    )
    op.create_table(
        "partner_counters",
        sa.Column("partner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("what", _code(40), autoincrement=False, nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_partner_counters_used_not_negative")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_counters_partner_id")),
        sa.PrimaryKeyConstraint("partner_id", "what", name=op.f("pk_partner_counters")),
    )
    op.create_table(
        "partner_coupon_offers",
        sa.Column("partner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("template_code", _code(64), autoincrement=False, nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.CheckConstraint("given >= 0 AND given <= most", name=op.f("ck_partner_coupon_offers_given_within_budget")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_coupon_offers_partner_id")),
        sa.PrimaryKeyConstraint("partner_id", "template_code", name=op.f("pk_partner_coupon_offers")),
    )
    op.create_table(
        "partner_keys",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("app_key", _code(32), nullable=False),
        sa.Column("secret_sealed", _bytes(512), nullable=False),
        sa.Column("scopes", _code(200), nullable=False),
        sa.Column("created_at", _instant(), nullable=False),
        sa.Column("revoked_at", _instant(), nullable=True),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_keys_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_keys")),
        sa.UniqueConstraint("app_key", name=op.f("uq_partner_keys_app_key")),
    )
    op.create_index(op.f("ix_partner_keys_partner_id_id"), "partner_keys", ["partner_id", "id"])
    op.create_table(
        "partner_link_codes",
        sa.Column("partner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", _bytes(32), nullable=False),
        sa.Column("good_until", _instant(), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_partner_link_codes_member_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_link_codes_partner_id")),
        sa.PrimaryKeyConstraint("partner_id", "member_id", name=op.f("pk_partner_link_codes")),
        sa.UniqueConstraint("partner_id", "digest", name=op.f("uq_partner_link_codes_partner_id_digest")),
    )
    op.create_index(op.f("ix_partner_link_codes_good_until"), "partner_link_codes", ["good_until"])
    op.create_table(
        "partner_links",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("standing_for", sa.BigInteger(), nullable=True),
        sa.Column("alias", _code(64), nullable=False),
        sa.Column("linked_at", _instant(), nullable=False),
        sa.Column("ended_at", _instant(), nullable=True),
        sa.CheckConstraint("(ended_at IS NULL) = (standing_for IS NOT NULL)", name=op.f("ck_partner_links_stands_until_it_ends")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_partner_links_member_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_links_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_links")),
        sa.UniqueConstraint("partner_id", "alias", name=op.f("uq_partner_links_partner_id_alias")),
        sa.UniqueConstraint("partner_id", "standing_for", name=op.f("uq_partner_links_partner_id_standing_for")),
    )
    op.create_index(op.f("ix_partner_links_member_id"), "partner_links", ["member_id"])
    op.create_table(
        "partner_terms",
        sa.Column("partner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("in_rate", sa.Integer(), nullable=False),
        sa.Column("in_least", sa.Integer(), nullable=False),
        sa.Column("in_step", sa.Integer(), nullable=False),
        sa.Column("in_member_day", sa.Integer(), nullable=False),
        sa.Column("in_partner_day", sa.BigInteger(), nullable=False),
        sa.Column("in_budget", sa.BigInteger(), nullable=False),
        sa.Column("in_price", sa.Integer(), nullable=False),
        sa.Column("out_rate", sa.Integer(), nullable=False),
        sa.Column("out_least", sa.Integer(), nullable=False),
        sa.Column("out_step", sa.Integer(), nullable=False),
        sa.Column("out_member_day", sa.Integer(), nullable=False),
        sa.Column("out_partner_day", sa.BigInteger(), nullable=False),
        sa.Column("out_budget", sa.BigInteger(), nullable=False),
        sa.Column("out_price", sa.Integer(), nullable=False),
        sa.Column("agreed_by", _code(32), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("agreed_at", _instant(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_terms_partner_id")),
        sa.PrimaryKeyConstraint("partner_id", "version", name=op.f("pk_partner_terms")),
    )
    op.create_table(
        "partner_coupon_grants",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("ref", _code(64), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("template_code", _code(64), nullable=False),
        sa.Column("coupon_id", sa.BigInteger(), nullable=False),
        sa.Column("granted_at", _instant(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["partner_links.id"], name=op.f("fk_partner_coupon_grants_link_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_partner_coupon_grants_member_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_coupon_grants_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_coupon_grants")),
        sa.UniqueConstraint("partner_id", "ref", name=op.f("uq_partner_coupon_grants_partner_id_ref")),
    )
    op.create_index(op.f("ix_partner_coupon_grants_member_id"), "partner_coupon_grants", ["member_id"])
    op.create_table(
        "partner_exchanges",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("direction", _code(3), nullable=False),
        sa.Column("ref", _code(64), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("ours", sa.BigInteger(), nullable=False),
        sa.Column("terms_version", sa.Integer(), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("begun_at", _instant(), nullable=False),
        sa.Column("ends_at", _instant(), nullable=True),
        sa.Column("next_try_at", _instant(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("alerted_at", _instant(), nullable=True),
        sa.Column("done_at", _instant(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("refused_for", sa.String(length=200), nullable=True),
        sa.Column("settled_by", _code(32), nullable=True),
        sa.CheckConstraint("(status = 'confirmed') = (done_on IS NOT NULL)", name=op.f("ck_partner_exchanges_confirmed_on_a_day")),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_partner_exchanges_direction_known")),
        sa.CheckConstraint("given >= 1 AND taken >= 1 AND ours >= 1", name=op.f("ck_partner_exchanges_points_above_zero")),
        sa.CheckConstraint("status IN ('held', 'prepared', 'confirmed', 'cancelled', 'lapsed', 'refused')", name=op.f("ck_partner_exchanges_status_known")),
        sa.ForeignKeyConstraint(["link_id"], ["partner_links.id"], name=op.f("fk_partner_exchanges_link_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_partner_exchanges_member_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_exchanges_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_exchanges")),
        sa.UniqueConstraint("partner_id", "direction", "ref", name=op.f("uq_partner_exchanges_partner_id_direction_ref")),
    )
    op.create_index(op.f("ix_partner_exchanges_member_id_id"), "partner_exchanges", ["member_id", "id"])
    op.create_index(op.f("ix_partner_exchanges_member_id_partner_id_counted_on"), "partner_exchanges", ["member_id", "partner_id", "counted_on"])
    op.create_index(op.f("ix_partner_exchanges_next_try_at"), "partner_exchanges", ["next_try_at"])
    op.create_index(op.f("ix_partner_exchanges_partner_id_done_on_id"), "partner_exchanges", ["partner_id", "done_on", "id"])
    op.create_index(op.f("ix_partner_exchanges_status_ends_at"), "partner_exchanges", ["status", "ends_at"])


def downgrade() -> None:
    for table in (
        "partner_exchanges",
        "partner_coupon_grants",
        "partner_terms",
        "partner_links",
        "partner_link_codes",
        "partner_keys",
        "partner_coupon_offers",
        "partner_counters",
        "partners",
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
