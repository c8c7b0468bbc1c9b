from backend.kit.errors import Conflict, Invalid, NotFound


class BookUnknown(NotFound):
    """There is no book of this kind with this version."""

    code = "rulebooks.unknown"
    message = "没有这个版本的规则"


class BookOutdated(Conflict):
    """The draft does not start from the newest published version (`newest`): it would silently undo that one."""

    code = "rulebooks.outdated"
    message = "规则已更新到第 {newest} 版，请在其基础上修改"


class NotADraft(Conflict):
    """It was published or discarded before."""

    code = "rulebooks.not-a-draft"
    message = "该版本已发布或已作废，不能再改"


class LiveInPast(Invalid):
    """A version may not go live at an instant that is over: what happened then was judged by another one."""

    code = "rulebooks.live-in-past"
    message = "生效时间不能早于现在"


class DefinitionRefused(Invalid):
    """A definition is a JSON object of at most 1 MiB."""

    code = "rulebooks.definition-refused"
    message = "规则内容须为 JSON 对象，且不超过 1 MiB"


class NoteRefused(Invalid):
    """A note is 1 to 200 characters: why the rules change is asked for later."""

    code = "rulebooks.note-refused"
    message = "请用 1 至 200 个字符说明修改原因"
