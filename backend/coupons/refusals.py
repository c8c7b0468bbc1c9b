"""Why a coupon is not taken, by name. `name` is what the coupon is called, amounts are in words."""

from backend.kit.errors import Conflict, Invalid


class CouponNeedsMember(Invalid):
    """Nobody showed a card: there are no coupons to use."""

    code = "coupons.no-member"
    message = "使用优惠券须出示会员卡"


class CouponTwice(Invalid):
    """The same coupon is named twice."""

    code = "coupons.named-twice"
    message = "同一张优惠券不能重复使用"


class CouponNotYet(Conflict):
    """Its validity has not begun; `since` says in words when it does."""

    code = "coupons.not-yet"
    message = "「{name}」尚未生效，{since}起可用"


class CouponExpired(Conflict):
    """Its validity is over."""

    code = "coupons.expired"
    message = "「{name}」已过期"


class CouponUsed(Conflict):
    """It was redeemed."""

    code = "coupons.used"
    message = "「{name}」已使用"


class CouponGone(Conflict):
    """It was taken back, or is on its way to somebody else."""

    code = "coupons.gone"
    message = "「{name}」已失效或正在转赠"


class WrongStore(Conflict):
    """It is not good at this store."""

    code = "coupons.wrong-store"
    message = "「{name}」不适用于本门店"


class WrongTime(Conflict):
    """It is not good on this day of the week, at this hour, or on this very day."""

    code = "coupons.wrong-time"
    message = "「{name}」当前时段不可用"


class NotForBills(Conflict):
    """It takes nothing off a bill: it is redeemed by itself."""

    code = "coupons.not-for-bills"
    message = "「{name}」不抵扣货款，请单独核销"


class OnlyForBills(Conflict):
    """It is redeemed by the purchase that it takes something off."""

    code = "coupons.only-for-bills"
    message = "「{name}」须在结账时使用"


class NoGoods(Conflict):
    """Nothing on the bill is in its scope."""

    code = "coupons.no-goods"
    message = "本单没有「{name}」适用的商品"


class BelowThreshold(Conflict):
    """The goods in its scope cost less than it asks for; `missing_fen` says by how much."""

    code = "coupons.below-threshold"
    message = "未达到「{name}」的使用门槛，还差 {missing}"


class NothingOff(Conflict):
    """It would take nothing off: other coupons have, or its price is no lower."""

    code = "coupons.nothing-off"
    message = "「{name}」在本单没有可优惠的金额"


class NotTogether(Conflict):
    """It does not go with another coupon of the bill, or a bill takes no more of its kind."""

    code = "coupons.not-together"
    message = "「{name}」不能与「{other}」同时使用"


class NotWithMemberPrice(Conflict):
    """It excludes the member's price, which takes more off."""

    code = "coupons.member-price"
    message = "「{name}」不与会员价同享，会员价更优惠"


class NotWithPoints(Conflict):
    """It excludes points as cash, which were asked for."""

    code = "coupons.no-points"
    message = "「{name}」不能与积分抵现同时使用"


class NotNeeded(Conflict):
    """Other coupons take as much off, or more, without it."""

    code = "coupons.not-needed"
    message = "已选用更优惠的组合，未使用「{name}」"
