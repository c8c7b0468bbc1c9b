"""Messages to members: decided in the transaction they tell of, delivered afterwards by the channel that reaches.

A listener writes one row of the outbox (`messages`) with the words of that moment, in the transaction of what happened.
Deliverers, any number of them, claim due rows, find each a way (`routing`), send outside any transaction, and record
what became of it: sent, tried again later, on to the next channel, or one of the named ends. Of one member's messages
of a queue the next goes out when the one before has ended.

The same rows are the member's inbox, whatever became of the sending.
"""

from backend.messaging.attempt import Post
from backend.messaging.birthday_messages import tell_birthday
from backend.messaging.booking_messages import (
    tell_adviser_changed,
    tell_booking_cancelled,
    tell_booking_changed,
    tell_booking_confirmed,
    tell_booking_near,
)
from backend.messaging.channels import TEMPLATE_MESSAGES, Channel, Texting, channels_of
from backend.messaging.check_in_messages import remind_of_check_in
from backend.messaging.coupon_messages import (
    remind_of_coupons,
    tell_coupon_received,
    tell_coupon_redeemed,
    with_coupons_expiring,
)
from backend.messaging.delivery import anything_due, deliver_due, deliver_some, deliver_until
from backend.messaging.event_messages import tell_event_over, tell_of_event
from backend.messaging.exchange_messages import (
    tell_exchange_cancelled,
    tell_exchange_confirmed,
    tell_exchange_lapses_soon,
    tell_exchange_ready,
    tell_exchange_shipped,
    tell_exchange_to_be_sent,
    tell_pre_order_confirmed,
    tell_return_declined,
)
from backend.messaging.holiday_messages import KIND as HOLIDAY_BOOK
from backend.messaging.holiday_messages import Greeting, checked_holidays, greet, greetings_of
from backend.messaging.inbox import Received, mark_read, mark_read_up_to, received, unread
from backend.messaging.owners import drop_waiting, move_messages
from backend.messaging.partner_messages import tell_exchange_refused, tell_points_exchanged
from backend.messaging.plan_messages import (
    tell_plan_ended,
    tell_plan_refunded,
    tell_plan_renewal_due,
    tell_plan_started,
)
from backend.messaging.previewing import RENDERINGS, Line, Listed, WordUnknown, listed, preview
from backend.messaging.queries import (
    DeadLetter,
    Fared,
    Tracked,
    dead_letters,
    longest_waiting_since,
    outbox_depth,
    tracked,
    ways_of,
)
from backend.messaging.receipt_messages import tell_receipt_refused, tell_receipt_settled
from backend.messaging.referral_messages import (
    tell_invitation_ignored,
    tell_referral_in_review,
    tell_referral_refused,
    tell_referral_rewarded,
    tell_referral_stage,
)
from backend.messaging.reminders import remind_expiring, with_points_expiring
from backend.messaging.reports import forget_reports, report
from backend.messaging.resending import MessageUnknown, NotEnded, requeue
from backend.messaging.rules import Delivered, Queue, Status
from backend.messaging.service import (
    tell_draw_won,
    tell_joined,
    tell_points_earned,
    tell_points_expired,
    tell_points_promised,
    tell_tier_falls_soon,
    tell_tier_lost,
    tell_tier_reached,
)
from backend.messaging.win_back import KIND as WIN_BACK_BOOK
from backend.messaging.win_back import WinBackBook, ask_back, away, checked_win_back, win_back_book
from backend.messaging.wish_messages import tell_marketing_by_sms
from backend.messaging.wording import CATALOGUE, console_templates, fields

__all__ = [
    "CATALOGUE",
    "HOLIDAY_BOOK",
    "RENDERINGS",
    "TEMPLATE_MESSAGES",
    "WIN_BACK_BOOK",
    "Channel",
    "DeadLetter",
    "Delivered",
    "Fared",
    "Greeting",
    "Line",
    "Listed",
    "MessageUnknown",
    "NotEnded",
    "Post",
    "Queue",
    "Received",
    "Status",
    "Texting",
    "Tracked",
    "WinBackBook",
    "WordUnknown",
    "anything_due",
    "ask_back",
    "away",
    "channels_of",
    "checked_holidays",
    "checked_win_back",
    "console_templates",
    "dead_letters",
    "deliver_due",
    "deliver_some",
    "deliver_until",
    "drop_waiting",
    "fields",
    "forget_reports",
    "greet",
    "greetings_of",
    "listed",
    "longest_waiting_since",
    "mark_read",
    "mark_read_up_to",
    "move_messages",
    "outbox_depth",
    "preview",
    "received",
    "remind_expiring",
    "remind_of_check_in",
    "remind_of_coupons",
    "report",
    "requeue",
    "tell_adviser_changed",
    "tell_birthday",
    "tell_booking_cancelled",
    "tell_booking_changed",
    "tell_booking_confirmed",
    "tell_booking_near",
    "tell_coupon_received",
    "tell_coupon_redeemed",
    "tell_draw_won",
    "tell_event_over",
    "tell_exchange_cancelled",
    "tell_exchange_confirmed",
    "tell_exchange_lapses_soon",
    "tell_exchange_ready",
    "tell_exchange_refused",
    "tell_exchange_shipped",
    "tell_exchange_to_be_sent",
    "tell_invitation_ignored",
    "tell_joined",
    "tell_marketing_by_sms",
    "tell_of_event",
    "tell_plan_ended",
    "tell_plan_refunded",
    "tell_plan_renewal_due",
    "tell_plan_started",
    "tell_points_earned",
    "tell_points_exchanged",
    "tell_points_expired",
    "tell_points_promised",
    "tell_pre_order_confirmed",
    "tell_receipt_refused",
    "tell_receipt_settled",
    "tell_referral_in_review",
    "tell_referral_refused",
    "tell_referral_rewarded",
    "tell_referral_stage",
    "tell_return_declined",
    "tell_tier_falls_soon",
    "tell_tier_lost",
    "tell_tier_reached",
    "tracked",
    "unread",
    "ways_of",
    "win_back_book",
    "with_coupons_expiring",
    "with_points_expiring",
]
