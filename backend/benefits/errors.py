from backend.kit.errors import Conflict, Invalid, NotFound


class BookRefused(Invalid):
    """The definition is no catalogue of benefits; `why` tells all that is wrong with it, in words."""

    code = "benefits.book-refused"
    message = "权益规则有误：{why}"


class BenefitUnknown(NotFound):
    """The catalogue in force has no benefit with this code, or none of the kind that is asked for."""

    code = "benefits.unknown"
    message = "没有这项权益"


class NotEntitled(Conflict):
    """The member's tier does not carry the benefit."""

    code = "benefits.not-entitled"
    message = "会员当前等级不享有该权益"


class NotHere(Conflict):
    """The store does not give the benefit."""

    code = "benefits.not-here"
    message = "本店不提供该权益"


class QuotaUsedUp(Conflict):
    """What is left in this period (`left`) is less than what is asked for."""

    code = "benefits.quota-used-up"
    message = "本期权益剩余 {left}，不足以使用"


class UsedElsewise(Conflict):
    """The benefit is not used by a plain note of the counter: parking, gifts and advisers have their own ways."""

    code = "benefits.used-elsewise"
    message = "该权益须通过专门的流程使用"


class RefReused(Conflict):
    """The store used this reference before for something else."""

    code = "benefits.ref-reused"
    message = "该单号已用于其他内容"


class UseUnknown(NotFound):
    """No use with this id, or one of another store."""

    code = "benefits.use-unknown"
    message = "没有这条使用记录"


class ReasonRefused(Invalid):
    """A reason is 1 to 200 characters: why it was undone is asked for later."""

    code = "benefits.reason-refused"
    message = "请用 1 至 200 个字符说明原因"


class PlateRefused(Invalid):
    """It is no plate: seven characters of an ordinary car, eight of a new-energy one."""

    code = "benefits.plate-refused"
    message = "车牌号格式有误，请核对"


class PlateTaken(Conflict):
    """Another member has this plate. Whose it is the shop decides; nobody takes it from another one by typing it."""

    code = "benefits.plate-taken"
    message = "该车牌已被其他会员绑定，如有疑问请联系客服"


class TooManyVehicles(Conflict):
    """A member has `most` vehicles at most."""

    code = "benefits.too-many-vehicles"
    message = "最多绑定 {most} 辆车"


class VehicleUnknown(NotFound):
    """No vehicle with this id, or somebody else's; at the gate, a plate that no member has."""

    code = "benefits.vehicle-unknown"
    message = "没有这辆车的会员信息"


class StayRefused(Invalid):
    """A car leaves after it came, came not in the future, and stays no longer than a month."""

    code = "benefits.stay-refused"
    message = "停车时间有误"


class NotCovered(Conflict):
    """Free minutes and the points that may be spent cover `covered` minutes, less than what is asked for."""

    code = "benefits.parking-not-covered"
    message = "可抵扣 {covered} 分钟，不足以抵扣本次停车"


class SessionReused(Conflict):
    """The stay was deducted for before, with other content."""

    code = "benefits.parking-session-reused"
    message = "该停车单号已抵扣，内容不一致"


class DeductionUnknown(NotFound):
    """No deduction with this id, or one of another store."""

    code = "benefits.deduction-unknown"
    message = "没有这条停车抵扣记录"


class NoBirthdayNow(Conflict):
    """The member's birthday is not near, or not known."""

    code = "benefits.no-birthday-now"
    message = "不在生日礼领取期内"


class GiftUnknown(NotFound):
    """No gift waits for this code: one answer for wrong codes, for those that lapsed, and for those handed out."""

    code = "benefits.gift-unknown"
    message = "礼品码无效或已失效"


class GiftHad(Conflict):
    """The member has had the gift of this year's birthday."""

    code = "benefits.gift-had"
    message = "本年度生日礼已领取"


class GiftGone(Conflict):
    """The store has no gift left."""

    code = "benefits.gift-gone"
    message = "本店生日礼已领完"


class NotHandedOut(Conflict):
    """The gift was not handed out at this store."""

    code = "benefits.gift-not-handed-out"
    message = "该礼品未在本店领取"


class StockRefused(Invalid):
    """A stock is not below what was given of it."""

    code = "benefits.stock-refused"
    message = "库存不能少于已领取数量 {given}"
