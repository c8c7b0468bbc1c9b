import pytest

from backend import messaging
from backend.messaging import previewing
from backend.messaging.previewing import RENDERINGS
from backend.wechat import fits, kind_of
from templates_msg.catalogue import MARKETING

SAID = [(name, rendering) for name in messaging.CATALOGUE for rendering in RENDERINGS]


@pytest.mark.parametrize(("name", "rendering"), SAID)
def test_every_sample_is_shown_whole_and_as_wechat_takes_it(name, rendering):
    for line in messaging.preview(name, rendering, {}):
        assert not line.cut, f"{line.wanted} is shown as {line.shown}"
        assert "{" not in line.shown
        if rendering in {"official-account", "subscription"}:
            assert fits(line.key, line.shown)


@pytest.mark.parametrize("name", messaging.CATALOGUE)
def test_every_message_can_be_said_in_words_and_in_a_notice(name):
    text, notice = (messaging.preview(name, rendering, {}) for rendering in ("text", "subscription"))
    assert len(text[0].shown) <= 120
    assert [kind_of(line.key) for line in notice]
    assert messaging.CATALOGUE[name].kind != MARKETING or messaging.preview(name, "official-account", {}) == []


def test_given_words_are_said_instead_and_what_does_not_fit_is_cut():
    (wish, _) = messaging.preview("birthday_greeting", "subscription", {"greeting": "祝" * 21})
    assert (wish.key, wish.label, wish.cut) == ("thing1", "生日祝福", True)
    assert (wish.shown, wish.wanted) == ("祝" * 19 + "…", "祝" * 21)


def test_an_sms_is_its_words_in_the_order_of_its_template():
    lines = messaging.preview("points_expiring", "sms", {"points": "7"})
    assert [(line.key, line.shown) for line in lines] == [("points", "7"), ("last_day", "2026年3月31日")]
    assert messaging.preview("points_earned", "sms", {}) == []


def test_a_word_that_the_message_has_not_is_refused():
    with pytest.raises(messaging.WordUnknown) as refused:
        messaging.preview("points_earned", "text", {"point": "7"})
    assert refused.value.details == {"word": "point"}


def test_the_catalogue_is_listed_with_how_each_is_said():
    listed = {one.name: one for one in messaging.listed()}
    assert set(listed) == set(messaging.CATALOGUE)
    assert listed["points_expiring"].said_by == RENDERINGS
    assert listed["win_back"].said_by == ("subscription", "text")
    assert (listed["win_back"].kind, listed["win_back"].when) == ("marketing", "by day")


def test_fields_are_those_of_the_rendering():
    campaign = messaging.CATALOGUE["campaign"]
    assert previewing.fields_of(campaign, "official-account") == ()
    assert previewing.fields_of(campaign, "subscription") == campaign.subscription
