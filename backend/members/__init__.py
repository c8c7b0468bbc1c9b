"""Members and their WeChat identities: signing in, joining once, the profile, the card and its rotating code.

A member is one person. An identity is how one appid knows a WeChat user; unionid and phone lead the identities of a
person to one member. Phone, nickname and birthday are sealed at rest and leave here masked, except to their owner.
"""

from backend.members.card_codes import CardCode, card_code
from backend.members.corrections import block, correct_birthday, unblock
from backend.members.errors import (
    BirthdayFixed,
    BirthdayRefused,
    Blocked,
    CardCodeInvalid,
    Closed,
    ConsentMissing,
    IdentityUnknown,
    MemberUnknown,
    NicknameRefused,
    NotJoined,
    PhoneRefused,
)
from backend.members.facts import MemberJoined, MembershipClosed, MembersMerged
from backend.members.identities import follow, learn_unionid, sign_in, unfollow
from backend.members.models import ACTIVE, BLOCKED, CLOSED, MINI_PROGRAM, OFFICIAL_ACCOUNT, Gender, Identity, Member
from backend.members.queries import (
    Profile,
    Who,
    active,
    active_member,
    by_card_no,
    find_by_card_no,
    find_by_phone,
    followers_without_unionid,
    get,
    masked_name,
    mini_program_identity,
    of_identity,
    official_account_identity,
    profile,
)
from backend.members.redemption import forget_used_codes, redeem_card_code
from backend.members.service import (
    Application,
    Joined,
    ProfileChanges,
    check_application,
    join,
    update_profile,
)

__all__ = [
    "ACTIVE",
    "BLOCKED",
    "CLOSED",
    "MINI_PROGRAM",
    "OFFICIAL_ACCOUNT",
    "Application",
    "BirthdayFixed",
    "BirthdayRefused",
    "Blocked",
    "CardCode",
    "CardCodeInvalid",
    "Closed",
    "ConsentMissing",
    "Gender",
    "Identity",
    "IdentityUnknown",
    "Joined",
    "Member",
    "MemberJoined",
    "MemberUnknown",
    "MembersMerged",
    "MembershipClosed",
    "NicknameRefused",
    "NotJoined",
    "PhoneRefused",
    "Profile",
    "ProfileChanges",
    "Who",
    "active",
    "active_member",
    "block",
    "by_card_no",
    "card_code",
    "check_application",
    "correct_birthday",
    "find_by_card_no",
    "find_by_phone",
    "follow",
    "followers_without_unionid",
    "forget_used_codes",
    "get",
    "join",
    "learn_unionid",
    "masked_name",
    "mini_program_identity",
    "of_identity",
    "official_account_identity",
    "profile",
    "redeem_card_code",
    "sign_in",
    "unblock",
    "unfollow",
    "update_profile",
]
