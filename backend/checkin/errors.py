"""How this domain refuses; collected here because visits, make-ups and places refuse alike."""

from backend.kit.errors import Conflict, Forbidden, Invalid


class BookRefused(Invalid):
    """The rules cannot be worked with; `why` says what is wrong and where."""

    code = "checkin.book-refused"
    message = "签到规则有误：{why}"


class AlreadyCheckedIn(Conflict):
    """The member has been here on this shop day."""

    code = "checkin.already-checked-in"
    message = "今天已经签到过了"


class PlaceWanted(Forbidden):
    """The shop takes check-ins only where its code is shown."""

    code = "checkin.place-wanted"
    message = "请到店扫描签到码签到"


class PlaceCodeInvalid(Invalid):
    """An old code, a forged one, or none of a store: nobody is told which."""

    code = "checkin.place-code-invalid"
    message = "签到码无效或已过期，请重新扫描门店屏幕上的签到码"


class PositionWanted(Invalid):
    """The shop asks how far away from it a phone is, and this one did not say."""

    code = "checkin.position-wanted"
    message = "请允许获取位置，以确认您在门店附近"


class TooFar(Forbidden):
    """The phone is further away from the store than the rules allow."""

    code = "checkin.too-far"
    message = "您距离门店较远，请到店后再签到"


class DayNotMissed(Conflict):
    """There is a check-in on that day already."""

    code = "checkin.day-not-missed"
    message = "这一天已经签到，无需补签"


class DayOutOfReach(Invalid):
    """The day is not over, too long ago, or from before the member joined."""

    code = "checkin.day-out-of-reach"
    message = "这一天不能补签"


class MakeUpsUsedUp(Conflict):
    """As many days were made up in this month as the rules allow."""

    code = "checkin.make-ups-used-up"
    message = "本月补签次数已用完"


class PriceChanged(Conflict):
    """A make-up does not cost (any more) what the member agreed to; `points` is what it costs now."""

    code = "checkin.price-changed"
    message = "补签所需积分已变为 {points}，请确认后重试"
