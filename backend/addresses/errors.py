from backend.kit.errors import Conflict, Invalid, NotFound


class AddressUnknown(NotFound):
    """The member has no address of this id."""

    code = "addresses.unknown"
    message = "收货地址不存在"


class TooManyAddresses(Conflict):
    """An address book is full; `most` says with how many."""

    code = "addresses.too-many"
    message = "最多保存 {most} 个收货地址，请先删除不用的"


class RecipientRefused(Invalid):
    """A recipient's name is 1 to 25 visible characters on one line."""

    code = "addresses.recipient-refused"
    message = "收货人姓名为 1 至 25 个字符，且不能含有特殊控制字符"


class StreetRefused(Invalid):
    """What stands behind the district is 1 to 120 visible characters on one line."""

    code = "addresses.street-refused"
    message = "详细地址为 1 至 120 个字符，且不能含有特殊控制字符"


class RegionRefused(Invalid):
    """A code is unknown, or the district is not of the city, or the city not of the province."""

    code = "addresses.region-refused"
    message = "所在地区有误，请重新选择"


class RegionUnknown(NotFound):
    """No province, city or district has this code."""

    code = "addresses.region-unknown"
    message = "地区不存在"
