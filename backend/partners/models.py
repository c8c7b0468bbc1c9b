from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Code, Digest, Id, Sealed, code
from backend.kit.db import Model
from backend.kit.ids import new_id
from backend.partners.rules import IN, LONGEST_REASON, LONGEST_URL, Way

HELD, PREPARED, CONFIRMED = "held", "prepared", "confirmed"
CANCELLED, LAPSED, REFUSED = "cancelled", "lapsed", "refused"
OPEN = (HELD, PREPARED)
STATUSES = (*OPEN, CONFIRMED, CANCELLED, LAPSED, REFUSED)
LONGEST_COUNTER = 40


class Partner(Model):
    """A merchant of another trade. We call it at `base_url` as `our_key`, whose secret is sealed for
    `partners.secret:<id>`; it calls us with keys of its own. Suspended, nothing new begins.
    """

    __tablename__ = "partners"
    __table_args__ = (UniqueConstraint("code"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    name: Mapped[str] = mapped_column(String(64))
    base_url: Mapped[str] = mapped_column(String(LONGEST_URL))
    our_key: Mapped[str] = mapped_column(Code)
    secret_sealed: Mapped[bytes] = mapped_column(Sealed)
    created_at: Mapped[datetime]
    suspended_at: Mapped[datetime | None]
    suspended_by: Mapped[str | None] = mapped_column(code(32))
    suspended_for: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    code: Mapped[str] = mapped_column(code(20))  # last: from here on the name is taken


class Terms(Model):
    """A version of what was agreed with a partner; the newest is in force. Only ever added."""

    __tablename__ = "partner_terms"

    partner_id: Mapped[int] = mapped_column(Id, ForeignKey("partners.id"), primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    in_rate: Mapped[int]
    in_least: Mapped[int]
    in_step: Mapped[int]
    in_member_day: Mapped[int]
    in_partner_day: Mapped[int] = mapped_column(Id)
    in_budget: Mapped[int] = mapped_column(Id)
    in_price: Mapped[int]
    out_rate: Mapped[int]
    out_least: Mapped[int]
    out_step: Mapped[int]
    out_member_day: Mapped[int]
    out_partner_day: Mapped[int] = mapped_column(Id)
    out_budget: Mapped[int] = mapped_column(Id)
    out_price: Mapped[int]
    agreed_by: Mapped[str] = mapped_column(code(32))
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    agreed_at: Mapped[datetime]

    def way(self, direction: str) -> Way:
        """What was agreed for a direction."""
        prefix = "in" if direction == IN else "out"
        return Way(**{part: getattr(self, f"{prefix}_{part}") for part in Way.__dataclass_fields__})


class PartnerKey(Model):
    """A key by which a partner calls us. The secret is sealed for `partner_keys.secret:<id>`; scopes are words."""

    __tablename__ = "partner_keys"
    __table_args__ = (UniqueConstraint("app_key"), Index(None, "partner_id", "id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    partner_id: Mapped[int] = mapped_column(Id, ForeignKey("partners.id"))
    app_key: Mapped[str] = mapped_column(code(32))
    secret_sealed: Mapped[bytes] = mapped_column(Sealed)
    scopes: Mapped[str] = mapped_column(code(200))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class LinkCode(Model):
    """The newest code that a member may tell a partner: its digest, and the link it made where it was redeemed."""

    __tablename__ = "partner_link_codes"
    __table_args__ = (UniqueConstraint("partner_id", "digest"), Index(None, "good_until"))

    partner_id: Mapped[int] = mapped_column(Id, ForeignKey("partners.id"), primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(Digest)
    good_until: Mapped[datetime]
    link_id: Mapped[int | None] = mapped_column(Id)


class Link(Model):
    """A member agreed that a partner knows them, by `alias` and nothing else. While it stands, `standing_for` is the
    member: one link with each partner.
    """

    __tablename__ = "partner_links"
    __table_args__ = (
        UniqueConstraint("partner_id", "alias"),
        UniqueConstraint("partner_id", "standing_for"),
        Index(None, "member_id"),
        CheckConstraint("(ended_at IS NULL) = (standing_for IS NOT NULL)", name="stands_until_it_ends"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    partner_id: Mapped[int] = mapped_column(Id, ForeignKey("partners.id"))
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    standing_for: Mapped[int | None] = mapped_column(Id)
    alias: Mapped[str] = mapped_column(Code)
    linked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Exchange(Model):
    """Points of the giver (`given`) become points of the taker (`taken`); `ours` of either are on our ledger.

    In: prepared by the partner, then confirmed, cancelled or lapsed at `ends_at`. Out: held here, prepared there, then
    confirmed or refused; `next_try_at` is when the partner is asked (again), None for who is not to be asked.
    """

    __tablename__ = "partner_exchanges"
    __table_args__ = (
        UniqueConstraint("partner_id", "direction", "ref"),
        Index(None, "member_id", "id"),
        Index(None, "member_id", "partner_id", "counted_on"),
        Index(None, "next_try_at"),
        Index(None, "status", "ends_at"),
        Index(None, "partner_id", "done_on", "id"),
        CheckConstraint("given >= 1 AND taken >= 1 AND ours >= 1", name="points_above_zero"),
        CheckConstraint("direction IN ('in', 'out')", name="direction_known"),
        CheckConstraint(f"status IN ({', '.join(map(repr, STATUSES))})", name="status_known"),
        CheckConstraint("(status = 'confirmed') = (done_on IS NOT NULL)", name="confirmed_on_a_day"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    partner_id: Mapped[int] = mapped_column(Id, ForeignKey("partners.id"))
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    link_id: Mapped[int] = mapped_column(Id, ForeignKey("partner_links.id"))
    direction: Mapped[str] = mapped_column(code(3))
    ref: Mapped[str] = mapped_column(Code)
    given: Mapped[int]
    taken: Mapped[int] = mapped_column(Id)
    ours: Mapped[int] = mapped_column(Id)
    terms_version: Mapped[int]
    rate: Mapped[int]
    status: Mapped[str] = mapped_column(code(16))
    counted_on: Mapped[date]
    begun_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    next_try_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    alerted_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_on: Mapped[date | None]
    refused_for: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    settled_by: Mapped[str | None] = mapped_column(code(32))


class Counter(Model):
    """How many points were exchanged with a partner in a direction on a day, or ever: `what` says which."""

    __tablename__ = "partner_counters"
    __table_args__ = (CheckConstraint("used >= 0", name="used_not_negative"),)

    partner_id: Mapped[int] = mapped_column(Id, ForeignKey("partners.id"), primary_key=True, autoincrement=False)
    what: Mapped[str] = mapped_column(code(LONGEST_COUNTER), primary_key=True)
    used: Mapped[int] = mapped_column(Id)


class CouponOffer(Model):
    """A partner may give so many coupons of a template; `given` were."""

    __tablename__ = "partner_coupon_offers"
    __table_args__ = (CheckConstraint("given >= 0 AND given <= most", name="given_within_budget"),)

    partner_id: Mapped[int] = mapped_column(Id, ForeignKey("partners.id"), primary_key=True, autoincrement=False)
    template_code: Mapped[str] = mapped_column(Code, primary_key=True)
    most: Mapped[int]
    given: Mapped[int]


class CouponGrant(Model):
    """A coupon that a partner gave a member, once a reference."""

    __tablename__ = "partner_coupon_grants"
    __table_args__ = (UniqueConstraint("partner_id", "ref"), Index(None, "member_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    partner_id: Mapped[int] = mapped_column(Id, ForeignKey("partners.id"))
    ref: Mapped[str] = mapped_column(Code)
    link_id: Mapped[int] = mapped_column(Id, ForeignKey("partner_links.id"))
    member_id: Mapped[int] = mapped_column(Id, ForeignKey("members.id"))
    template_code: Mapped[str] = mapped_column(Code)
    coupon_id: Mapped[int] = mapped_column(Id)
    granted_at: Mapped[datetime]
