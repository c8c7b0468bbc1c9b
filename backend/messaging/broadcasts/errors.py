"""How broadcasts refuse; collected here because drafting, steering and planning refuse alike."""

from backend.kit.errors import Conflict, Forbidden, Invalid, NotFound


class BroadcastUnknown(NotFound):
    """There is no such broadcast."""

    code = "broadcasts.unknown"
    message = "群发不存在"


class NameRefused(Invalid):
    """A name is 1 to 64 characters on one line."""

    code = "broadcasts.name-refused"
    message = "群发名称为 1 至 64 个字符"


class NameTaken(Conflict):
    """Another broadcast has this name: names tell them apart, and keep one from being sent twice."""

    code = "broadcasts.name-taken"
    message = "已有同名的群发"


class NoteRefused(Invalid):
    """A note is up to 200 characters on one line."""

    code = "broadcasts.note-refused"
    message = "说明最多 200 个字符，不能换行"


class TemplateUnknown(Invalid):
    """The catalogue has no such message."""

    code = "broadcasts.template-unknown"
    message = "消息目录中没有该消息"


class WordsRefused(Invalid):
    """The message wants exactly the words `names`, each of 1 to 200 characters on one line."""

    code = "broadcasts.words-refused"
    message = "请填写以下内容，每项 1 至 200 个字符且不能换行：{names}"


class PaceRefused(Invalid):
    """A pace is 1 to `fastest` messages a minute."""

    code = "broadcasts.pace-refused"
    message = "每分钟发送数量为 1 至 {fastest}"


class AudienceRefused(Invalid):
    """The audience cannot be worked with; `why` says what is wrong and where."""

    code = "broadcasts.audience-refused"
    message = "发送对象有误：{why}"


class TooManyTests(Invalid):
    """A test goes to `most` members at once at most."""

    code = "broadcasts.too-many-tests"
    message = "一次最多测试发送给 {most} 位会员"


class NobodyThere(Conflict):
    """The audience is empty."""

    code = "broadcasts.nobody-there"
    message = "没有符合条件的会员"


class TimeOver(Invalid):
    """The time to start at has passed."""

    code = "broadcasts.time-over"
    message = "开始时间已过"


class NotNow(Conflict):
    """The broadcast stands at `status`, which does not allow this."""

    code = "broadcasts.not-now"
    message = "群发当前状态（{status}）不允许此操作"


class NeedsApproval(Forbidden):
    """More members than one operator may write to alone, which are `alone`: another must approve first."""

    code = "broadcasts.needs-approval"
    message = "发送对象超过 {alone} 人，须由另一位运营人员审批"


class SamePerson(Forbidden):
    """The second pair of eyes must be another operator's."""

    code = "broadcasts.same-person"
    message = "须由另一位运营人员审批"
