from backend.kit.errors import Conflict, Invalid, NotFound


class ServiceUnknown(NotFound):
    """No service with this id, or one of another benefit or store, or one that is not offered any more."""

    code = "bookings.service-unknown"
    message = "没有这项可预约的服务"


class ServiceRefused(Invalid):
    """A service cannot be as described (`reason`)."""

    code = "bookings.service-refused"
    message = "服务设置有误：{reason}"


class ServiceTaken(Conflict):
    """There is a service with this code."""

    code = "bookings.service-code-taken"
    message = "服务代码已存在"


class StaffNotOfStore(Conflict):
    """Somebody of another store, or who takes no appointments."""

    code = "bookings.staff-not-here"
    message = "该员工不在本店或不接受预约"


class HoursRefused(Invalid):
    """Hours begin before they end, on quarters of hours, and do not overlap."""

    code = "bookings.hours-refused"
    message = "工作时间有误：须为整刻钟、先后有序且不重叠"


class LeaveRefused(Invalid):
    """A leave begins before it ends, and lasts for a year at most."""

    code = "bookings.leave-refused"
    message = "请假时间有误"


class LeaveUnknown(NotFound):
    """No leave with this id."""

    code = "bookings.leave-unknown"
    message = "没有这条请假记录"


class OutOfWindow(Conflict):
    """It is too soon or too far ahead to book for that time."""

    code = "bookings.out-of-window"
    message = "该时间不在可预约范围内"


class SlotTaken(Conflict):
    """Nobody is free at that time, or not who was asked for."""

    code = "bookings.slot-taken"
    message = "该时段已被约满，请选择其他时间"


class MemberBusy(Conflict):
    """The member has another appointment at that time."""

    code = "bookings.member-busy"
    message = "您在该时段已有其他预约"


class NotBookable(Conflict):
    """The benefit is not had by appointment."""

    code = "bookings.not-bookable"
    message = "该权益无需预约"


class BookingUnknown(NotFound):
    """No appointment with this id, or somebody else's, or another store's."""

    code = "bookings.unknown"
    message = "没有这条预约"


class BookingEnded(Conflict):
    """The appointment was cancelled or is over (`status`)."""

    code = "bookings.ended"
    message = "预约已结束或已取消，不能再更改"


class TooLate(Conflict):
    """It is too late to move or cancel the appointment oneself."""

    code = "bookings.too-late"
    message = "距预约时间过近，请联系门店处理"


class TooEarly(Conflict):
    """What became of an appointment is said once it has begun."""

    code = "bookings.too-early"
    message = "预约尚未开始"


class NotDone(Conflict):
    """Only who was served says how it was, within a month."""

    code = "bookings.not-done"
    message = "服务完成后一个月内可以评价"


class FeedbackGiven(Conflict):
    """It was said before how it was; what became of the appointment stays, too."""

    code = "bookings.feedback-given"
    message = "该预约已评价"


class FeedbackRefused(Invalid):
    """Feedback is up to 200 characters."""

    code = "bookings.feedback-refused"
    message = "评价最多 200 个字符"


class AdviserUnknown(NotFound):
    """The member has no adviser, or no tier that carries one."""

    code = "bookings.adviser-unknown"
    message = "暂无专属顾问"


class SameAdviser(Conflict):
    """Members are handed over to somebody else."""

    code = "bookings.same-adviser"
    message = "交接双方不能是同一人"
