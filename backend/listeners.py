"""Who reacts to which fact: the one table. Listeners run in the announcer's transaction, in this order."""

from backend.kit.facts import Listeners

LISTENERS: Listeners = {}
