"""What members want to be told, by which way, and when not; and where their mail goes.

A *topic* (points, coupons, campaigns …) is of a kind: service or marketing. A *way* is what members know of our
channels: the official account, the mini-program, SMS, e-mail; the inbox is no choice, it always has everything. Every
change is written down with its source and time, for the law asks for it. Owns the tables `message_choices`,
`quiet_hours`, `mail_addresses` and `preference_changes`.
"""

from backend.preferences.errors import AddressRefused, CodeRefused, NothingAsked, QuietHoursRefused
from backend.preferences.mail_addresses import (
    MailAddress,
    ask_address,
    confirm_address,
    confirmed_addresses,
    forget_address,
    mail_address,
)
from backend.preferences.owners import erase_preferences, join_preferences
from backend.preferences.queries import Change, changes, quiet_hours, refusals
from backend.preferences.quiet import HOUSE_QUIET, QuietHours
from backend.preferences.rules import (
    BY_HOUSE,
    E_MAIL,
    MARKETING,
    MINI_PROGRAM,
    OFFICIAL_ACCOUNT,
    SERVICE,
    SMS,
    TOPICS,
    WAYS,
    Pair,
    Topic,
    Word,
    word_of,
)
from backend.preferences.service import choose, choose_marketing, keep_quiet
from backend.preferences.tokens import mail_token, member_of_mail_token

__all__ = [
    "BY_HOUSE",
    "E_MAIL",
    "HOUSE_QUIET",
    "MARKETING",
    "MINI_PROGRAM",
    "OFFICIAL_ACCOUNT",
    "SERVICE",
    "SMS",
    "TOPICS",
    "WAYS",
    "AddressRefused",
    "Change",
    "CodeRefused",
    "MailAddress",
    "NothingAsked",
    "Pair",
    "QuietHours",
    "QuietHoursRefused",
    "Topic",
    "Word",
    "ask_address",
    "changes",
    "choose",
    "choose_marketing",
    "confirm_address",
    "confirmed_addresses",
    "erase_preferences",
    "forget_address",
    "join_preferences",
    "keep_quiet",
    "mail_address",
    "mail_token",
    "member_of_mail_token",
    "quiet_hours",
    "refusals",
    "word_of",
]
