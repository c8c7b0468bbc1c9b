from backend.kit.errors import Invalid, NotFound


class ShareUnknown(NotFound):
    """No such share, or its member has left."""

    code = "sharing.unknown"
    message = "分享已失效"


class ThingUnknown(NotFound):
    """What is to be shared does not exist, or is not shown to members now."""

    code = "sharing.thing-unknown"
    message = "要分享的内容不存在或已下架"


class ArticleRefused(Invalid):
    """Code, title or page of an article are not acceptable; `why` says which."""

    code = "sharing.article-refused"
    message = "文章资料有误：{why}"


class BookRefused(Invalid):
    """The rules of sharing are not what they should be; `why` says where."""

    code = "sharing.book-refused"
    message = "分享规则有误：{why}"
