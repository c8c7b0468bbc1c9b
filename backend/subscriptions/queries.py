from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import members
from backend.subscriptions.models import Subscription


def accepting(session: Session, wanted: Collection[tuple[int, str]], *, appid: str) -> dict[tuple[int, str], str]:
    """The openids with the given appid of those who take a message: of pairs (member, template id), by the pair.

    One statement however many are asked for. Of several WeChat users of one member, the one who answered last.
    """
    identity = members.Identity
    found = (
        select(identity.member_id, Subscription.template_id, identity.openid)
        .join(Subscription, Subscription.identity_id == identity.id)
        .where(
            identity.appid == appid,
            identity.member_id.in_({member_id for member_id, _ in wanted}),
            Subscription.template_id.in_({template_id for _, template_id in wanted}),
            Subscription.accepts > 0,
        )
        .order_by(Subscription.answered_at, identity.id)
    )
    asked = set(wanted)
    pairs = (((member_id, template_id), openid) for member_id, template_id, openid in session.execute(found))
    return {pair: openid for pair, openid in pairs if pair in asked}


def accepts_of(session: Session, identity_id: int, template_ids: Collection[str]) -> dict[str, int]:
    """How many messages of each template a WeChat user still takes, 0 where never asked."""
    rows = session.execute(
        select(Subscription.template_id, Subscription.accepts).where(
            Subscription.identity_id == identity_id, Subscription.template_id.in_(set(template_ids))
        )
    )
    return dict.fromkeys(template_ids, 0) | {row.template_id: row.accepts for row in rows}
