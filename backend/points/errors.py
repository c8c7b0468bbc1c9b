from backend.kit.errors import Conflict, Invalid, NotFound


class NoAccount(NotFound):
    """There is no such member."""

    code = "points.no-account"
    message = "会员不存在"


class AccountClosed(NoAccount):
    """The member has left, or has become one with another: nothing moves here any more."""

    code = "points.account-closed"
    message = "积分账户已注销"


class Frozen(Conflict):
    """The account's books are being looked into: points come in, none go out."""

    code = "points.frozen"
    message = "积分账户核查中，暂不能使用积分，请联系客服"


class Insufficient(Conflict):
    """There are fewer points than asked for; `available` says how many there are."""

    code = "points.insufficient"
    message = "积分不足，当前可用 {available} 积分"


class NothingToCancel(NotFound):
    """Nothing was spent for this, or less than is to be given back."""

    code = "points.nothing-to-cancel"
    message = "没有可退回的积分"


class AlreadyCancelled(Conflict):
    """The points were given back before."""

    code = "points.already-cancelled"
    message = "积分已退回"


class HoldUnknown(NotFound):
    """No points were set aside for this."""

    code = "points.hold-unknown"
    message = "没有冻结的积分"


class HoldEnded(Conflict):
    """The points set aside are free again: released, or past their time."""

    code = "points.hold-ended"
    message = "积分冻结已结束"


class HoldCaptured(Conflict):
    """The points set aside have been spent."""

    code = "points.hold-captured"
    message = "冻结的积分已使用"


class HoldsOpen(Conflict):
    """Points are set aside, which must be used or freed first."""

    code = "points.holds-open"
    message = "有冻结中的积分，请先完成或取消相关业务"


class LotUnknown(NotFound):
    """The account has no such lot with points left."""

    code = "points.lot-unknown"
    message = "该批积分不存在或已用完"


class NotLater(Conflict):
    """The new last day is not after the one that stands."""

    code = "points.not-later"
    message = "新的有效期必须晚于原有效期"


class TooFar(Invalid):
    """Points can be put off to `latest` at most."""

    code = "points.too-far"
    message = "有效期最晚可延长至 {latest}"
