from backend.kit.errors import Conflict, Invalid, NotFound


class StaffUnknown(NotFound):
    """Nobody with this code works in the store."""

    code = "stores.staff-unknown"
    message = "员工不存在"


class StoreUnknown(NotFound):
    """No store has this id or code."""

    code = "stores.unknown"
    message = "门店不存在"


class BrandUnknown(NotFound):
    """No brand has this id or code."""

    code = "stores.brand-unknown"
    message = "品牌不存在"


class KeyUnknown(NotFound):
    """No till has this key."""

    code = "stores.key-unknown"
    message = "收银密钥不存在"


class CodeTaken(Conflict):
    """Another of the same kind has this code."""

    code = "stores.code-taken"
    message = "编码已被使用"


class CodeRefused(Invalid):
    """A code is 1 to 20 letters, digits, dots, dashes or underscores."""

    code = "stores.code-refused"
    message = "编码只能由 1 至 20 个字母、数字、点、横线组成"


class NameRefused(Invalid):
    """A name is 1 to 64 characters."""

    code = "stores.name-refused"
    message = "名称为 1 至 64 个字符"


class ReturnDaysRefused(Invalid):
    """Goods come back within 0 to 365 days."""

    code = "stores.return-days-refused"
    message = "退货期为 0 至 365 天"


class ScopeUnknown(Invalid):
    """A key needs scopes, of those there are."""

    code = "stores.scope-unknown"
    message = "收银密钥的权限范围有误"
