import pytest

from backend.preferences import BY_HOUSE, SMS, TOPICS, AddressRefused, Word, word_of
from backend.preferences.rules import checked_address, wants


@pytest.mark.parametrize("text", ["TD", "td", "T D", " t d ", "ＴＤ", "Td。", "“TD”", "退订", "退 订", "取消订阅", "r"])
def test_marketing_is_refused_however_it_is_written(text):
    assert word_of(text) is Word.REFUSE


@pytest.mark.parametrize("text", ["DY", "dy", "D Y", "订阅", "订阅！"])
def test_and_asked_for_again(text):
    assert word_of(text) is Word.WELCOME


@pytest.mark.parametrize("text", ["", " ", "退订短信怎么操作", "TDK", "订阅号", "积分", "D"])
def test_nothing_else_is_such_a_word(text):
    assert word_of(text) is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [("lin@example.com", "lin@example.com"), (" Lin.A+x@Mail.Example.CN ", "Lin.A+x@mail.example.cn")],
)
def test_an_address_is_kept_with_its_domain_in_small_letters(given, kept):
    assert checked_address(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        "lin",
        "lin@",
        "@example.com",
        "lin@example",
        "lin@-example.com",
        "li n@example.com",
        "林@example.com",
        "lin@example.com\nBcc: a@b.cn",
        "lin@example.com,a@b.cn",
        "a@b@c.cn",
        f"{'a' * 65}@example.com",
        f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 20}.cn",
    ],
)
def test_no_mail_is_sent_to_what_is_no_address(given):
    with pytest.raises(AddressRefused):
        checked_address(given)


def test_only_marketing_by_sms_waits_for_consent():
    assert {pair for pair in BY_HOUSE if pair[1] != SMS} == set()
    assert {topic for topic, _ in BY_HOUSE} == {name for name, topic in TOPICS.items() if topic.kind == "marketing"}


def test_a_choice_wins_over_the_house():
    assert wants({}, ("points", SMS))
    assert not wants({}, ("campaigns", SMS))
    assert wants({("campaigns", SMS): True}, ("campaigns", SMS))
    assert not wants({("points", SMS): False}, ("points", SMS))
