"""What payments need of whoever moves the money. WeChat Pay does it; tests let it lose its answers."""

from datetime import date, datetime
from typing import Protocol

from backend.wechat import BillLine, PayOrder, PayParameters, RefundAsked, RefundSaid, Trade


class PayGateway(Protocol):
    """Raises wechat.PayLater where a call may have had its effect, wechat.PayRefused where it has not.

    A repeat with the same number has no further effect.
    """

    @property
    def mchid(self) -> str: ...

    @property
    def appid(self) -> str: ...

    def prepay(self, order: PayOrder) -> str:
        """Let a payment be expected; answers its prepay id."""
        ...

    def parameters(self, prepay_id: str, *, nonce: str, now: datetime) -> PayParameters:
        """What the phone asks for the payment with; asks nobody."""
        ...

    def query(self, out_trade_no: str) -> Trade | None:
        """What became of it, None where it is not known."""
        ...

    def close(self, out_trade_no: str) -> None:
        """Let it be paid no more; PayRefused where it is paid."""
        ...

    def refund(self, asked: RefundAsked) -> RefundSaid:
        """Ask for money to go back."""
        ...

    def query_refund(self, out_refund_no: str) -> RefundSaid | None:
        """What became of a refund, None where it is not known."""
        ...

    def bill(self, on: date) -> list[BillLine]:
        """All that moved on a day."""
        ...
