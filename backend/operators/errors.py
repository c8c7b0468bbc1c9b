from backend.kit.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated


class OperatorUnknown(NotFound):
    """No operator has this login."""

    code = "operators.unknown"
    message = "运营账号不存在"


class OperatorInactive(Forbidden):
    """The account was deactivated: nobody acts under this login any more."""

    code = "operators.inactive"
    message = "运营账号已停用"


class LoginTaken(Conflict):
    """Another operator has this login."""

    code = "operators.login-taken"
    message = "登录名已被使用"


class LoginNameRefused(Invalid):
    """A login is 3 to 32 lower-case letters, digits, dots, dashes or underscores, and begins with a letter."""

    code = "operators.login-name-refused"
    message = "登录名为 3 至 32 个小写字母、数字、点、横线，以字母开头"


class PasswordRefused(Invalid):
    """A password is 10 to 200 characters, more than one kind of them, and does not contain the login."""

    code = "operators.password-refused"
    message = "密码至少 10 个字符，不能过于简单，也不能包含登录名"


class DisplayNameRefused(Invalid):
    """A name is 1 to 64 characters."""

    code = "operators.display-name-refused"
    message = "姓名为 1 至 64 个字符"


class LoginFailed(Unauthenticated):
    """Unknown login, wrong password or inactive account: not told which."""

    code = "operators.login-failed"
    message = "登录名或密码错误"
