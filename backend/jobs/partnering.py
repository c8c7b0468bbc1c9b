"""Asks partners about the points that members want to have there, and frees the room of what partners forgot."""

from collections import Counter
from datetime import datetime
from functools import partial
from typing import Final

import structlog
from sqlalchemy.orm import Session

from backend import partners
from backend.jobs.partner_http import HttpGateway
from backend.kit.db import run
from backend.kit.errors import DomainError
from backend.runtime import Runtime

TOGETHER: Final = 50
SLICE: Final = 200
SILENT: Final = frozenset({"doubt", "alert"})

log = structlog.get_logger(__name__)


def ask_partners(runtime: Runtime, at: datetime) -> dict[str, int]:
    """Take each exchange that is due a step further, until it ends or its partner is silent.

    A partner that does not answer is asked nothing more in this run: it holds up no other. No transaction is open
    while a partner is asked.
    """
    counts: Counter[str] = Counter()
    silent: set[int] = set()
    while found := _due(runtime, at, silent):
        for exchange_id, partner_id in found:
            if partner_id in silent:
                continue
            outcome = _one(runtime, exchange_id, at)
            counts[outcome] += 1
            if outcome in SILENT:
                silent.add(partner_id)
    return dict(counts)


def lapse_prepared(runtime: Runtime, at: datetime) -> dict[str, int]:
    """Free the room of exchanges that partners have prepared and not confirmed in time."""
    counts: Counter[str] = Counter()
    done: set[int] = set()
    while found := _lapsing(runtime, at, done):
        for exchange_id in found:
            done.add(exchange_id)
            run(runtime.sessions.write, partial(partners.lapse_due, exchange_id=exchange_id, now=at))
            counts["lapsed"] += 1
    return dict(counts)


def _due(runtime: Runtime, at: datetime, silent: set[int]) -> list[tuple[int, int]]:
    with runtime.sessions.read() as session:
        return partners.due(session, now=at, limit=TOGETHER, but=silent)


def _lapsing(runtime: Runtime, at: datetime, done: set[int]) -> list[int]:
    with runtime.sessions.read() as session:
        found = partners.due_to_lapse(session, now=at, limit=SLICE)
    return [one for one in found if one not in done]


def _one(runtime: Runtime, exchange_id: int, at: datetime) -> str:
    """What came of asking about one exchange; a refusal of ours (a frozen account) leaves it for the next run."""
    try:
        return _asked(runtime, exchange_id, at)
    except DomainError as refusal:
        log.warning("partners.put-off", exchange=exchange_id, code=refusal.code)
        return "put-off"


def _asked(runtime: Runtime, exchange_id: int, at: datetime) -> str:
    claimed = run(runtime.sessions.write, partial(_claim, exchange_id=exchange_id, at=at))
    if claimed is None:
        return "given-up"
    call, address = claimed
    answer = partners.step(HttpGateway(address, runtime.clock), call, held=partners.HELD)
    outcome = run(
        runtime.sessions.write,
        lambda session: partners.record(session, exchange_id, answer, rng=runtime.rng, now=at),
    )
    if outcome == "alert":
        log.error("partners.in-doubt", exchange=exchange_id, partner=call.partner_id)
    return outcome


def _claim(session: Session, exchange_id: int, at: datetime) -> tuple[partners.Call, partners.Address] | None:
    if partners.give_up(session, exchange_id, now=at):
        return None
    call = partners.claim(session, exchange_id, now=at)
    return (call, partners.address_of(session, call.partner_id)) if call else None
