from backend.kit.errors import Conflict, Invalid, NotFound


class ItemUnknown(NotFound):
    """There is no such item, or it is not on offer."""

    code = "mall.item-unknown"
    message = "该商品不存在或已下架"


class OrderUnknown(NotFound):
    """There is no such order for the one who asks; whose it is makes no difference to the answer."""

    code = "mall.order-unknown"
    message = "兑换订单不存在"


class OfferRefused(Invalid):
    """An offer or a stock that cannot be shown or kept; says which part and what it may be."""

    code = "mall.offer-refused"
    message = "商品资料有误：{reason}"


class CartRefused(Invalid):
    """No item, too many items or too many pieces in one order."""

    code = "mall.cart-refused"
    message = "每单须有 1 至 {most} 种商品，每种 1 至 {pieces} 件"


class TooManyAtOnce(Invalid):
    """More coupons and codes in one order than are given at once."""

    code = "mall.too-many-at-once"
    message = "每单最多兑换 {most} 张券或兑换码"


class PreOrderAlone(Invalid):
    """What is ordered ahead has a time of its own to be picked up, and so an order of its own."""

    code = "mall.pre-order-alone"
    message = "《{title}》为预售商品，请单独下单"


class ReasonRefused(Invalid):
    """A reason is one line of 1 to 200 characters."""

    code = "mall.reason-refused"
    message = "请填写原因，最多 200 字"


class StockTooLow(Conflict):
    """More was to be taken out of stock than is left."""

    code = "mall.stock-too-low"
    message = "库存不足，无法减少"


class SoldOut(Conflict):
    """There is less left than asked for."""

    code = "mall.sold-out"
    message = "库存不足，来晚了一步"


class NotOnSaleYet(Conflict):
    """It is shown already; it can be had from `on_from`, by tiers with early access some hours before."""

    code = "mall.not-on-sale-yet"
    message = "《{title}》尚未开始兑换"


class LimitReached(Conflict):
    """A member may have only so many of an item within so many days, or ever; says how many more."""

    code = "mall.limit-reached"
    message = "《{title}》已达兑换上限，还可兑换 {left} 件"


class DestinationRefused(Invalid):
    """An order goes to one store, or to one address."""

    code = "mall.destination-refused"
    message = "请选择自提门店或收货地址，二选一"


class WayRefused(Conflict):
    """An item is picked up only, or shipped only."""

    code = "mall.way-refused"
    message = "《{title}》仅支持{ways}"


class ParcelRefused(Invalid):
    """A carrier is 1 to 20 characters, a tracking number 1 to 32 letters, digits and dashes."""

    code = "mall.parcel-refused"
    message = "快递公司为 1 至 20 字，运单号为 1 至 32 位字母、数字或短横"


class ShippedInstead(Conflict):
    """The order is shipped; nobody picks it up."""

    code = "mall.shipped-instead"
    message = "该订单为快递配送，不能到店自提"


class PickedUpInstead(Conflict):
    """The order is picked up; nothing is shipped."""

    code = "mall.picked-up-instead"
    message = "该订单为到店自提，无需发货"


class AlreadyShipped(Conflict):
    """What was shipped is neither prepared, cancelled nor refused any more."""

    code = "mall.already-shipped"
    message = "订单已发货"


class PickUpTooEarly(Conflict):
    """The time to pick up what was ordered ahead has not begun; says when it does."""

    code = "mall.pick-up-too-early"
    message = "预售商品 {begins} 起可提货"


class MoneyDue(Conflict):
    """Something is to be paid besides points before it is handed over: exactly what is due; says how much."""

    code = "mall.money-due"
    message = "请先收款 {due}，已收金额须与应收一致"


class NotShipped(Conflict):
    """What was not shipped cannot be received."""

    code = "mall.not-shipped"
    message = "订单尚未发货"


class AlreadyPickedUp(Conflict):
    """What was handed over is neither prepared, cancelled nor refused any more."""

    code = "mall.already-picked-up"
    message = "订单已提货"


class DeliveredStays(Conflict):
    """What was given at once cannot be taken back: used, given away or over, or the account was merged."""

    code = "mall.delivered-stays"
    message = "券已使用、转赠或失效，订单不能取消"


class CodesGiven(Conflict):
    """An order with a code, which its member has seen, cannot be cancelled."""

    code = "mall.codes-given"
    message = "兑换码已发放，订单不能取消"


class CodesRefused(Invalid):
    """Only virtual items have codes."""

    code = "mall.codes-refused"
    message = "只有兑换码商品可以导入兑换码"


class OrderCancelled(Conflict):
    """The member has cancelled the order."""

    code = "mall.order-cancelled"
    message = "订单已取消"


class OrderLapsed(Conflict):
    """The order was not picked up in time."""

    code = "mall.order-lapsed"
    message = "订单已过提货期"


class OrderRefused(Conflict):
    """The shop could not serve the order."""

    code = "mall.order-refused"
    message = "订单已被商家取消"


class OrderReturned(Conflict):
    """What was ordered has come back."""

    code = "mall.order-returned"
    message = "订单已退货"


class NotPickedUp(Conflict):
    """What was not handed over can neither come back nor be taken back."""

    code = "mall.not-picked-up"
    message = "订单尚未提货或收货"


class ReturnTooLate(Conflict):
    """The time to bring things back is over."""

    code = "mall.return-too-late"
    message = "已超过退货期限"


class UndoTooLate(Conflict):
    """A hand-over is taken back on its own day, at its own store."""

    code = "mall.undo-too-late"
    message = "仅可撤销当日的提货"


class OrdersWaiting(Conflict):
    """An order of the member who would be gone waits, is on its way, or is to be taken back: it is settled first."""

    code = "mall.orders-waiting"
    message = "有未了结的兑换订单，请先提货、收货、取消或退货"
