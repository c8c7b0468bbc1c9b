"""Imports every module with tables, so that migrations and tests forget none."""

from backend.addresses import models as addresses
from backend.adjustments import models as adjustments
from backend.answers import models as answers
from backend.benefits import models as benefits
from backend.bookings import models as bookings
from backend.checkin import models as checkin
from backend.conversations import models as conversations
from backend.coupons import models as coupons
from backend.earning import models as earning
from backend.events import models as events
from backend.families import models as families
from backend.insights import models as insights
from backend.jobs import models as jobs
from backend.kit import idempotency
from backend.lifecycle import models as lifecycle
from backend.lottery import models as lottery
from backend.mall import models as mall
from backend.media import models as media
from backend.members import models as members
from backend.messaging import models as messaging
from backend.messaging.broadcasts import models as broadcasts
from backend.oa import receipts as oa
from backend.operators import models as operators
from backend.partners import models as partners
from backend.payments import models as payments
from backend.plans import models as plans
from backend.points import models as points
from backend.preferences import models as preferences
from backend.purchases import models as purchases
from backend.receipts import models as receipts
from backend.referrals import models as referrals
from backend.risk import models as risk
from backend.rulebooks import models as rulebooks
from backend.scenes import models as scenes
from backend.stores import models as stores
from backend.subscriptions import models as subscriptions
from backend.tiers import models as tiers
from backend.visits import models as visits

__all__ = [
    "addresses",
    "adjustments",
    "answers",
    "benefits",
    "bookings",
    "broadcasts",
    "checkin",
    "conversations",
    "coupons",
    "earning",
    "events",
    "families",
    "idempotency",
    "insights",
    "jobs",
    "lifecycle",
    "lottery",
    "mall",
    "media",
    "members",
    "messaging",
    "oa",
    "operators",
    "partners",
    "payments",
    "plans",
    "points",
    "preferences",
    "purchases",
    "receipts",
    "referrals",
    "risk",
    "rulebooks",
    "scenes",
    "stores",
    "subscriptions",
    "tiers",
    "visits",
]
