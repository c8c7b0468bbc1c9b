"""What becomes of links and exchanges when their member is merged into another one, or leaves."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from backend import points
from backend.members import MembershipClosed, MembershipEnding, MembersMerged
from backend.partners.incoming import cancel_prepared
from backend.partners.linking import end
from backend.partners.models import CouponGrant, Exchange, Link, LinkCode
from backend.partners.outgoing import release_waiting


def move_exchanges(session: Session, merged: MembersMerged) -> None:
    """The person is known to a partner once: a link of the gone member goes on where the survivor has none."""
    gone_id, into_id = merged.gone_id, merged.into_id
    own = set(session.scalars(select(Link.partner_id).where(Link.standing_for == into_id)))
    for link in session.scalars(select(Link).where(Link.standing_for == gone_id)).all():
        if link.partner_id in own:
            end(link, now=merged.at)
        else:
            link.standing_for = into_id
    session.flush()  # links end, or change hands, before they are the survivor's
    session.execute(delete(LinkCode).where(LinkCode.member_id == gone_id))
    for kept in (Link, Exchange, CouponGrant):
        session.execute(update(kept).where(kept.member_id == gone_id).values(member_id=into_id))


def end_exchanges(session: Session, ending: MembershipEnding) -> None:
    """Cancel what waits. Where a partner was asked to confirm, the points stay set aside, and the closing waits."""
    account = points.lock(session, ending.member_id, now=ending.at)
    cancel_prepared(session, ending.member_id, now=ending.at)
    release_waiting(session, account, now=ending.at)


def end_links(session: Session, closed: MembershipClosed) -> None:
    """Partners know nobody by the ids of who has left."""
    session.execute(delete(LinkCode).where(LinkCode.member_id == closed.member_id))
    for link in session.scalars(select(Link).where(Link.standing_for == closed.member_id)).all():
        end(link, now=closed.at)
