import pytest

from backend import mall, media
from tests.factories.mall import ENDS, make_item, make_pre_order
from tests.support.clocks import MORNING


def test_a_new_item_is_on_offer(session, item):
    assert mall.get_item(session, item.id, now=MORNING) is item
    assert (item.status, item.stock, item.created_at) == ("on", 5, MORNING)
    assert not item.sold_out


def test_what_is_taken_off_is_not_seen_until_it_is_put_on(session, item):
    mall.take_off(session, item.id)
    with pytest.raises(mall.ItemUnknown):
        mall.get_item(session, item.id, now=MORNING)
    assert mall.list_items(session, now=MORNING, limit=10) == []
    mall.put_on(session, item.id)
    assert mall.list_items(session, now=MORNING, limit=10) == [item]


def test_there_is_nothing_to_do_to_an_unknown_item(session):
    make_item(session)
    for verb in (mall.take_off, mall.put_on):
        with pytest.raises(mall.ItemUnknown):
            verb(session, 404)


def test_an_offer_that_cannot_be_shown_is_refused(session):
    with pytest.raises(mall.OfferRefused) as refused:
        mall.add_item(session, mall.Offer("", points=10), stock=1, now=MORNING)
    assert "title" in refused.value.detail
    with pytest.raises(mall.OfferRefused):
        mall.add_item(session, mall.Offer("陶瓷杯", points=0), stock=1, now=MORNING)
    assert mall.all_items(session) == []


def test_a_text_is_cleaned_before_it_is_kept(session):
    offer = mall.Offer("骨瓷盘", points=1, description="<p>釉下彩</p><script>alert(1)</script>")
    assert mall.add_item(session, offer, stock=1, now=MORNING).description == "<p>釉下彩</p>"


def test_a_picture_of_ours_must_be_there(session):
    path = f"/media/{'0' * 64}/750.jpg"
    for parts in ({"picture_url": path}, {"description": f'<img src="{path}">'}):
        with pytest.raises(media.PictureUnknown):
            mall.add_item(session, mall.Offer("骨瓷盘", points=1, **parts), stock=1, now=MORNING)


def test_a_draft_is_not_seen(session):
    draft = mall.add_item(session, mall.Offer("骨瓷盘", points=1), stock=1, status="draft", now=MORNING)
    assert mall.list_items(session, now=MORNING, limit=9) == []
    mall.put_on(session, draft.id)
    assert mall.list_items(session, now=MORNING, limit=9) == [draft]


def test_an_item_is_said_anew_and_its_stock_stays(session, item):
    changed = mall.change_item(session, item.id, mall.Offer("骨瓷盘", points=7, category="家居", limit_pieces=2))
    session.flush()
    assert (changed.title, changed.points, changed.category, changed.subtitle) == ("骨瓷盘", 7, "家居", "")
    assert mall.get_item(session, item.id, now=MORNING).stock == 5
    with pytest.raises(mall.ItemUnknown):
        mall.change_item(session, 404, mall.Offer("骨瓷盘", points=7))


@pytest.mark.parametrize(
    "parts",
    [{"kind": "coupon"}, {"coupon_template": "no-such"}, {"kind": "coupon", "coupon_template": "no-such"}],
    ids=["no template", "goods with one", "unknown"],
)
def test_a_coupon_is_one_of_a_template_that_there_is(session, parts):
    with pytest.raises(mall.OfferRefused):
        mall.add_item(session, mall.Offer("满减券", points=10, **parts), stock=1, now=MORNING)


def test_an_item_stays_of_its_kind(session, item):
    with pytest.raises(mall.OfferRefused) as refused:
        mall.change_item(session, item.id, mall.Offer("停车服务", points=7, kind="service"))
    assert "kind" in refused.value.detail


def test_only_goods_are_sent(session):
    for kind in ("service", "coupon"):
        with pytest.raises(mall.OfferRefused):
            mall.add_item(session, mall.Offer("洗车", points=1, kind=kind, ways="both"), stock=1, now=MORNING)


@pytest.mark.parametrize("parts", [{"kind": "virtual"}, {"ways": "both"}, {"ways": "shipping"}], ids=str)
def test_what_is_paid_for_or_ordered_ahead_is_picked_up(session, parts):
    window = {"pick_up_from": MORNING, "pick_up_until": ENDS, "off_at": ENDS}
    for terms in ({"money_fen": 1}, window):
        with pytest.raises(mall.OfferRefused) as refused:
            mall.add_item(session, mall.Offer("会员卡", points=9, **parts, **terms), stock=0, now=MORNING)
        assert "pick-up" in refused.value.detail


def test_a_deposit_is_less_than_any_tier_pays(session):
    with pytest.raises(mall.OfferRefused) as refused:
        make_pre_order(session, deposit=50, tier_points={"gold": 50})
    assert "deposit_points" in refused.value.detail
    assert make_pre_order(session, deposit=49, tier_points={"gold": 50}).deposit_points == 49
