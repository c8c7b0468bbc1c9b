"""How this domain refuses; collected here because rules and services refuse alike."""

from backend.kit.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated


class MemberUnknown(NotFound):
    """No member has this id."""

    code = "members.unknown"
    message = "会员不存在"


class IdentityUnknown(Unauthenticated):
    """No WeChat user with this id has signed in."""

    code = "members.identity-unknown"
    message = "登录已失效，请重新进入小程序"


class NotJoined(Forbidden):
    """Signed in, but not a member yet."""

    code = "members.not-joined"
    message = "请先注册成为会员"


class Blocked(Forbidden):
    """The member is barred by the store."""

    code = "members.blocked"
    message = "会员账户已被停用，请联系客服"


class Closed(Forbidden):
    """The member has left."""

    code = "members.closed"
    message = "会员账户已注销"


class Merged(Forbidden):
    """The membership has become one with another of the same person, who now acts as that one."""

    code = "members.merged"
    message = "会员账户已合并，请重新进入"


class ConsentMissing(Invalid):
    """The version of the terms that was agreed to is not one in force."""

    code = "members.consent-missing"
    message = "请先阅读并同意最新的会员协议与隐私政策"


class PhoneRefused(Invalid):
    """Not a mobile number of mainland China."""

    code = "members.phone-refused"
    message = "请使用中国大陆手机号"


class NicknameRefused(Invalid):
    """A nickname is 1 to 20 visible characters on one line."""

    code = "members.nickname-refused"
    message = "昵称为 1 至 20 个字符，且不能含有特殊控制字符"


class BirthdayRefused(Invalid):
    """A birthday lies between 1900 and today."""

    code = "members.birthday-refused"
    message = "生日填写有误"


class BirthdayFixed(Conflict):
    """The birthday has been set before; only the store may correct it."""

    code = "members.birthday-fixed"
    message = "生日已填写，如需修改请联系客服"


class CardCodeInvalid(NotFound):
    """Unknown, forged, expired or used: the till is not told which."""

    code = "members.card-code-invalid"
    message = "会员码无效，请刷新后重试"
