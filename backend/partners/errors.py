from backend.kit.errors import Conflict, Forbidden, Invalid, NotFound


class PartnerUnknown(NotFound):
    """No partner has this code."""

    code = "partners.unknown"
    message = "合作商户不存在"


class PartnerSuspended(Forbidden):
    """The cooperation rests: nothing new begins."""

    code = "partners.suspended"
    message = "该商户合作已暂停"


class PartnerCodeTaken(Conflict):
    """Another partner has this code."""

    code = "partners.code-taken"
    message = "合作商户编码已被使用"


class PartnerRefused(Invalid):
    """A partner's code, name or address cannot be: `what` says which."""

    code = "partners.refused"
    message = "合作商户资料有误：{what}"


class TermsRefused(Invalid):
    """Terms that cannot be: `what` says which of them."""

    code = "partners.terms-refused"
    message = "合作条款有误：{what}"


class NoTerms(Conflict):
    """Nothing was agreed with this partner yet."""

    code = "partners.no-terms"
    message = "该商户尚未约定积分互换条款"


class KeyUnknown(NotFound):
    """No partner has this key."""

    code = "partners.key-unknown"
    message = "合作商户密钥不存在"


class ScopeUnknown(Invalid):
    """A key needs scopes, of those there are."""

    code = "partners.scope-unknown"
    message = "合作商户密钥的权限范围有误"


class LinkCodeInvalid(NotFound):
    """No such code waits, or its time is over."""

    code = "partners.link-code-invalid"
    message = "绑定码无效或已过期"


class LinkedAlready(Conflict):
    """The member is linked with this partner: the link is ended first."""

    code = "partners.linked-already"
    message = "您已绑定该商户"


class NotLinked(NotFound):
    """The partner knows nobody by this id (any more), or the member is not linked."""

    code = "partners.not-linked"
    message = "会员未绑定该商户"


class AmountRefused(Invalid):
    """Points are exchanged from `least` on, in steps of `step`."""

    code = "partners.amount-refused"
    message = "积分须不少于 {least}，且为 {step} 的整数倍"


class DirectionClosed(Conflict):
    """The terms exchange nothing in this direction."""

    code = "partners.direction-closed"
    message = "该商户暂不支持此方向的积分互换"


class MemberCapReached(Conflict):
    """The member exchanges so many points a day at most; `left` is what is left today."""

    code = "partners.member-cap-reached"
    message = "已达今日互换上限，今日还可互换 {left} 积分"


class PartnerCapReached(Conflict):
    """All members together exchange so many points a day with the partner."""

    code = "partners.partner-cap-reached"
    message = "该商户今日互换额度已满，请明日再试"


class BudgetUsedUp(Conflict):
    """What was set apart for this partner is used up."""

    code = "partners.budget-used-up"
    message = "该商户互换额度已用完"


class RefReused(Conflict):
    """The reference was used for something else."""

    code = "partners.ref-reused"
    message = "该业务单号已用于其他请求"


class ExchangeUnknown(NotFound):
    """There is no such exchange."""

    code = "partners.exchange-unknown"
    message = "互换记录不存在"


class ExchangeOver(Conflict):
    """The exchange has ended otherwise: `status` says how."""

    code = "partners.exchange-over"
    message = "互换已结束（{status}）"


class ExchangeUnderWay(Conflict):
    """The partner was asked to confirm: only its answer ends the exchange."""

    code = "partners.exchange-under-way"
    message = "互换正在处理中，暂不能取消"


class CouponNotOffered(NotFound):
    """The partner may not give coupons of this template."""

    code = "partners.coupon-not-offered"
    message = "该券未授权给此商户发放"


class CouponBudgetUsedUp(Conflict):
    """The partner has given as many coupons of this template as was agreed."""

    code = "partners.coupon-budget-used-up"
    message = "该券的合作发放数量已用完"


class ReasonRefused(Invalid):
    """A reason is 1 to 200 characters."""

    code = "partners.reason-refused"
    message = "原因为 1 至 200 个字符"
