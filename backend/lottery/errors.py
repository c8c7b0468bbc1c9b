"""How this domain refuses; collected here because its verbs refuse alike."""

from backend.kit.errors import Conflict, Forbidden, Invalid, NotFound


class DrawUnknown(NotFound):
    """There is no such draw, or it is not published."""

    code = "lottery.draw-unknown"
    message = "该抽奖活动不存在"


class NotOpenYet(Conflict):
    """The draw is announced and has not opened."""

    code = "lottery.not-open-yet"
    message = "抽奖还没有开始"


class DrawPaused(Conflict):
    """The store has stopped the draw for a while."""

    code = "lottery.paused"
    message = "抽奖暂停中，请稍后再来"


class DrawEnded(Conflict):
    """The draw is over."""

    code = "lottery.ended"
    message = "抽奖已结束"


class TierNotAllowed(Forbidden):
    """The draw is for members of other tiers."""

    code = "lottery.tier-not-allowed"
    message = "您的会员等级暂不能参加本次抽奖"


class DayLimitReached(Conflict):
    """The member has played as often today as is allowed on one shop day (`most`)."""

    code = "lottery.day-limit-reached"
    message = "今天的 {most} 次抽奖机会已用完，明天再来"


class LimitReached(Conflict):
    """The member has played as often as is allowed in this draw (`most`)."""

    code = "lottery.limit-reached"
    message = "本次活动的 {most} 次抽奖机会已用完"


class NoTicket(Conflict):
    """The draw costs a ticket, and the member has none."""

    code = "lottery.no-ticket"
    message = "没有可用的抽奖券"


class DefinitionRefused(Invalid):
    """A definition that is no draw; `why` tells all that is wrong with it."""

    code = "lottery.definition-refused"
    message = "抽奖规则有误：{why}"


class NotADraft(Conflict):
    """The draw was published: what it says never changes after that."""

    code = "lottery.not-a-draft"
    message = "抽奖已公布，内容不能再改"


class OpensTooSoon(Invalid):
    """A draw is published before it opens: the seed is committed to before the first play."""

    code = "lottery.opens-too-soon"
    message = "抽奖须在开始时间之前公布"


class NotRunning(Conflict):
    """Only a published draw that has not ended can be paused, resumed, closed or cancelled, from where it stands."""

    code = "lottery.not-running"
    message = "抽奖当前状态不能这样操作"


class WinUnknown(NotFound):
    """No prize waits under this code; whose it was makes no difference to the answer."""

    code = "lottery.win-unknown"
    message = "领奖码无效"


class WinLapsed(Conflict):
    """The prize was not picked up in time."""

    code = "lottery.win-lapsed"
    message = "奖品已过领取期"


class HandedOutElsewhere(Conflict):
    """Another store has handed the prize out."""

    code = "lottery.handed-out-elsewhere"
    message = "奖品已在其他门店领取"


class NotHandedOut(Conflict):
    """The store has not handed the prize out, so there is nothing to take back."""

    code = "lottery.not-handed-out"
    message = "奖品尚未领取，无需撤销"
