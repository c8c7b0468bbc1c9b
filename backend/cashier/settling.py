from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session

from backend import payments, points
from backend.kit.db import Sessions, run
from backend.wechat import RefundSaid, Trade

log = structlog.get_logger(__name__)

T = TypeVar("T")
AT_ONCE = 200


@dataclass(frozen=True)
class Desk:
    """Writes down, at an instant, what WeChat Pay says: each in a transaction of its own, the account locked first."""

    sessions: Sessions
    gateway: payments.PayGateway
    now: datetime

    def settle_trade(self, trade: Trade) -> payments.Payment:
        """Raises what payments.settle_trade raises."""

        def work(session: Session) -> payments.Payment:
            self._lock(session, payments.owner_of(session, trade.out_trade_no))
            mine = {"mchid": self.gateway.mchid, "appid": self.gateway.appid}
            return payments.settle_trade(session, trade, **mine, now=self.now)

        return run(self.sessions.write, work)

    def settle_refund(self, said: RefundSaid) -> payments.Refund:
        """Raises what payments.settle_refund raises."""

        def work(session: Session) -> payments.Refund:
            self._lock(session, payments.refund_by_no(session, said.out_refund_no)[0])
            return payments.settle_refund(session, said, mchid=self.gateway.mchid, now=self.now)

        return run(self.sessions.write, work)

    def close(self, work: Callable[[Session], None], out_trade_no: str) -> None:
        """Close a payment that WeChat Pay takes no more."""

        def locked(session: Session) -> None:
            self._lock(session, payments.owner_of(session, out_trade_no))
            work(session)

        run(self.sessions.write, locked)

    def _lock(self, session: Session, member_id: int) -> None:
        """Who has left has no account any more, and money that comes for them goes back."""
        with suppress(points.AccountClosed, points.NoAccount):
            points.lock(session, member_id, now=self.now)


def settle_due(
    sessions: Sessions, gateway: payments.PayGateway, *, now: datetime, limit: int = AT_ONCE
) -> Counter[str]:
    """Ask of payments whose notification did not come, close those whose time is over, and send refunds.

    One that fails is passed over; the first failure is raised when the rest is done.
    """
    desk, counts = Desk(sessions, gateway, now), Counter[str]()
    with sessions.read() as session:
        trades = payments.due_trades(session, now=now, limit=limit)
    failures = [_one(counts, partial(_trade, desk, number)) for number in trades]
    with sessions.read() as session:  # those too that have come of the payments
        refunds = payments.due_refunds(session, now=now, limit=limit)
    failures += [_one(counts, partial(_refund, desk, number)) for number in refunds]
    for failure in filter(None, failures):
        raise failure
    return counts


def _trade(desk: Desk, number: str) -> str:
    done = payments.ask_trade(
        desk.sessions, desk.gateway, number, settle=desk.settle_trade, close=desk.close, now=desk.now
    )
    return f"payments_{done}"


def _refund(desk: Desk, number: str) -> str:
    done = payments.ask_refund(desk.sessions, desk.gateway, number, settle=desk.settle_refund, now=desk.now)
    return f"refunds_{done}"


def _one(counts: Counter[str], work: Callable[[], str]) -> Exception | None:
    try:
        counts[work()] += 1
    except Exception as error:
        log.exception("cashier.failed-for-one")
        counts["failed"] += 1
        return error
    return None
