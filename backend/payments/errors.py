from backend.kit.errors import Conflict, Invalid, NotFound, Unavailable


class PaymentUnknown(NotFound):
    """There is no such payment."""

    code = "payments.unknown"
    message = "没有这笔支付"


class RefundUnknown(NotFound):
    """There is no such refund."""

    code = "payments.refund-unknown"
    message = "没有这笔退款"


class NotPayable(Conflict):
    """The payment is paid, closed, or its time is over."""

    code = "payments.not-payable"
    message = "该订单已支付或已关闭，请重新下单"


class PayOff(Conflict):
    """The shop has no account with WeChat Pay: what costs money is paid at the till."""

    code = "payments.off"
    message = "暂未开通微信支付，请到收银台购买"


class TryPayingLater(Unavailable):
    """WeChat Pay did not answer; the same call is safe."""

    code = "payments.try-later"
    message = "微信支付繁忙，请稍后再试"


class PaymentRefusedByWechat(Conflict):
    """WeChat Pay does not take this payment."""

    code = "payments.refused"
    message = "微信支付未能受理，请重新下单或到收银台购买"


class PaymentMismatch(Invalid):
    """What WeChat Pay says does not fit what we asked for: another amount, merchant, app or currency."""

    code = "payments.mismatch"
    message = "支付结果与订单不符：{what}"


class RefundTooHigh(Conflict):
    """More than what was paid and has not gone back."""

    code = "payments.refund-too-high"
    message = "退款超过可退金额"


class RefundNotFailed(Conflict):
    """Only a refund that WeChat Pay refused is tried again or settled by hand."""

    code = "payments.refund-not-failed"
    message = "只有失败的退款可以重试或人工处理"
