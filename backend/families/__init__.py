"""Families: members who may pass points to one another, where the house allows it.

Owns the tables `families`, `family_seats`, `family_invitations` and `family_transfers`.
"""

from backend.families.book import KIND, FamilyBook, checked
from backend.families.errors import (
    AlreadyInFamily,
    BookRefused,
    DayCapReached,
    FamilyFull,
    InvitationInvalid,
    NoFamily,
    NotInFamily,
    NotOwner,
    NotSettled,
    OwnerStays,
    TooFew,
    TooManyInvitations,
    ToOneself,
    TransfersOff,
)
from backend.families.giving import transfer
from backend.families.models import Family, Invitation, Transfer
from backend.families.owners import give_up_seat, move_seat
from backend.families.queries import Household, Passed, Relative, household, seen_by, transfers
from backend.families.service import dissolve, invite, join, leave, make

__all__ = [
    "KIND",
    "AlreadyInFamily",
    "BookRefused",
    "DayCapReached",
    "Family",
    "FamilyBook",
    "FamilyFull",
    "Household",
    "Invitation",
    "InvitationInvalid",
    "NoFamily",
    "NotInFamily",
    "NotOwner",
    "NotSettled",
    "OwnerStays",
    "Passed",
    "Relative",
    "ToOneself",
    "TooFew",
    "TooManyInvitations",
    "Transfer",
    "TransfersOff",
    "checked",
    "dissolve",
    "give_up_seat",
    "household",
    "invite",
    "join",
    "leave",
    "make",
    "move_seat",
    "seen_by",
    "transfer",
    "transfers",
]
