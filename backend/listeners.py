"""Who reacts to which fact: the one table. Listeners run in the announcer's transaction, in this order."""

from backend import adjustments, mall, members, messaging, points, tiers
from backend.kit.facts import Listeners

LISTENERS: Listeners = {
    members.MemberJoined: [points.open_account, tiers.open_standing, points.give_join_gift],
    points.PointsEarned: [messaging.tell_points_earned],
    tiers.TierReached: [messaging.tell_tier_reached],
    members.MembersMerged: [adjustments.move_to_survivor],
    members.MembershipClosed: [adjustments.drop_requests],
    mall.ExchangeConfirmed: [messaging.tell_exchange_confirmed],
}
