from backend.kit.errors import Conflict, Invalid, NotFound


class BookRefused(Invalid):
    """A definition that breaks these rules; `why` says where."""

    code = "risk.book-refused"
    message = "风险规则有误：{why}"


class ReasonRefused(Invalid):
    """A reason is 1 to 200 visible characters: it is asked for later."""

    code = "risk.reason-refused"
    message = "请用 1 至 200 个字符说明原因"


class AddressRefused(Invalid):
    """What is to be blocked as a network is no IP address."""

    code = "risk.address-refused"
    message = "不是有效的 IP 地址"


class NoDevice(NotFound):
    """The member was not seen with any device."""

    code = "risk.no-device"
    message = "没有该会员的设备记录"


class BlockedAlready(Conflict):
    """It is blocked."""

    code = "risk.blocked-already"
    message = "已在黑名单中"


class BlockUnknown(NotFound):
    """There is no such block, or it was lifted."""

    code = "risk.block-unknown"
    message = "没有这条生效中的黑名单记录"
