"""How this domain refuses; collected here because the many ways to get a coupon refuse alike."""

from backend.kit.errors import Conflict, Invalid, NotFound


class TemplateUnknown(NotFound):
    """There is no coupon template with this code or id, or members cannot see it."""

    code = "coupons.template-unknown"
    message = "优惠券不存在"


class DefinitionRefused(Invalid):
    """A template cannot say this; `why` tells all that is wrong with it, in words."""

    code = "coupons.definition-refused"
    message = "券模板有误：{why}"


class CodeRefused(Invalid):
    """A template's code is 1 to 32 small letters, digits and dashes."""

    code = "coupons.code-refused"
    message = "券模板编码为 1 至 32 个小写字母、数字或横线"


class NoteRefused(Invalid):
    """A note is 1 to 200 characters on one line."""

    code = "coupons.note-refused"
    message = "请用 1 至 200 个字符说明情况"


class StepRefused(Conflict):
    """A template or a piece of work cannot do this where it stands."""

    code = "coupons.not-now"
    message = "当前状态为“{status}”，不能进行此操作"


class VersionOpen(Conflict):
    """A version is drafted or approved already: it goes live or is discarded first."""

    code = "coupons.version-open"
    message = "版本 {version} 尚未上线，请先上线或作废"


class SamePerson(Conflict):
    """Nobody approves what they drafted or planned themselves."""

    code = "coupons.same-person"
    message = "不能审批自己提交的内容"


class StockBelowIssued(Conflict):
    """A version cannot have less stock than was issued already."""

    code = "coupons.stock-below-issued"
    message = "已发出 {issued} 张，库存不能少于该数量"


class NotLive(Conflict):
    """The template issues nothing now: not yet, paused, ended, or its coupons would be over already."""

    code = "coupons.not-live"
    message = "优惠券未开放或已结束"


class NotClaimable(Conflict):
    """Members cannot claim this one by themselves, or not at this time."""

    code = "coupons.not-claimable"
    message = "现在不能领取该优惠券"


class SoldOut(Conflict):
    """All that there were are gone."""

    code = "coupons.sold-out"
    message = "优惠券已被领完"


class SoldOutToday(Conflict):
    """All that there were for this shop day are gone."""

    code = "coupons.sold-out-today"
    message = "今日份额已被领完，明天再来吧"


class LimitReached(Conflict):
    """The member has got as many as anybody may get."""

    code = "coupons.limit-reached"
    message = "已达到领取上限"


class NotForYou(Conflict):
    """The template is for members of other tiers or with other tags."""

    code = "coupons.not-for-you"
    message = "该优惠券仅限指定会员领取"


class CouponUnknown(NotFound):
    """There is no such coupon for the one who asks; whose it is makes no difference to the answer."""

    code = "coupons.unknown"
    message = "优惠券不存在"


class CouponNotReady(Conflict):
    """The coupon was used, has expired, was taken back or is on its way to a friend."""

    code = "coupons.not-ready"
    message = "优惠券已使用、已过期或不可用"


class CouponHeld(Conflict):
    """A till keeps the coupon for an order that is being paid."""

    code = "coupons.held"
    message = "优惠券正用于一笔未完成的订单"


class CouponCodeInvalid(NotFound):
    """A code that a till has shown: unknown, old, forged or used before; which of them makes no difference."""

    code = "coupons.code-invalid"
    message = "券码无效或已过期，请刷新后重试"


class NotTransferable(Conflict):
    """Coupons of this kind stay with who got them."""

    code = "coupons.not-transferable"
    message = "该优惠券不能转赠"


class GiftUnknown(NotFound):
    """No gift has this token."""

    code = "coupons.gift-unknown"
    message = "转赠不存在"


class GiftOver(Conflict):
    """The gift was accepted by somebody, taken back, or nobody accepted it in time."""

    code = "coupons.gift-over"
    message = "来晚了，该优惠券已被领取或已失效"


class OwnGift(Conflict):
    """Nobody accepts an own gift: it is taken back."""

    code = "coupons.own-gift"
    message = "不能领取自己转赠的优惠券"


class CodeUnknown(NotFound):
    """No such code or word, or one that does not work (any more), or another member's; which makes no difference."""

    code = "coupons.code-unknown"
    message = "兑换码无效或已被使用"


class BatchUnknown(NotFound):
    """There is no such batch of codes."""

    code = "coupons.batch-unknown"
    message = "兑换码批次不存在"


class BatchRefused(Invalid):
    """1 to 1,000,000 codes or uses, 1 to 1,000 for each member; a word is 1 to 32 characters and nobody else's."""

    code = "coupons.batch-refused"
    message = "数量须为 1 至 1000000，每人 1 至 1000；口令为 1 至 32 个字符，且不能与其他口令重复"


class HandoutUnknown(NotFound):
    """There is no such list to hand out."""

    code = "coupons.handout-unknown"
    message = "发放任务不存在"


class HandoutRefused(Invalid):
    """A list to hand out has members, and a key of 1 to 64 characters; a key names one list."""

    code = "coupons.handout-refused"
    message = "名单不能为空；请求编号为 1 至 64 个字符，且不能用于其他名单"


class BookRefused(Invalid):
    """The rules of birthdays cannot be worked with; `why` says what is wrong and where."""

    code = "coupons.book-refused"
    message = "生日券规则有误：{why}"
