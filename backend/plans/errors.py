from backend.kit.errors import Conflict, Invalid, NotFound


class BookRefused(Invalid):
    """A book of plans that cannot be; tells all that is wrong with it."""

    code = "plans.book-refused"
    message = "付费会员规则有误：{why}"


class PlanUnknown(NotFound):
    """There is no such plan, or it is not on sale."""

    code = "plans.unknown"
    message = "没有这个付费会员套餐，或已停售"


class OrderUnknown(NotFound):
    """There is no such order, or it is another member's."""

    code = "plans.order-unknown"
    message = "没有这个订单"


class WrongPrice(Invalid):
    """What was paid is not what the plan costs."""

    code = "plans.wrong-price"
    message = "实收金额与套餐价格不符，应收 {due}"


class OrderReused(Conflict):
    """The till's number was used for another sale."""

    code = "plans.order-reused"
    message = "该单号已用于其他订单"


class NotWaiting(Conflict):
    """Only an order that waits for its payment is paid or cancelled."""

    code = "plans.not-waiting"
    message = "该订单不在待支付状态"


class BookedTooFar(Conflict):
    """Memberships are not bought for more years ahead than the house answers for."""

    code = "plans.booked-too-far"
    message = "该会员已续费至较远的将来，暂不能继续购买"


class NotRefundable(Conflict):
    """The order is not paid, or its time is over."""

    code = "plans.not-refundable"
    message = "该订单未支付或已到期，不能退款"


class RefundLaterFirst(Conflict):
    """What was bought for later goes back first, so that no time is left without what comes before it."""

    code = "plans.refund-later-first"
    message = "请先退还之后续费的订单"


class NothingToRefund(Conflict):
    """What was used is worth as much as what is left."""

    code = "plans.nothing-to-refund"
    message = "扣除已使用部分后没有可退金额"


class QuoteChanged(Conflict):
    """What goes back is another amount than the one that was agreed."""

    code = "plans.quote-changed"
    message = "可退金额已变为 {fen}，请与会员确认后重试"


class NotPaidOut(Conflict):
    """Only a refund that waits for the counter is paid out there."""

    code = "plans.nothing-to-pay-out"
    message = "没有待柜台退还的金额"


class UseReused(Conflict):
    """The same use was noted with another worth."""

    code = "plans.use-reused"
    message = "该权益使用记录已存在"


class ReasonRefused(Invalid):
    """A reason is 1 to 80 characters: the payer reads it."""

    code = "plans.reason-refused"
    message = "请用 1 至 80 个字符说明原因"
