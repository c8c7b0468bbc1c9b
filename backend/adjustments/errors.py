"""How this domain refuses; collected here because requests, grants and the care of accounts refuse alike."""

from backend.kit.errors import Conflict, Forbidden, Invalid, NotFound


class BookRefused(Invalid):
    """The rules cannot be worked with; `why` says what is wrong and where."""

    code = "adjustments.book-refused"
    message = "调整规则有误：{why}"


class AdjustmentUnknown(NotFound):
    """There is no such adjustment."""

    code = "adjustments.unknown"
    message = "调整单不存在"


class ReasonUnknown(Invalid):
    """The rules in force know no such reason."""

    code = "adjustments.reason-unknown"
    message = "没有这个调整原因"


class WrongDirection(Invalid):
    """The reason only gives points, or only takes them."""

    code = "adjustments.wrong-direction"
    message = "该原因不能用于这个方向的调整"


class AmountRefused(Invalid):
    """An amount is a whole number other than 0, at most `largest` either way."""

    code = "adjustments.amount-refused"
    message = "调整的积分不能为 0，且不超过 {largest}"


class NoteRefused(Invalid):
    """A note is 1 to 200 characters on one line."""

    code = "adjustments.note-refused"
    message = "请用 1 至 200 个字符说明情况"


class KeyRefused(Invalid):
    """A request key is 1 to 64 printable ASCII characters."""

    code = "adjustments.key-refused"
    message = "请求编号为 1 至 64 个字符"


class KeyReused(Invalid):
    """The same operator has asked for something else with this key."""

    code = "adjustments.key-reused"
    message = "该请求编号已用于其他内容"


class NotWaiting(Conflict):
    """The adjustment was decided before, or has waited too long."""

    code = "adjustments.not-waiting"
    message = "该调整单已处理或已过期"


class NotApplied(Conflict):
    """Only what has moved points, and was not reversed yet, can be reversed."""

    code = "adjustments.not-applied"
    message = "该调整单未生效或已冲正"


class SamePerson(Forbidden):
    """The second pair of eyes must be another operator's."""

    code = "adjustments.same-person"
    message = "须由另一位运营人员审批"


class NotYours(Forbidden):
    """Only who asked may withdraw."""

    code = "adjustments.not-yours"
    message = "只能撤回自己提交的申请"


class BeyondAllowance(Forbidden):
    """More than this operator may let move, in one go or today; somebody with a wider allowance has to decide."""

    code = "adjustments.beyond-allowance"
    message = "超出您的审批权限或今日额度"


class FileUnreadable(Invalid):
    """The file cannot be read as a list of members and points; `why` says where it stops."""

    code = "grants.file-unreadable"
    message = "文件无法读取：{why}"


class BadLines(Invalid):
    """Some lines cannot be given; nothing was stored. `count` says how many, the plan tells each."""

    code = "grants.bad-lines"
    message = "文件中有 {count} 行有误，请改正，或选择跳过"


class NothingToGive(Invalid):
    """No line is left that can be given."""

    code = "grants.nothing-to-give"
    message = "没有可发放的会员"


class NothingToRetry(Conflict):
    """Nobody's turn in the grant has failed."""

    code = "grants.nothing-to-retry"
    message = "没有失败的记录需要重试"


class GrantUnknown(NotFound):
    """There is no such grant."""

    code = "grants.unknown"
    message = "批量发放单不存在"


class NotNow(Conflict):
    """The grant stands at `status`, which does not allow this."""

    code = "grants.not-now"
    message = "批量发放单当前状态（{status}）不允许此操作"


class PlanOutdated(Conflict):
    """The plan was made too long ago: members have come and gone since."""

    code = "grants.plan-outdated"
    message = "发放计划已过期，请重新导入"


class NeedsApproval(Forbidden):
    """More than this operator may give alone: another operator must approve first."""

    code = "grants.needs-approval"
    message = "超出您的发放额度，须由另一位运营人员审批"
