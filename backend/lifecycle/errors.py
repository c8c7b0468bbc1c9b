from backend.kit.errors import Conflict, Invalid, NotFound


class SameMember(Invalid):
    """A member cannot be merged into itself; two cards of one member lead to one already."""

    code = "lifecycle.same-member"
    message = "两张卡属于同一会员，无需合并"


class MemberEnded(Conflict):
    """One of the two has left, or was merged before; `card_no` says which."""

    code = "lifecycle.member-ended"
    message = "会员卡 {card_no} 已注销或已合并，无法合并"


class MemberBlocked(Conflict):
    """One of the two is barred by the store; `card_no` says which. Whether they may act again is decided first."""

    code = "lifecycle.member-blocked"
    message = "会员卡 {card_no} 已被停用，请先解除停用"


class AccountFrozen(Conflict):
    """The books of one of the two are being looked into; `card_no` says which."""

    code = "lifecycle.account-frozen"
    message = "会员卡 {card_no} 的积分账户核查中，暂不能合并"


class HoldsOpen(Conflict):
    """Points are set aside for what is not finished: an exchange to be picked up, a bill being paid."""

    code = "lifecycle.holds-open"
    message = "有 {count} 笔积分冻结未完成，请先完成或取消兑换及付款"


class ClosureRunning(Conflict):
    """One of the two is about to leave; `card_no` says which. That must be taken back first."""

    code = "lifecycle.closure-running"
    message = "会员卡 {card_no} 正在注销冷静期，请先撤销注销"


class ReasonRefused(Invalid):
    """A reason is 1 to 200 characters: it is asked for later."""

    code = "lifecycle.reason-refused"
    message = "请用 1 至 200 个字符说明原因"


class NotClosing(NotFound):
    """The member has not asked to leave, or has taken it back."""

    code = "lifecycle.not-closing"
    message = "没有正在进行的注销申请"


class BookRefused(Invalid):
    """A definition that breaks these rules; `why` says where."""

    code = "lifecycle.book-refused"
    message = "注销规则有误：{why}"
