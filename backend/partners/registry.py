"""Who the partners are, what was agreed with them, and the keys on either side."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.kit.ids import new_id, readable_code
from backend.kit.pii import vault
from backend.partners.errors import (
    KeyUnknown,
    NoTerms,
    PartnerCodeTaken,
    PartnerSuspended,
    PartnerUnknown,
    ScopeUnknown,
)
from backend.partners.models import CouponOffer, Partner, PartnerKey, Terms
from backend.partners.rules import SCOPES, Way, checked_partner, checked_reason, checked_way

KEY_CHARACTERS = 16
SECRET_BITS = 256


@dataclass(frozen=True)
class NewKey:
    """A key just made. The secret is shown this once."""

    app_key: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Key:
    """A key in force by which a partner calls us, with what it opens."""

    id: int
    secret: str = field(repr=False)
    partner_id: int
    scopes: frozenset[str]
    suspended: bool


@dataclass(frozen=True)
class Address:
    """Where a partner is called, and as whom."""

    base_url: str
    app_key: str
    secret: str = field(repr=False)


def create_partner(
    session: Session, code: str, *, name: str, base_url: str, our_key: str, secret: str, now: datetime
) -> Partner:
    """Know a partner; `our_key` and `secret` are what it gave us to call it with.

    Raises PartnerRefused, PartnerCodeTaken.
    """
    code, name, base_url = checked_partner(code, name, base_url)
    if session.scalar(select(Partner.id).where(Partner.code == code)) is not None:
        raise PartnerCodeTaken
    partner_id = new_id()
    partner = Partner(
        id=partner_id,
        code=code,
        name=name,
        base_url=base_url,
        our_key=our_key,
        secret_sealed=vault(session).seal(secret, f"partners.secret:{partner_id}"),
        created_at=now,
    )
    session.add(partner)
    session.flush()  # terms and keys refer to it
    return partner


def agree(session: Session, code: str, *, ours_in: Way, theirs_out: Way, by: str, reason: str, now: datetime) -> Terms:
    """Put new terms in force from this moment on; what was begun before keeps its own. Raises TermsRefused."""
    partner = locked_partner(session, code)
    ways = {"in": checked_way(ours_in, "in"), "out": checked_way(theirs_out, "out")}
    newest = newest_terms(session, partner.id)
    parts = {f"{name}_{part}": getattr(way, part) for name, way in ways.items() for part in Way.__dataclass_fields__}
    terms = Terms(
        partner_id=partner.id,
        version=newest.version + 1 if newest else 1,
        agreed_by=by,
        reason=checked_reason(reason),
        agreed_at=now,
        **parts,
    )
    session.add(terms)
    return terms


def suspend(session: Session, code: str, *, by: str, reason: str, now: datetime) -> Partner:
    """Let nothing new begin with a partner; what it was asked to confirm is still asked. Again changes nothing."""
    partner, words = locked_partner(session, code), checked_reason(reason)
    if partner.suspended_at is None:
        partner.suspended_at, partner.suspended_by, partner.suspended_for = now, by, words
    return partner


def resume(session: Session, code: str) -> Partner:
    """Go on with a partner."""
    partner = locked_partner(session, code)
    partner.suspended_at = partner.suspended_by = partner.suspended_for = None
    return partner


def offer_coupons(session: Session, code: str, template_code: str, most: int) -> CouponOffer:
    """Let a partner give so many coupons of a template in all, given ones too; never fewer than it has given."""
    partner = locked_partner(session, code)
    key = {"partner_id": partner.id, "template_code": template_code}
    offer = session.get(CouponOffer, key, with_for_update=True, populate_existing=True)
    if offer is None:
        offer = CouponOffer(**key, most=most, given=0)
        session.add(offer)
    offer.most = max(most, offer.given)
    return offer


def create_key(session: Session, code: str, *, scopes: frozenset[str], rng: Random, now: datetime) -> NewKey:
    """Make a key for a partner. Raises PartnerUnknown, ScopeUnknown."""
    partner = partner_by_code(session, code)
    if not scopes or not scopes <= SCOPES:
        raise ScopeUnknown
    key_id = new_id()
    secret = f"{rng.getrandbits(SECRET_BITS):0{SECRET_BITS // 4}x}"
    new = NewKey("partner-" + readable_code(rng, KEY_CHARACTERS), secret)
    session.add(
        PartnerKey(
            id=key_id,
            partner_id=partner.id,
            app_key=new.app_key,
            secret_sealed=vault(session).seal(secret, f"partner_keys.secret:{key_id}"),
            scopes=" ".join(sorted(scopes)),
            created_at=now,
        )
    )
    return new


def revoke_key(session: Session, app_key: str, *, now: datetime) -> None:
    """The key opens nothing any more; revoking again changes nothing. Raises KeyUnknown."""
    record = session.scalar(select(PartnerKey).where(PartnerKey.app_key == app_key))
    if record is None:
        raise KeyUnknown
    record.revoked_at = record.revoked_at or now


def key_of(session: Session, app_key: str) -> Key | None:
    """The key that a partner names, None when it is unknown or revoked."""
    asked = select(PartnerKey, Partner.suspended_at).join(Partner, Partner.id == PartnerKey.partner_id)
    found = session.execute(asked.where(PartnerKey.app_key == app_key, PartnerKey.revoked_at.is_(None))).one_or_none()
    if found is None:
        return None
    record, suspended_at = found
    secret = vault(session).open(record.secret_sealed, f"partner_keys.secret:{record.id}")
    return Key(record.id, secret, record.partner_id, frozenset(record.scopes.split()), suspended_at is not None)


def address_of(session: Session, partner_id: int) -> Address:
    """Where and as whom a partner is called."""
    partner = session.get_one(Partner, partner_id)
    secret = vault(session).open(partner.secret_sealed, f"partners.secret:{partner.id}")
    return Address(partner.base_url, partner.our_key, secret)


def partner_by_code(session: Session, code: str) -> Partner:
    """The partner with this code. Raises PartnerUnknown."""
    found = session.scalar(select(Partner).where(Partner.code == code))
    if found is None:
        raise PartnerUnknown
    return found


def active(partner: Partner) -> Partner:
    """The partner. Raises PartnerSuspended."""
    if partner.suspended_at is not None:
        raise PartnerSuspended
    return partner


def newest_terms(session: Session, partner_id: int) -> Terms | None:
    """The terms in force, None where nothing was agreed."""
    return session.scalar(select(Terms).where(Terms.partner_id == partner_id).order_by(Terms.version.desc()).limit(1))


def terms_in_force(session: Session, partner_ids: Sequence[int]) -> dict[int, Terms]:
    """The terms in force of each of these partners with whom anything was agreed."""
    newest = select(Terms.partner_id, func.max(Terms.version).label("version"))
    newest_of_each = newest.where(Terms.partner_id.in_(partner_ids)).group_by(Terms.partner_id).subquery()
    same = (Terms.partner_id == newest_of_each.c.partner_id) & (Terms.version == newest_of_each.c.version)
    return {terms.partner_id: terms for terms in session.scalars(select(Terms).join(newest_of_each, same))}


def terms_of(session: Session, partner_id: int) -> Terms:
    """The terms in force. Raises NoTerms."""
    found = newest_terms(session, partner_id)
    if found is None:
        raise NoTerms
    return found


def locked_partner(session: Session, code: str) -> Partner:
    """The partner's row, locked and read anew. Raises PartnerUnknown."""
    found = session.scalar(
        select(Partner).where(Partner.code == code).with_for_update().execution_options(populate_existing=True)
    )
    if found is None:
        raise PartnerUnknown
    return found
