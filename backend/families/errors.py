from backend.kit.errors import Conflict, Forbidden, Invalid, NotFound


class NoFamily(NotFound):
    """The member is in no family."""

    code = "families.none"
    message = "您还没有加入家庭组"


class AlreadyInFamily(Conflict):
    """One family at a time."""

    code = "families.already-in-one"
    message = "您已在一个家庭组中，请先退出"


class NotOwner(Forbidden):
    """Only who made the family, or has taken it over, may do this."""

    code = "families.not-owner"
    message = "只有家庭组创建者可以操作"


class OwnerStays(Conflict):
    """The owner cannot leave a family, only dissolve it."""

    code = "families.owner-stays"
    message = "创建者不能退出，可以解散家庭组"


class FamilyFull(Conflict):
    """The family has as many members as the house allows (`most`)."""

    code = "families.full"
    message = "家庭组最多 {most} 人"


class TooManyInvitations(Conflict):
    """As many invitations are open as a family may have members."""

    code = "families.too-many-invitations"
    message = "未使用的邀请码过多，请等其过期后再试"


class InvitationInvalid(NotFound):
    """Unknown, used or expired: which of them is not told."""

    code = "families.invitation-invalid"
    message = "邀请码无效或已过期"


class NotInFamily(NotFound):
    """Nobody of this id is in the member's family."""

    code = "families.member-unknown"
    message = "该会员不在您的家庭组中"


class TransfersOff(Forbidden):
    """The house lets no points pass from member to member."""

    code = "families.transfers-off"
    message = "暂未开放积分转赠"


class ToOneself(Invalid):
    """Points are given to another member."""

    code = "families.to-oneself"
    message = "不能转赠给自己"


class TooFew(Invalid):
    """Fewer points than the house lets pass at once (`least`)."""

    code = "families.too-few"
    message = "每次至少转赠 {least} 积分"


class DayCapReached(Conflict):
    """More than the giver may still give on this shop day; `left` says how many that is."""

    code = "families.day-cap-reached"
    message = "超出每日转赠上限，今天还可转赠 {left} 积分"


class NotSettled(Conflict):
    """Who has joined only lately receives nothing yet; `receives_on` is the shop day from which on they do."""

    code = "families.not-settled"
    message = "对方加入家庭组不久，{receives_on} 起才能接收积分"


class BookRefused(Invalid):
    """A definition that breaks these rules; `why` says where."""

    code = "families.book-refused"
    message = "家庭组规则有误：{why}"
