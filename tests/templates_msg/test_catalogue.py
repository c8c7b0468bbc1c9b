import pytest

from templates_msg import catalogue

GOOD = """
name = "greeting"
title = "问候"
kind = "service"
topic = "account"
when = "at once"
page = "pages/index"
text = "{who}，你好。"

[sample]
who = "小惠"

[[official_account]]
key = "thing1"
label = "称呼"
wording = "你好，{who}"
"""


def load(folder, text, name="greeting"):
    (folder / f"{name}.toml").write_text(text, "utf-8")
    return catalogue.load(folder)


def test_the_messages_of_the_house_are_whole():
    points = {"points_earned", "points_promised", "points_expiring", "points_expired"}
    assert points | {"tier_reached", "exchange_confirmed", "draw_won"} <= set(catalogue.load())


def test_a_whole_message_is_read(tmp_path):
    template = load(tmp_path, GOOD)["greeting"]
    assert (template.title, template.page, dict(template.sample)) == ("问候", "pages/index", {"who": "小惠"})
    assert template.official_account == (catalogue.Field("thing1", "称呼", "你好，{who}"),)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('name = "greeting"', 'name = "farewell"', "not named like its file"),
        ('kind = "service"', 'kind = "gossip"', "no known kind"),
        ('when = "at once"', 'when = "never"', "no known time"),
        ('when = "at once"', "", "has to hold"),
        ('kind = "service"', 'kind = "marketing"', "blocks in template messages"),
        ('text = "{who}，你好。"', 'text = "{whom}，你好。"', "whom"),
        ('text = "{who}，你好。"', 'text = "你好"\nsms = ["whom"]', "whom"),
        ('title = "问候"', 'title = ""', "needs a title"),
        ('title = "问候"', "", "has to hold"),
        ('title = "问候"', 'title = "问候"\ncolour = "red"', "has to hold"),
        ('page = "pages/index"', 'page = "/pages/index"', "leading slash"),
        ('who = "小惠"', 'who = ""', "empty word"),
        ('who = "小惠"', "who = 7", "empty word"),
        ('who = "小惠"', 'who = "小惠"\nage = "7"', "age"),
        ("{who}", "{whom}", "who"),
        ("{who}", "{who.name}", "no plain word"),
        ("{who}", "{who!r}", "no plain word"),
        ("{who}", "{who:>9}", "no plain word"),
        ("{who}", "{}", "no plain word"),
        ("{who}", "{who", "greeting.toml"),
        ('key = "thing1"', 'key = "Thing"', "none of WeChat's"),
        ('label = "称呼"', "", "field that does not hold"),
        ("[[official_account]]", "[official_account]", "greeting.toml"),
        ("[[official_account]]", '[[subscription]]\nkey = "thing2"\n[[official_account]]', "field that does not hold"),
        ("[sample]", "[sample", "greeting.toml"),
    ],
)
def test_a_message_that_is_not_whole_is_refused_by_file_and_reason(tmp_path, old, new, complaint):
    with pytest.raises(catalogue.BadTemplate, match=r"greeting\.toml") as refused:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert complaint in str(refused.value)


def test_a_field_key_stands_once(tmp_path):
    twice = GOOD + '\n[[official_account]]\nkey = "thing1"\nlabel = "又"\nwording = "{who}"\n'
    with pytest.raises(catalogue.BadTemplate, match="twice"):
        load(tmp_path, twice)


def test_six_fields_are_too_many(tmp_path):
    more = "".join(
        f'\n[[official_account]]\nkey = "thing{n}"\nlabel = "又"\nwording = "{{who}}"\n' for n in range(2, 7)
    )
    with pytest.raises(catalogue.BadTemplate, match="more than 5"):
        load(tmp_path, GOOD + more)


def test_a_message_without_fields_is_refused(tmp_path):
    with pytest.raises(catalogue.BadTemplate, match="no fields"):
        load(tmp_path, GOOD.partition("[[")[0])


def test_subscription_notices_show_the_fields_of_the_template_message_or_their_own(tmp_path):
    assert load(tmp_path, GOOD)["greeting"].subscription == (catalogue.Field("thing1", "称呼", "你好，{who}"),)
    own = GOOD + '\n[[subscription]]\nkey = "name7"\nlabel = "姓名"\nwording = "{who}"\n'
    assert load(tmp_path, own)["greeting"].subscription == (catalogue.Field("name7", "姓名", "{who}"),)


def test_marketing_goes_by_day_and_never_as_a_template_message(tmp_path):
    marketing = GOOD.replace("service", "marketing").replace("official_account", "subscription")
    with pytest.raises(catalogue.BadTemplate, match="nobody wants at night"):
        load(tmp_path, marketing)
    template = load(tmp_path, marketing.replace("at once", "by day"))["greeting"]
    assert (template.official_account, template.lines) == ((), template.subscription)
