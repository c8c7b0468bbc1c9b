"""What WeChat users let us write to them: each *accept* is leave for one subscribe message of the mini-program, or one
subscription notice of the official account, of one template, without end; a refusal takes all of them back.

WeChat tells of each answer in an event, and the mini-program reports what it saw; of one answer both may arrive, in any
order. It is counted once, and WeChat is believed more. Owns the table `subscriptions`.
"""

from backend.subscriptions.models import Subscription
from backend.subscriptions.queries import accepting, accepts_of
from backend.subscriptions.rules import Answer
from backend.subscriptions.service import exhaust, note_answer, spend

__all__ = ["Answer", "Subscription", "accepting", "accepts_of", "exhaust", "note_answer", "spend"]
