"""What followers and the official account say to one another.

A *service window* is WeChat's leave to send a follower customer messages: 5 within 48 hours of what the follower wrote,
3 within a minute of a press in the menu, a follow or a scan. Ask `service_window` (or `service_windows` of many) what
is left and until when. Whoever is about to send calls `reserve` first, in a transaction that commits before the call;
`give_back` where WeChat was never reached, `shut` where WeChat says that the window is closed. However many processes
reserve, no more is given than there is. Owns the table `service_windows`.
"""

from backend.conversations.rules import ServiceWindow
from backend.conversations.windows import (
    give_back,
    note_gesture,
    note_words,
    reserve,
    service_window,
    service_windows,
    shut,
)

__all__ = [
    "ServiceWindow",
    "give_back",
    "note_gesture",
    "note_words",
    "reserve",
    "service_window",
    "service_windows",
    "shut",
]
