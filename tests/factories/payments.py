from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from backend import payments
from backend.wechat import Trade
from tests.support.clocks import MORNING
from tests.support.runtimes import MP

MCHID = "1900000001"
UNTIL = MORNING + timedelta(minutes=30)
OURS = {"mchid": MCHID, "appid": MP.appid}


def make_payment(
    session: Session, member_id: int, *, purpose_id: str = "1", fen: int = 19_900, now: datetime = MORNING
) -> payments.Payment:
    """Somebody is asked to pay for a toy."""
    purpose = payments.Purpose("toy", purpose_id, "玩具")
    until = now + timedelta(minutes=30)
    return payments.open_payment(
        session, purpose, member_id=member_id, fen=fen, until=until, rng=Random(purpose_id), now=now
    )


def paid(payment: payments.Payment, *, transaction_id: str = "4200000001", **changed: object) -> Trade:
    """What WeChat Pay says when it was paid."""
    known = {
        "out_trade_no": payment.out_trade_no,
        "state": "SUCCESS",
        "mchid": MCHID,
        "appid": MP.appid,
        "fen": payment.fen,
        "currency": "CNY",
        "transaction_id": transaction_id,
    }
    return Trade(**(known | changed))  # type: ignore[arg-type]
