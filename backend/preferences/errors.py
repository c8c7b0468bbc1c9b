from backend.kit.errors import Conflict, Invalid


class AddressRefused(Invalid):
    """No mail can be sent to such an address."""

    code = "preferences.address-refused"
    message = "请填写正确的邮箱地址"


class NothingAsked(Conflict):
    """There is no address to confirm, or its code is too old."""

    code = "preferences.nothing-asked"
    message = "验证码已过期，请重新获取"


class CodeRefused(Invalid):
    """The code is not the one that was mailed."""

    code = "preferences.code-refused"
    message = "验证码不正确"


class QuietHoursRefused(Invalid):
    """They begin when they end."""

    code = "preferences.quiet-hours-refused"
    message = "免打扰的开始与结束时间不能相同"
