from datetime import timedelta

import pytest

from backend import sharing
from tests.factories.coupons import make_template
from tests.factories.events import make_event
from tests.factories.mall import make_item
from tests.support.clocks import MORNING


def show(session, kind, thing, now=MORNING):
    return sharing.thing_of(session, kind, str(thing), now=now)


def test_an_item_is_shown_with_its_picture(session):
    item = make_item(session)
    session.flush()
    shown = show(session, "item", item.id)
    assert (shown.title, shown.picture_url) == (item.title, item.picture_url)
    assert shown.page == f"pages/mall/item?id={item.id}"


def test_a_coupon_that_can_be_claimed_is_shown(session):
    template = make_template(session)
    template.claimable = True
    session.flush()
    assert show(session, "coupon", template.id).page == f"pages/coupons/claim?id={template.id}"
    template.claimable = False
    session.flush()
    with pytest.raises(sharing.ThingUnknown):
        show(session, "coupon", template.id)


def test_a_coupon_is_shown_until_its_claims_end(session):
    template = make_template(session)
    template.claimable, template.claim_until = True, MORNING + timedelta(hours=1)
    session.flush()
    show(session, "coupon", template.id)
    with pytest.raises(sharing.ThingUnknown):
        show(session, "coupon", template.id, now=MORNING + timedelta(hours=1))


def test_an_event_is_shown_until_it_is_over(session):
    event = make_event(session)
    assert show(session, "event", event.id).title == event.title
    with pytest.raises(sharing.ThingUnknown):
        show(session, "event", event.id, now=event.ends_at)


def test_a_withdrawn_article_is_not_shown(session):
    sharing.save_article(session, "skin", title="春季养肤", page="pages/a", by="anna", now=MORNING)
    assert show(session, "article", "skin").title == "春季养肤"
    sharing.withdraw_article(session, "skin", by="anna", now=MORNING)
    with pytest.raises(sharing.ThingUnknown):
        show(session, "article", "skin")


@pytest.mark.parametrize(
    ("kind", "thing"),
    [
        ("item", "0"),
        ("item", "x"),
        ("item", "9" * 30),
        ("item", ""),
        ("coupon", "1"),
        ("coupon", "٣"),
        ("article", "none"),
        ("invitation", "others"),
        ("event", "1"),
    ],
)
def test_what_is_not_there_is_not_shown(session, kind, thing):
    with pytest.raises(sharing.ThingUnknown):
        show(session, kind, thing)
