"""Where a member's mail goes: an address is used once a code that was mailed to it has come back."""

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import members
from backend.kit.pii import mask_mail, vault
from backend.preferences import models
from backend.preferences.errors import CodeRefused, NothingAsked
from backend.preferences.rules import CODE_DIGITS, CODE_GOOD_FOR, checked_address
from backend.preferences.service import note


@dataclass(frozen=True)
class MailAddress:
    """A member's addresses, masked: the one in use, and the one that waits for its code; None where there is none."""

    in_use: str | None
    asked: str | None


def ask_address(session: Session, member_id: int, address: str, *, rng: Random, now: datetime) -> tuple[str, str]:
    """Take down an address to be confirmed, in place of one that is not yet; the address and the code to mail to it.

    Raises AddressRefused.
    """
    checked = checked_address(address)
    members.locked(session, member_id)
    row = _row(session, member_id)
    if row is None:
        row = models.MailAddress(member_id=member_id)
        session.add(row)
    code = f"{rng.randrange(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    row.asked_sealed = vault(session).seal(checked, place("asked", member_id))
    row.code_digest, row.asked_at = _digest(session, member_id, code), now
    return checked, code


def confirm_address(session: Session, member_id: int, code: str, *, source: str, now: datetime) -> None:
    """Put the address into use that the code was mailed to. Raises NothingAsked, CodeRefused."""
    members.locked(session, member_id)
    row = _row(session, member_id)
    if row is None or row.asked_sealed is None or row.asked_at is None or row.code_digest is None:
        raise NothingAsked
    if now - row.asked_at >= CODE_GOOD_FOR:
        raise NothingAsked
    if not hmac.compare_digest(row.code_digest, _digest(session, member_id, code)):
        raise CodeRefused
    address = vault(session).open(row.asked_sealed, place("asked", member_id))
    row.address_sealed, row.confirmed_at = vault(session).seal(address, place("address", member_id)), now
    row.asked_sealed = row.code_digest = row.asked_at = None
    note(session, member_id, "e-mail", "confirmed", source=source, now=now)


def forget_address(session: Session, member_id: int, *, source: str, now: datetime) -> None:
    """Send no more mail: the address in use is forgotten, and one that was asked for."""
    members.locked(session, member_id)
    row = _row(session, member_id)
    if row is None:
        return
    if row.address_sealed is not None:
        note(session, member_id, "e-mail", "removed", source=source, now=now)
    session.delete(row)


def mail_address(session: Session, member_id: int) -> MailAddress:
    """A member's addresses as screens show them."""
    row = _row(session, member_id)
    if row is None:
        return MailAddress(None, None)
    return MailAddress(_masked(session, row, "address"), _masked(session, row, "asked"))


def confirmed_addresses(session: Session, member_ids: Collection[int]) -> dict[int, str]:
    """The addresses in use of those of these members who have one; one statement."""
    found = select(models.MailAddress.member_id, models.MailAddress.address_sealed).where(
        models.MailAddress.member_id.in_(set(member_ids)), models.MailAddress.address_sealed.is_not(None)
    )
    opened = vault(session).open
    return {
        member_id: opened(sealed, place("address", member_id))
        for member_id, sealed in session.execute(found)
        if sealed is not None
    }


def place(column: str, member_id: int) -> str:
    """Where a sealed address stands; it opens nowhere else."""
    return f"mail_addresses.{column}:{member_id}"


def _masked(session: Session, row: models.MailAddress, column: str) -> str | None:
    sealed: bytes | None = getattr(row, f"{column}_sealed")
    return mask_mail(vault(session).open(sealed, place(column, row.member_id))) if sealed is not None else None


def _row(session: Session, member_id: int) -> models.MailAddress | None:
    return session.get(models.MailAddress, member_id, populate_existing=True)


def _digest(session: Session, member_id: int, code: str) -> bytes:
    return vault(session).index("mail-code", f"{member_id}:{code}")
