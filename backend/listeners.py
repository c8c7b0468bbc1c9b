"""Who reacts to which fact: the one table. Listeners run in the announcer's transaction, in this order."""

from backend import members, points, tiers
from backend.kit.facts import Listeners

LISTENERS: Listeners = {
    members.MemberJoined: [points.open_account, tiers.open_standing, points.give_join_gift],
}
