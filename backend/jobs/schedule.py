"""The only timetable."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from apscheduler.triggers.cron import CronTrigger

from backend.jobs import (
    bookings,
    broadcasts,
    coupons,
    desk,
    events,
    grants,
    greetings,
    nightly,
    partnering,
    paying,
    pictures,
    referrals,
    work,
)
from backend.jobs.work import Counts
from backend.runtime import Runtime
from config import policy

Missed = Literal["made up", "skipped"]
MADE_UP: Final[Missed] = "made up"
SKIPPED: Final[Missed] = "skipped"
LATE: Final = timedelta(minutes=1)
"""What is not run by then was missed."""

MOMENT: Final = timedelta(microseconds=1)
LOOK_BACK: Final = tuple(timedelta(days=days) for days in (1 / 1440, 1 / 24, 1, 8, 32, 370))


@dataclass(frozen=True)
class Job:
    """Something done by the clock. `cron` is minute, hour, day, month and weekday by name, in the shop's zone; a sixth
    field in front is the second. `work` takes the instant that it is to be done for, and says how much it did.

    `missed` says what becomes of a run for which no process was there: made up once, for the newest due time, where
    that is not longer ago than `within` (None: however long), or skipped, as whatever it left the next one does.
    """

    name: str
    about: str
    cron: str
    work: Callable[[Runtime, datetime], Counts]
    missed: Missed = SKIPPED
    within: timedelta | None = None

    def trigger(self) -> CronTrigger:
        """When it is due, as APScheduler says it."""
        second, minute, hour, day, month, weekday = ["0", *self.cron.split()][-6:]
        return CronTrigger(
            second=second,
            minute=minute,
            hour=hour,
            day=day,
            month=month,
            day_of_week=weekday,
            timezone=policy.SHOP_ZONE,
        )

    def newest_due(self, now: datetime) -> datetime | None:
        """The last instant up to `now` at which it was due; None where there was none for a year."""
        trigger = self.trigger()
        for back in LOOK_BACK:
            newest: datetime | None = None
            due = trigger.get_next_fire_time(None, now - back)
            while due is not None and due <= now:
                newest, due = due, trigger.get_next_fire_time(None, due + MOMENT)
            if newest is not None:
                return newest.astimezone(UTC)
        return None

    def is_too_late(self, due: datetime, now: datetime) -> bool:
        """Whether a run for `due` that begins now comes too late to be wanted."""
        still_wanted = LATE if self.missed == SKIPPED else self.within
        return still_wanted is not None and now - due > still_wanted


JOBS: Final = (
    Job(
        "lapse-exchanges", "Give back the points of exchanges that nobody picked up", "20 * * * *", work.lapse_exchanges
    ),
    Job("remind-exchanges", "Tell members of exchanges that lapse soon", "15 10 * * *", work.remind_exchanges, MADE_UP),
    Job(
        "receive-exchanges", "Note what was shipped long ago as received", "25 3 * * *", work.receive_exchanges, MADE_UP
    ),
    Job(
        "complete-exchanges",
        "Complete exchanges that cannot come back any more",
        "35 3 * * *",
        work.complete_exchanges,
        MADE_UP,
    ),
    Job(
        "nightly",
        "Settle and expire points, then tiers, then warnings and reminders",
        "10 2 * * *",
        nightly.nightly,
        MADE_UP,
    ),
    Job(
        "greet-holidays",
        "Greet members for the holidays of the book",
        "5 9 * * *",
        greetings.greet_holidays,
        MADE_UP,
        within=timedelta(hours=12),
    ),
    Job(
        "win-back",
        "Write to members who have stayed away",
        "35 10 * * *",
        greetings.win_back,
        MADE_UP,
        within=timedelta(hours=12),
    ),
    Job(
        "remind-check-ins",
        "Remind members who want it of checking in",
        f"0 {policy.CHECK_IN_REMINDER_HOUR} * * *",
        greetings.remind_check_ins,
        MADE_UP,
        within=timedelta(hours=2),
    ),
    Job("remind-bookings", "Tell members of appointments that are near", "*/10 * * * *", bookings.remind_bookings),
    Job("settle-receipts", "Decide claims of receipts", "* * * * *", work.settle_receipts),
    Job("run-grants", "Hand out what was granted to many members", "* * * * *", grants.run_grants),
    Job("tend-events", "Move up, remind, charge and settle who registered for events", "* * * * *", events.tend_events),
    Job("run-broadcasts", "Plan what is sent to many, and end it", "* * * * *", broadcasts.run_broadcasts),
    Job("hand-out-coupons", "Hand out coupons to lists of members", "* * * * *", coupons.run_handouts),
    Job("make-coupon-codes", "Make the codes that were ordered", "* * * * *", coupons.make_codes),
    Job("lapse-coupon-gifts", "Give back coupons that no friend accepted", "*/10 * * * *", coupons.lapse_gifts),
    Job("lapse-adjustments", "End requests that nobody decided in time", "25 * * * *", grants.lapse_adjustments),
    Job(
        "ask-partners",
        "Ask partners about points that members exchange there",
        "* * * * *",
        partnering.ask_partners,
    ),
    Job(
        "lapse-partner-exchanges",
        "Free what partners prepared and did not confirm",
        "* * * * *",
        partnering.lapse_prepared,
    ),
    Job(
        "reward-referrals",
        "Reward invitations whose return window has passed, or take back what was given for them",
        "30 * * * *",
        referrals.reward_referrals,
    ),
    Job("review-tiers", "Tell inviters of the tiers their friends have come to", "*/5 * * * *", work.review_tiers),
    Job("close-memberships", "Close the memberships of those who left", "50 * * * *", work.close_memberships),
    Job(
        "settle-shares",
        "Pay for purchases that came by shares and were kept",
        "30 5 * * *",
        work.settle_shares,
        MADE_UP,
    ),
    Job(
        "reconcile", "Freeze accounts whose books cannot be, and tell of them", "40 4 * * mon", work.reconcile, MADE_UP
    ),
    Job(
        "settle-payments",
        "Ask WeChat Pay of payments and refunds that it has not told of",
        "* * * * *",
        paying.settle_payments,
    ),
    Job(
        "tend-plans", "Give what comes with paid memberships, and remind of renewing", "*/10 * * * *", paying.tend_plans
    ),
    Job("link-followers", "Find out which member a new follower is", "* * * * *", work.link_followers),
    Job(
        "sweep-pictures",
        "Remove the files of pictures that were deleted, or never came to be",
        "15 4 * * *",
        pictures.sweep_pictures,
        MADE_UP,
    ),
    Job("upload-pictures", "Let WeChat keep the pictures of new answers", "*/10 * * * *", pictures.upload_pictures),
    Job("tidy-desk", "End conversations that are over, put back what nobody answers", "*/5 * * * *", desk.tidy_desk),
    Job(
        "purge", "Delete keys, codes, receipts and runs that have served their time", "40 3 * * *", work.purge, MADE_UP
    ),
)
