from backend.kit.errors import Conflict, Invalid, NotFound


class ConversationUnknown(NotFound):
    """There is no conversation of that id, or none waits."""

    code = "desk.unknown"
    message = "没有这个会话"


class NotWaiting(Conflict):
    """Another operator has taken the conversation, or it is closed."""

    code = "desk.not-waiting"
    message = "该会话已被接入或已结束"


class NotTaken(Conflict):
    """Only who has taken a conversation answers in it."""

    code = "desk.not-taken"
    message = "请先接入该会话"


class NotOpen(Conflict):
    """The conversation is closed."""

    code = "desk.not-open"
    message = "该会话已结束"


class NotClosed(Conflict):
    """The follower has an open conversation, this one or a later one."""

    code = "desk.not-closed"
    message = "该顾客已有进行中的会话"


class WindowClosed(Conflict):
    """WeChat lets nothing through: the follower has not written for 48 hours, or five messages were sent since."""

    code = "desk.window-closed"
    message = "顾客 48 小时内没有来信，或已回复满 5 条，微信不允许再发送；等顾客再次来信后即可回复"


class TextRefused(Invalid):
    """A reply is 1 to 600 characters, and of at most 2048 bytes."""

    code = "desk.text-refused"
    message = "回复为 1 至 600 个字"
