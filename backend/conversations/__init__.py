"""What followers and the official account say to one another, and the desk where people answer.

A *service window* is WeChat's leave to send a follower customer messages: 5 within 48 hours of what the follower wrote,
3 within a minute of a press in the menu, a follow or a scan. Ask `service_window` (or `service_windows` of many) what
is left and until when. Whoever is about to send calls `reserve` first, in a transaction that commits before the call;
`give_back` where WeChat was never reached, `shut` where WeChat says that the window is closed. However many processes
reserve, no more is given than there is.

`hear` and `say` keep the log of all that was said, sealed. `call_people` puts a follower into the desk's queue; an
operator takes the conversation, replies within the window, puts it back or closes it. A reply is written first and sent
after the commit: sent, failed with a reason, or doubtful when an attempt was never answered.
"""

from backend.conversations.delivery import send_replies, send_replies_until
from backend.conversations.desk import call_people, close, find, put_back, reopen, reply, take, take_next
from backend.conversations.errors import (
    ConversationUnknown,
    NotClosed,
    NotOpen,
    NotTaken,
    NotWaiting,
    TextRefused,
    WindowClosed,
)
from backend.conversations.leaving import forget_follower, forget_member
from backend.conversations.log import forget_conversations, forget_lines, hear, open_conversation, say
from backend.conversations.models import Conversation
from backend.conversations.queries import Matter, ahead_of, matter, queue, waiting
from backend.conversations.rules import Delivery, ServiceWindow, Stage, Why, is_staffed, staffed_from
from backend.conversations.sending import unsent
from backend.conversations.timing import tidy_desk
from backend.conversations.transcript import Line, said_in, said_with
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
    "Conversation",
    "ConversationUnknown",
    "Delivery",
    "Line",
    "Matter",
    "NotClosed",
    "NotOpen",
    "NotTaken",
    "NotWaiting",
    "ServiceWindow",
    "Stage",
    "TextRefused",
    "Why",
    "WindowClosed",
    "ahead_of",
    "call_people",
    "close",
    "find",
    "forget_conversations",
    "forget_follower",
    "forget_lines",
    "forget_member",
    "give_back",
    "hear",
    "is_staffed",
    "matter",
    "note_gesture",
    "note_words",
    "open_conversation",
    "put_back",
    "queue",
    "reopen",
    "reply",
    "reserve",
    "said_in",
    "said_with",
    "say",
    "send_replies",
    "send_replies_until",
    "service_window",
    "service_windows",
    "shut",
    "staffed_from",
    "take",
    "take_next",
    "tidy_desk",
    "unsent",
    "waiting",
]
