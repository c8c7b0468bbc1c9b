"""SMS to the number that a member has joined with."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from backend import members, preferences, sms
from backend.messaging.channels.protocol import NEVER, Letter, Receipt, Refused, Wanted
from backend.messaging.rules import Closing, Status, Verdict
from backend.messaging.wording import CATALOGUE
from backend.sms import Sms, SmsError, SmsSender
from templates_msg.catalogue import Template

NAME: Final = "sms"
BY_THE_PROVIDER: Final = "sms-provider"
ELLIPSIS: Final = "…"

VERDICTS: Final[dict[type[SmsError], Verdict]] = {
    sms.TryLater: Verdict(),
    sms.TooFast: Verdict(closing=Closing.A_MINUTE),
    sms.QuotaSpent: Verdict(closing=Closing.UNTIL_TOMORROW, alarm=True),
    sms.Misconfigured: Verdict(closing=Closing.UNTIL_MENDED, alarm=True),
    sms.NumberUnreachable: Verdict(end=Status.UNREACHABLE),
    SmsError: Verdict(end=Status.DEAD, alarm=True),  # content refused, and every code that nobody knows
}


@dataclass(frozen=True)
class Texting:
    """How a shop sends SMS: by whom, the provider's id of each message's template, the price of one SMS in fen, and how
    many characters the provider takes of one word.
    """

    sender: SmsSender
    template_ids: Mapping[str, str]
    price_fen: int
    longest_word: int


class SmsMessages:
    """The channel of a shop that sends SMS."""

    name = NAME
    repeat_recognised_for: timedelta = NEVER

    def __init__(self, texting: Texting) -> None:
        self._texting = texting
        self.price_fen = texting.price_fen

    def carries(self, template: Template) -> bool:
        """Whether there are words for an SMS, and the provider has a template for it."""
        return bool(template.sms) and template.name in self._texting.template_ids

    def addresses(self, session: Session, wanted: Collection[Wanted], *, now: datetime) -> dict[int, str]:  # noqa: ARG002  a number has no end
        """The numbers that members have joined with."""
        phones = members.phones(session, {one.member_id for one in wanted})
        return {one.id: phones[one.member_id] for one in wanted if one.member_id in phones}

    def send(self, letter: Letter) -> Receipt:
        """Send it. Raises Refused."""
        words = tuple(self._cut(letter.words[word]) for word in CATALOGUE[letter.template].sms)
        template_id = self._texting.template_ids[letter.template]
        try:
            taken = self._texting.sender.send(Sms(letter.address, template_id, words, str(letter.id)))
        except SmsError as error:
            raise _refused_by(error) from error
        return Receipt(taken.serial_no, taken.charged * self._texting.price_fen)

    def learn(self, session: Session, letter: Letter, refusal: Refused | None, *, now: datetime) -> None:
        """Who has told the provider to keep us away wants no marketing by SMS."""
        if isinstance(refusal and refusal.__cause__, sms.Unsubscribed):
            preferences.choose_marketing(
                session, letter.member_id, [preferences.SMS], wanted=False, source=BY_THE_PROVIDER, now=now
            )

    def _cut(self, word: str) -> str:
        longest = self._texting.longest_word
        return word if len(word) <= longest else word[: longest - len(ELLIPSIS)] + ELLIPSIS


def _refused_by(error: SmsError) -> Refused:
    verdict = next(VERDICTS[kind] for kind in type(error).__mro__ if kind in VERDICTS)
    return Refused(verdict, str(error), maybe_shown=isinstance(error, sms.Unanswered), errcode=error.code)
