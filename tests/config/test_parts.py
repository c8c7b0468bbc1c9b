import pytest

from config.parts import template_ids, web_address


@pytest.mark.parametrize(
    ("said", "meant"),
    [("", {}), (" a=1 ,b-c = 2=3,", {"a": "1", "b-c": "2=3"}), ({"a": "1"}, {"a": "1"})],
)
def test_template_ids_are_a_list_of_pairs(said, meant):
    assert template_ids(said) == meant


@pytest.mark.parametrize("said", ["a", "a=", "=1", "a=1,b"])
def test_half_a_pair_is_refused(said):
    with pytest.raises(ValueError, match="NAME=TEMPLATE_ID"):
        template_ids(said)


def test_addresses_are_of_the_web_and_end_without_a_slash():
    assert web_address("https://shop.example//") == "https://shop.example"
    with pytest.raises(ValueError, match="http"):
        web_address("ftp://shop.example")
