from backend.kit.errors import Conflict, Invalid, NotFound


class SceneUnknown(NotFound):
    """No scene has this code."""

    code = "scenes.unknown"
    message = "二维码场景不存在"


class StoreWanted(Invalid):
    """A scene of a store or of its staff names the store."""

    code = "scenes.store-wanted"
    message = "门店与员工的二维码须指明门店"


class SubjectRefused(Invalid):
    """What a scene is about is 1 to 64 letters, digits, dots, dashes and the like."""

    code = "scenes.subject-refused"
    message = "场景对象为 1 至 64 个字母、数字或 . _ - 字符"


class LabelRefused(Invalid):
    """A label is 1 to 40 visible characters on one line."""

    code = "scenes.label-refused"
    message = "名称为 1 至 40 个可见字符"


class GreetingRefused(Invalid):
    """A greeting is 1 to 200 visible characters; it is no markup."""

    code = "scenes.greeting-refused"
    message = "欢迎语为 1 至 200 个字符，且不能含有 < 或 >"


class DaysRefused(Invalid):
    """A code for a time is good for 1 to 30 days."""

    code = "scenes.days-refused"
    message = "临时二维码有效期为 1 至 30 天"


class TooManyCodes(Conflict):
    """WeChat gives an account 100,000 permanent codes in all, and takes none back."""

    code = "scenes.too-many-codes"
    message = "永久二维码已达 100,000 个上限，请使用临时二维码"


class Retired(Conflict):
    """The scene is in use no more."""

    code = "scenes.retired"
    message = "该二维码场景已停用"


class NotDrawn(Conflict):
    """WeChat has not been asked for the code yet, or did not answer."""

    code = "scenes.not-drawn"
    message = "微信尚未生成该二维码，请先执行 scenes draw"
