"""The ways to a member. Each speaks to one API, and knows whom it reaches and what its refusals mean."""

from backend.messaging.channels.furnishing import channels_of
from backend.messaging.channels.official_account import NAME as TEMPLATE_MESSAGES
from backend.messaging.channels.official_account import TemplateMessages
from backend.messaging.channels.protocol import Channel, Letter, Receipt, Refused, Wanted
from backend.messaging.channels.sms import Texting

__all__ = [
    "TEMPLATE_MESSAGES",
    "Channel",
    "Letter",
    "Receipt",
    "Refused",
    "TemplateMessages",
    "Texting",
    "Wanted",
    "channels_of",
]
