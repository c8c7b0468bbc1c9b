from backend.kit.errors import Invalid, NotFound


class BookRefused(Invalid):
    """The book of answers cannot be worked with; `why` names every fault."""

    code = "answers.book-refused"
    message = "自动回复有误：{why}"


class ListRefused(Invalid):
    """The list of questions cannot be taken; `why` names every fault with its line. Nothing has changed."""

    code = "faq.list-refused"
    message = "问答清单有误：{why}"


class QuestionUnknown(NotFound):
    """There is no question of this code, or nothing unanswered of this number."""

    code = "faq.unknown"
    message = "没有这个问题"
