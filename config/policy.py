"""The house rules a store starts with. Rates are integers per ten thousand, money is fen, points are integers."""

from datetime import time, timedelta

from config.zone import shop_zone

SHOP_ZONE = shop_zone()

POINTS_VALID_MONTHS = 12

CARD_CODE_GOOD_FOR = timedelta(seconds=60)
CARD_CODE_CLOCK_DIFFERENCE = timedelta(seconds=30)

CONSENT_VERSIONS = ("2026-01",)  # of the terms and the privacy policy; the newest last
SIGN_IN_GOOD_FOR = timedelta(days=7)

PLACE_CODE_GOOD_FOR = timedelta(seconds=120)  # on a store's screen: who scans it has to unlock the phone first
CHECK_IN_REMINDER_HOUR = 19  # of the shop's day, on days without a check-in, for who wants that

MESSAGE_TRIES = 12
MESSAGE_FIRST_PAUSE = timedelta(seconds=5)
MESSAGE_LONGEST_PAUSE = timedelta(minutes=30)
MESSAGE_CIRCUIT_OPENS_AT = 5  # members in a row whom a channel did not answer; then it is left alone for half a minute
MESSAGE_POINTS_EXPIRED = True  # whether members hear of points that are over; of those about to be they always do
# a check-in is shown on the screen at that very moment, a prize is told as a prize, who joins is welcomed with both,
# visitors of shares come by tens
MESSAGE_POINTS_UNTOLD = frozenset({"check-in", "check-in-step", "draw-prize", "join", "referral", "share-visit"})
MESSAGE_COUPONS_UNTOLD = frozenset(
    {"claim", "code", "word", "gift", "draw-prize", "exchange", "birthday", "holiday", "win-back", "referral"}
)  # likewise; those of a birthday are told with its greeting
MESSAGE_QUIET_HOURS = (time(22), time(8))  # of the shop's day; what can wait is sent after them
MARKETING_A_WEEK = 3  # messages that a member is sent in seven days, whatever the shop has to say
MESSAGE_WAIT_FOR_CHANNEL = timedelta(hours=1)  # that takes nothing at the moment, before the next one is tried
# the order in which channels are tried; marketing never is a template message, for WeChat blocks those
MESSAGE_CHANNELS = {
    "service": ("official-account", "notice", "mini-program", "customer-service", "e-mail", "sms"),
    "marketing": ("notice", "mini-program", "customer-service", "e-mail", "sms"),
}
# which subscribe messages the mini-program asks for after what; WeChat's older clients ask for three at once
SUBSCRIBE_SCENES = {
    "join": ("coupon_expiring", "points_expiring", "birthday_coupon"),
    "card": ("points_earned", "tier_falls_soon", "tier_reached"),
    "check-in": ("check_in_reminder", "points_expiring", "campaign"),
    "coupon": ("coupon_expiring", "coupon_received", "campaign"),
    "draw": ("draw_won", "campaign"),
    "event": ("event_soon", "event_changed", "event_moved_up"),
    "booking": ("booking_reminder", "booking_changed", "booking_cancelled"),
    "exchange": ("exchange_ready", "exchange_shipped", "exchange_lapses_soon"),
}
QUOTA_KEPT_FOR_SERVICE = 1_000  # of a channel's daily quota: ten per cent are not for what is sent to many
BROADCAST_ALONE = 1_000  # members whom one operator may write to without a second pair of eyes
BROADCAST_TESTS = 20  # members whom a test of a broadcast may go to at once

PURCHASE_LATEST_REPORT = timedelta(days=30)
TILL_CLOCK_DIFFERENCE = timedelta(seconds=300)
RECEIPT_WITHIN_DAYS = 30  # how long ago a purchase may be that is claimed by its receipt
RECEIPT_WAITS_DAYS = 7  # how long a claim waits for what the till reports
RETURN_DAYS = 7  # how long goods come back in a new store; the points of a sale settle after that
CASH_HOLD_FOR = timedelta(minutes=15)  # how long a till may keep points aside for a bill that is not paid yet
COUPON_LATEST_REPORT = timedelta(days=3)  # how long ago a till may have taken a coupon that it reports now

PICK_UP_WITHIN_DAYS = 14
PICK_UP_REMINDER_BEFORE = timedelta(days=3)
SHIP_WITHIN_DAYS = 2  # what is to be sent; operators are warned of what was not
RECEIVED_AFTER_DAYS = 10  # what was shipped counts as received then
BRING_BACK_WITHIN_DAYS = 7  # what was exchanged; after that the exchange is completed

EVENT_DOORS_OPEN_BEFORE = timedelta(hours=2)  # before a session begins: members are let in from then on
EVENT_DOORS_CLOSE_AFTER = timedelta(hours=1)  # after its end; who has not come by then stayed away
EVENT_REMINDER_HOUR = 10  # of the shop day before an event
EVENT_SOON_BEFORE = timedelta(hours=2)  # as its message says; it is sent within EVENT_SOON_LATEST, or not at all
EVENT_SOON_LATEST = timedelta(minutes=30)
EVENT_LINK_BEFORE = timedelta(minutes=30)  # a live stream begins, its link is shown to who has registered

DRAW_REVEAL_AFTER = timedelta(minutes=5)  # after the end of a draw: by then no call that began before it still runs

TIER_WARNING_BEFORE = timedelta(days=30)

COUPON_GIFT_GOOD_FOR = timedelta(hours=24)  # how long a friend may take to accept a coupon

DESK_HOURS = dict.fromkeys(range(7), (time(9, 30), time(21, 30)))  # when people answer, by weekday from Monday on
DESK_SILENCE = timedelta(hours=2)  # after that the desk has had the last word, or a colleague takes over
DESK_REOPENS_WITHIN = timedelta(hours=24)  # who asks for people again so soon has the same matter at heart
DESK_TRIES = 5
DESK_PAUSE = timedelta(seconds=5)  # between them
RISK_SIGNALS_KEPT_FOR = timedelta(days=180)  # digests of devices, addresses and networks, and counts of them

CHAT_KEPT_FOR = timedelta(days=180)  # what followers and the official account said to one another
UNANSWERED_KEPT_FOR = timedelta(days=90)  # what nobody knew an answer to

PARTNER_LINK_CODE_GOOD_FOR = timedelta(minutes=5)
PARTNER_PREPARED_FOR = timedelta(minutes=10)  # how long we keep room for an exchange that a partner has prepared
PARTNER_LEASE = timedelta(minutes=2)  # by when who asks a partner has its answer, time-outs and all
PARTNER_FIRST_PAUSE = timedelta(seconds=15)  # before a partner that did not answer is asked again; then twice as long
PARTNER_LONGEST_PAUSE = timedelta(minutes=30)
PARTNER_GIVE_UP_AFTER = timedelta(hours=24)  # an exchange that the partner was never asked to confirm
PARTNER_ALERT_AFTER = timedelta(hours=2)  # operators hear of an exchange that is in doubt for so long
