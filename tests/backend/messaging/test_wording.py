from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.messaging import wording
from backend.wechat import fits

NAMES = sorted(wording.CATALOGUE)


@pytest.mark.parametrize("name", NAMES)
def test_the_sample_goes_through_uncut(name):
    template = wording.CATALOGUE[name]
    for field in template.official_account:
        plain = field.wording.format_map(template.sample)
        assert fits(field.key, plain), (field.key, plain)
        assert wording.fields(template.lines, template.sample)[field.key] == plain


@pytest.mark.parametrize("name", NAMES)
@given(words=st.data())
def test_wechat_takes_whatever_the_words_are(name, words):
    template = wording.CATALOGUE[name]
    any_words = {word: words.draw(st.text(max_size=60)) for word in template.sample}
    assert all(fits(key, value) for key, value in wording.fields(template.lines, any_words).items())


def test_a_lost_word_is_an_error():
    with pytest.raises(KeyError):
        wording.fields(wording.CATALOGUE["tier_reached"].lines, {"tier": "金卡"})


@pytest.mark.parametrize("name", NAMES)
def test_the_inbox_shows_every_field_with_its_label(name):
    template = wording.CATALOGUE[name]
    assert wording.lines(name, template.sample) == [
        (field.label, field.wording.format_map(template.sample)) for field in template.lines
    ]
    assert wording.title(name) == template.title


def test_the_inbox_leaves_out_what_it_has_no_words_for():
    assert wording.lines("tier_reached", {"at": "9:00"}) == [("升级时间", "9:00")]
    assert (wording.title("no longer told"), wording.lines("no longer told", {"a": "b"})) == ("会员消息", [])


def test_instants_and_days_are_the_shop_s():
    assert wording.instant(datetime(2026, 3, 1, 16, 5, tzinfo=UTC)) == "2026年3月2日 00:05"
    assert wording.day(datetime(2026, 3, 15, 16, 0, tzinfo=UTC)) == "2026年3月16日"
    assert wording.last_day(datetime(2026, 3, 15, 16, 0, tzinfo=UTC)) == "2026年3月15日"
    assert wording.last_day(datetime(2026, 3, 15, 16, 1, tzinfo=UTC)) == "2026年3月16日"


def test_reasons_of_points():
    assert wording.reason("purchase") == "消费积分"
    assert wording.reason("tier-gift") == "等级礼"
    assert wording.reason("something new") == "积分到账"


def test_why_points_of_an_exchange_came_back_fits_the_phone():
    for why in wording.WHY_ENDED.values():
        assert fits("thing3", why)
    with pytest.raises(KeyError):
        wording.why_ended("cancelled")


def test_templates_as_the_console_shows_them():
    shown = wording.console_templates({"tier_reached": "T1", "unknown": "T2"})
    assert set(shown) == {"T1"}
    assert shown["T1"]["title"] == "会员升级通知"
    assert shown["T1"]["fields"][0] == {"key": "thing1", "label": "当前等级"}
