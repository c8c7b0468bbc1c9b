import pytest

from backend import sharing
from tests.factories.mall import make_item
from tests.factories.members import make_identity
from tests.factories.shares import make_share
from tests.support.clocks import MORNING


def test_shares_come_in_pages_newest_first_and_with_their_points(session, sharer, count_statements):
    item = make_item(session)
    session.flush()
    invitation = make_share(session, sharer.id)
    shown = make_share(session, sharer.id, kind="item", thing=str(item.id))
    sharing.open_share(session, invitation.token, make_identity(session).id, now=MORNING)
    assert [one.id for one in sharing.shares_page(session, sharer.id, limit=1)] == [shown.id]
    assert [one.id for one in sharing.shares_page(session, sharer.id, before_id=shown.id, limit=9)] == [invitation.id]
    with count_statements(session) as said:
        assert sharing.points_of(session, [invitation.id, shown.id]) == {invitation.id: 5}
    assert len(said) == 1


def test_figures_sum_up_by_kind(session, sharer):
    share = make_share(session, sharer.id)
    for _ in range(2):
        sharing.open_share(session, share.token, make_identity(session).id, now=MORNING)
    session.expire_all()
    assert sharing.figures(session) == [sharing.Figures("invitation", 1, 2, 2, 0, 0)]


def test_a_token_nobody_has_is_unknown(session):
    with pytest.raises(sharing.ShareUnknown):
        sharing.by_token(session, "NONE")
