"""Who reacts to which fact: the one table. Listeners run in the announcer's transaction, in this order."""

from backend import (
    addresses,
    adjustments,
    checkin,
    earning,
    families,
    lottery,
    mall,
    members,
    messaging,
    points,
    purchases,
    tiers,
)
from backend.kit.facts import Listeners

LISTENERS: Listeners = {
    members.MemberJoined: [points.open_account, tiers.open_standing, earning.reward_registration],
    members.ProfileCompleted: [earning.reward_profile],
    points.PointsPromised: [messaging.tell_points_promised],
    points.PointsEarned: [messaging.tell_points_earned],
    points.PointsExpired: [messaging.tell_points_expired],
    tiers.TierReached: [messaging.tell_tier_reached],
    tiers.TierLost: [messaging.tell_tier_lost],
    tiers.TierFallsSoon: [messaging.tell_tier_falls_soon],
    members.MembersMerging: [mall.end_overdue],
    members.MembersMerged: [
        addresses.join_books,
        adjustments.move_to_survivor,
        checkin.absorb_visits,
        earning.merge_awards,
        families.move_seat,
        lottery.move_plays,
        mall.move_orders,
        members.merge_tags,
        messaging.move_messages,
        purchases.move_purchases,
        tiers.merge_standings,
    ],
    members.MembershipEnding: [mall.cancel_waiting],
    members.MembershipClosed: [
        addresses.erase_book,
        adjustments.drop_requests,
        families.give_up_seat,
        members.drop_tags,
        tiers.close_standing,
        messaging.drop_waiting,  # last: what another one decided to tell is not sent either
    ],
    mall.ExchangeConfirmed: [messaging.tell_exchange_confirmed],
    checkin.CheckedIn: [lottery.reward_check_in],
    purchases.PurchaseRecorded: [lottery.reward_purchase],
    purchases.PurchaseRefunded: [lottery.take_back_tickets],
    lottery.DrawWon: [messaging.tell_draw_won],
    mall.ExchangeReady: [messaging.tell_exchange_ready],
}
