"""E-mail to the address that a member has confirmed."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from backend import mail, preferences
from backend.mail import Mail, Mailer, MailError
from backend.messaging.channels.protocol import NEVER, Letter, Receipt, Refused, Wanted
from backend.messaging.rules import Closing, Status, Verdict
from backend.messaging.wording import CATALOGUE, plain_text
from templates_msg.catalogue import MARKETING, Template

NAME: Final = "e-mail"
ADVERTISEMENT: Final = "（广告）"  # 互联网电子邮件服务管理办法, 13: at the head of the title
LONGEST_MSGID: Final = 64  # a shop of a long domain loses the end of its Message-ID, and nothing else
BODY: Final = "{text}\n\n请打开微信小程序“百汇会员”查看详情。\n"
FOOTER: Final = "\n--\n不想再收到此类邮件？点此退订：{url}\n"

VERDICTS: Final[dict[type[MailError], Verdict]] = {
    mail.TryLater: Verdict(),
    mail.Misconfigured: Verdict(closing=Closing.UNTIL_MENDED, alarm=True),
    mail.AddressUnreachable: Verdict(end=Status.UNREACHABLE),
    MailError: Verdict(end=Status.DEAD, alarm=True),  # content refused
}


class Mails:
    """The channel of a shop that sends mail. `unsubscribe_url` is where a member ends marketing by mail."""

    name = NAME
    price_fen = 0
    repeat_recognised_for: timedelta = NEVER

    def __init__(self, mailer: Mailer, unsubscribe_url: Callable[[int], str]) -> None:
        self._mailer = mailer
        self._unsubscribe_url = unsubscribe_url

    def carries(self, template: Template) -> bool:
        """Whether it can be said in a sentence."""
        return bool(template.text)

    def addresses(self, session: Session, wanted: Collection[Wanted], *, now: datetime) -> dict[int, str]:  # noqa: ARG002  an address has no end
        """The addresses that members have confirmed."""
        known = preferences.confirmed_addresses(session, {one.member_id for one in wanted})
        return {one.id: known[one.member_id] for one in wanted if one.member_id in known}

    def send(self, letter: Letter) -> Receipt:
        """Send it. Raises Refused."""
        try:
            return Receipt(self._mailer.send(self._mail(letter))[:LONGEST_MSGID])
        except MailError as error:
            raise _refused_by(error) from error

    def learn(self, session: Session, letter: Letter, refusal: Refused | None, *, now: datetime) -> None:
        """A refusal of one mail says nothing lasting of its address: full boxes and strict servers refuse too."""

    def _mail(self, letter: Letter) -> Mail:
        template = CATALOGUE[letter.template]
        text, is_marketing = BODY.format(text=plain_text(template, letter.words)), template.kind == MARKETING
        url = self._unsubscribe_url(letter.member_id) if is_marketing else None
        return Mail(
            to=letter.address,
            subject=f"{ADVERTISEMENT if is_marketing else ''}{template.title}",
            text=text + FOOTER.format(url=url) if url else text,
            reference=str(letter.id),
            at=letter.claimed_at,
            unsubscribe_url=url,
        )


def _refused_by(error: MailError) -> Refused:
    verdict = next(VERDICTS[kind] for kind in type(error).__mro__ if kind in VERDICTS)
    return Refused(verdict, str(error), maybe_shown=isinstance(error, mail.Unanswered), errcode=error.code)
