"""The only timetable."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from apscheduler.triggers.cron import CronTrigger

from backend.jobs import coupons, grants, nightly, pictures, work
from backend.jobs.work import Counts
from backend.runtime import Runtime
from config import policy


@dataclass(frozen=True)
class Job:
    """Something done by the clock. `cron` is minute, hour, day, month and weekday by name, in the shop's zone; a sixth
    field in front is the second. `work` takes the instant that it is to be done for, and says how much it did.
    """

    name: str
    about: str
    cron: str
    work: Callable[[Runtime, datetime], Counts]

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


JOBS: Final = (
    Job(
        "lapse-exchanges", "Give back the points of exchanges that nobody picked up", "20 * * * *", work.lapse_exchanges
    ),
    Job("remind-exchanges", "Tell members of exchanges that lapse soon", "15 10 * * *", work.remind_exchanges),
    Job("receive-exchanges", "Note what was shipped long ago as received", "25 3 * * *", work.receive_exchanges),
    Job(
        "complete-exchanges",
        "Complete exchanges that cannot come back any more",
        "35 3 * * *",
        work.complete_exchanges,
    ),
    Job("nightly", "Settle and expire points, then tiers, then warnings and reminders", "10 2 * * *", nightly.nightly),
    Job("run-grants", "Hand out what was granted to many members", "* * * * *", grants.run_grants),
    Job("hand-out-coupons", "Hand out coupons to lists of members", "* * * * *", coupons.run_handouts),
    Job("make-coupon-codes", "Make the codes that were ordered", "* * * * *", coupons.make_codes),
    Job("lapse-coupon-gifts", "Give back coupons that no friend accepted", "*/10 * * * *", coupons.lapse_gifts),
    Job("lapse-adjustments", "End requests that nobody decided in time", "25 * * * *", grants.lapse_adjustments),
    Job("review-tiers", "Tell inviters of the tiers their friends have come to", "*/5 * * * *", work.review_tiers),
    Job("close-memberships", "Close the memberships of those who left", "50 * * * *", work.close_memberships),
    Job("reconcile", "Freeze accounts whose books cannot be, and tell of them", "40 4 * * mon", work.reconcile),
    Job("link-followers", "Find out which member a new follower is", "* * * * *", work.link_followers),
    Job(
        "sweep-pictures",
        "Remove the files of pictures that were deleted, or never came to be",
        "15 4 * * *",
        pictures.sweep_pictures,
    ),
    Job("purge", "Delete keys, codes, receipts and runs that have served their time", "40 3 * * *", work.purge),
)
