import pytest

from templates_msg import catalogue

GOOD = """
name = "greeting"
title = "问候"
kind = "service"
page = "pages/index"

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
        ('kind = "service"', 'kind = "marketing"', "no known kind"),
        ('title = "问候"', 'title = ""', "needs a title"),
        ('title = "问候"', "", "exactly"),
        ('title = "问候"', 'title = "问候"\ncolour = "red"', "exactly"),
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
