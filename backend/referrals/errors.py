"""How this domain refuses; collected here because its verbs refuse alike."""

from backend.kit.errors import Conflict, Invalid, NotFound


class BookRefused(Invalid):
    """A definition that breaks these rules; `why` says where."""

    code = "referrals.book-refused"
    message = "邀请有礼规则有误：{why}"


class CodeUnknown(NotFound):
    """Nobody invites by this code, or who does may not (any more): which it is, is not told."""

    code = "referrals.code-unknown"
    message = "邀请码无效"


class OwnCode(Invalid):
    """Nobody invites themselves."""

    code = "referrals.own-code"
    message = "不能使用自己的邀请码"


class InvitedBefore(Conflict):
    """The first who invites counts."""

    code = "referrals.invited-before"
    message = "您已有邀请人，不能更改"


class NoNewcomer(Conflict):
    """Who was a member before the inviter, or before at all, was not brought by them."""

    code = "referrals.no-newcomer"
    message = "您在邀请人之前已是会员"


class TooLate(Conflict):
    """The time in which a code may be entered after joining is over, or there is none."""

    code = "referrals.too-late"
    message = "已超过填写邀请码的时间"


class NotRunning(Conflict):
    """The house rewards no invitations at present."""

    code = "referrals.not-running"
    message = "邀请活动暂未开放"


class InvitationUnknown(NotFound):
    """There is no such invitation."""

    code = "referrals.unknown"
    message = "没有这条邀请记录"


class DecidedBefore(Conflict):
    """It does not wait for a decision: somebody made it, or the purchase came back."""

    code = "referrals.decided-before"
    message = "该邀请不在待审核状态"


class ReasonRefused(Invalid):
    """A reason is 1 to 200 visible characters: the member reads it."""

    code = "referrals.reason-refused"
    message = "请用 1 至 200 个字符说明原因"
