"""What the two channels have in common that send a message for an accept of the user."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from backend import subscriptions
from backend.messaging.channels.protocol import Letter, Refused, Wanted

NO_ACCEPT_LEFT: Final = 43101


class Accepts:
    """The accepts of an account's users for the templates of `template_ids`, by our names of them."""

    def __init__(self, appid: str, template_ids: Mapping[str, str]) -> None:
        self._appid = appid
        self.template_ids = template_ids

    def addresses(self, session: Session, wanted: Collection[Wanted]) -> dict[int, str]:
        """The openids of those who take one more of their message."""
        pairs = {one.id: (one.member_id, self.template_ids[one.template]) for one in wanted}
        openids = subscriptions.accepting(session, set(pairs.values()), appid=self._appid)
        return {message_id: openids[pair] for message_id, pair in pairs.items() if pair in openids}

    def learn(self, session: Session, letter: Letter, refusal: Refused | None, *, now: datetime) -> None:  # noqa: ARG002  the letter has the instant of the question
        """What was sent has used up an accept; where WeChat knows of none, there is none."""
        which = {
            "appid": self._appid,
            "openid": letter.address,
            "template_id": self.template_ids[letter.template],
        }
        if refusal is None:
            subscriptions.spend(session, **which)
        elif refusal.errcode == NO_ACCEPT_LEFT:
            subscriptions.exhaust(session, **which, asked_at=letter.claimed_at)
