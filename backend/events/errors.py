from backend.kit.errors import Conflict, Forbidden, Invalid, NotFound


class EventUnknown(NotFound):
    """There is no such event, or members do not see it."""

    code = "events.unknown"
    message = "活动不存在"


class SessionUnknown(NotFound):
    """The event has no such session."""

    code = "events.session-unknown"
    message = "活动场次不存在"


class RegistrationUnknown(NotFound):
    """There is no such registration, or it is another member's."""

    code = "events.registration-unknown"
    message = "未找到报名记录"


class SessionNotSaid(Invalid):
    """The member has registered for several sessions of the event and must say which is meant."""

    code = "events.session-not-said"
    message = "您报名了多个场次，请选择场次"


class CodeInvalid(NotFound):
    """An unknown, old or forged code: nobody is told which."""

    code = "events.code-invalid"
    message = "签到码无效或已过期，请刷新后重试"


class DefinitionRefused(Invalid):
    """The definition is wrong; `why` says all that is."""

    code = "events.definition-refused"
    message = "活动定义有误：{why}"


class AbsencesRefused(Invalid):
    """The rules of absences are wrong; `why` says how."""

    code = "events.absences-refused"
    message = "缺席规则有误：{why}"


class NotADraft(Conflict):
    """What was published is changed, not drafted anew."""

    code = "events.not-a-draft"
    message = "活动已发布，请使用变更"


class NotPublished(Conflict):
    """Only what is published can be changed or cancelled."""

    code = "events.not-published"
    message = "活动未发布或已结束"


class SessionOver(Conflict):
    """The session is over or was cancelled."""

    code = "events.session-over"
    message = "该场次已结束或已取消"


class CapacityTooSmall(Conflict):
    """More have places than are to be left."""

    code = "events.capacity-below-taken"
    message = "场次 {session} 已有 {taken} 人报名，名额不能少于该数"


class NoRegistration(Conflict):
    """One simply comes to this event."""

    code = "events.no-registration"
    message = "该活动无需报名"


class NotOpenYet(Conflict):
    """Registration opens at `opens`, for some tiers earlier."""

    code = "events.not-open-yet"
    message = "报名尚未开始，请于 {opens} 后报名"


class RegistrationClosed(Conflict):
    """Registration is over, or the session has begun or was cancelled."""

    code = "events.registration-closed"
    message = "报名已截止"


class TierNotAllowed(Forbidden):
    """The event is for other tiers."""

    code = "events.tier-not-allowed"
    message = "您的会员等级暂不能参加该活动"


class Barred(Forbidden):
    """The member stayed away too often without cancelling."""

    code = "events.barred"
    message = "您多次报名未到场，{until} 前暂不能报名"


class RegisteredAlready(Conflict):
    """Once a session, or once an event, as it says."""

    code = "events.registered-already"
    message = "您已报名，请勿重复报名"


class TooManyCompanions(Conflict):
    """So many may be brought along at most."""

    code = "events.too-many-companions"
    message = "最多可携带 {most} 位同行人"


class AnswersRefused(Invalid):
    """The answers do not fit the form; `why` says which."""

    code = "events.answers-refused"
    message = "报名信息有误：{why}"


class Full(Conflict):
    """No place is left, and nobody waits for one."""

    code = "events.full"
    message = "名额已满"


class TooLateToCancel(Conflict):
    """The deadline has passed, or the session has begun."""

    code = "events.too-late-to-cancel"
    message = "已超过取消报名的截止时间，如有疑问请联系客服"


class NotActive(Conflict):
    """The registration is not one that can come: it waits, ended or was cancelled."""

    code = "events.not-active"
    message = "该报名已取消、未候补成功或已结束"


class CouponUsed(Conflict):
    """The coupon that was given for registering was used, or is on its way to a friend."""

    code = "events.coupon-used"
    message = "报名所赠优惠券已使用，无法取消报名"


class DoorsClosed(Conflict):
    """Members are let in some time before the beginning and until some time after the end."""

    code = "events.doors-closed"
    message = "现在不在该场次的签到时间内"


class AnotherStore(Conflict):
    """The session is at another store."""

    code = "events.another-store"
    message = "该场次不在本店举行"


class NotAttended(Conflict):
    """Only who came can be undone or can tell how it was."""

    code = "events.not-attended"
    message = "没有到场记录"


class NotAbsent(Conflict):
    """Only who stayed away can be excused."""

    code = "events.not-absent"
    message = "该报名没有缺席记录"


class SurveyClosed(Conflict):
    """The event asks nobody, or the days for it are over."""

    code = "events.survey-closed"
    message = "问卷不存在或已截止"


class AnsweredAlready(Conflict):
    """Feedback is given once."""

    code = "events.answered-already"
    message = "您已提交过评价，感谢参与"
