"""Scenes: what the codes at doors, on badges and on posters stand for, who came by them, and what came of it.

A scene has a short random code that WeChat puts into a QR code of the official account and tells us when somebody scans
it. Counts are kept by scene and shop day; of persons no more is kept than by which scene a follower came first, until
they follow no more. Counters are changed under the scene's lock, which is taken after identities and members.
"""

from backend.scenes.counting import forget_visitors, note_follow, note_join, note_leaving, note_scan
from backend.scenes.errors import (
    DaysRefused,
    GreetingRefused,
    LabelRefused,
    NotDrawn,
    Retired,
    SceneUnknown,
    StoreWanted,
    SubjectRefused,
    TooManyCodes,
)
from backend.scenes.models import KINDS, Kind, Scene
from backend.scenes.pictures import Picture, poster
from backend.scenes.queries import Led, by_code, led_here, page, undrawn
from backend.scenes.rules import good_for
from backend.scenes.service import Plan, Words, make, note_drawn, retire, reword
from backend.scenes.statistics import GROUPS, Asked, Group, Line, statistics

__all__ = [
    "GROUPS",
    "KINDS",
    "Asked",
    "DaysRefused",
    "GreetingRefused",
    "Group",
    "Kind",
    "LabelRefused",
    "Led",
    "Line",
    "NotDrawn",
    "Picture",
    "Plan",
    "Retired",
    "Scene",
    "SceneUnknown",
    "StoreWanted",
    "SubjectRefused",
    "TooManyCodes",
    "Words",
    "by_code",
    "forget_visitors",
    "good_for",
    "led_here",
    "make",
    "note_drawn",
    "note_follow",
    "note_join",
    "note_leaving",
    "note_scan",
    "page",
    "poster",
    "retire",
    "reword",
    "statistics",
    "undrawn",
]
