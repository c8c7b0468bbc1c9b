"""How this domain refuses; collected here because all ways of claiming refuse alike."""

from backend.kit.errors import Conflict, Invalid, NotFound


class CodeInvalid(Invalid):
    """It is no receipt's code, or was not signed by a till of ours: nobody is told which."""

    code = "receipts.code-invalid"
    message = "小票二维码无效"


class TooLongAgo(Invalid):
    """The purchase is longer ago than receipts are taken, or lies ahead."""

    code = "receipts.too-long-ago"
    message = "消费日期须为近 {days} 天内"


class AlreadyClaimed(Conflict):
    """The same member has claimed the same receipt before."""

    code = "receipts.already-claimed"
    message = "您已提交过这张小票"


class Taken(Conflict):
    """The purchase has a member already."""

    code = "receipts.taken"
    message = "这笔消费已计入会员账户"


class Differs(Conflict):
    """The till reported something else under this number."""

    code = "receipts.differs"
    message = "小票信息与消费记录不符，请联系门店"


class AllReturned(Conflict):
    """Nothing of the purchase was kept."""

    code = "receipts.all-returned"
    message = "这笔消费已全部退货"


class PictureKnown(Conflict):
    """Somebody has sent in this very picture before."""

    code = "receipts.picture-known"
    message = "这张照片已提交过"


class ClaimUnknown(NotFound):
    """There is no such claim, or it is not yours."""

    code = "receipts.unknown"
    message = "没有找到该小票申请"


class NotOpen(Conflict):
    """The claim is decided already."""

    code = "receipts.not-open"
    message = "该小票申请已处理"


class NotInReview(Conflict):
    """The claim does not wait for somebody to look at it."""

    code = "receipts.not-in-review"
    message = "该小票申请不在审核中"


class NotSettled(Conflict):
    """Nothing was given for the claim that could be taken back."""

    code = "receipts.not-settled"
    message = "该小票申请未入账"


class ReasonWanted(Invalid):
    """A decision against a member says why, in 1 to 100 characters."""

    code = "receipts.reason-wanted"
    message = "请用 1 至 100 个字符说明原因"
