import json

import pytest

from backend import oa
from backend.oa.menus import MenuRefused, read_menu
from backend.wechat.simulator.menus import put
from backend.wechat.simulator.store import Store

NAMES = {"base_url": "https://shop.example", "mini_program": "wx0000000000000b0b"}
CLICK = {"type": "click", "name": "积分", "key": "积分"}
VIEW = {"type": "view", "name": "商城", "url": "https://shop.example/mall"}
PAGE = {
    "type": "miniprogram",
    "name": "会员卡",
    "url": "{base_url}/wechat/guide",
    "appid": "{mini_program}",
    "pagepath": "pages/card/index",
}


def read(*buttons):
    return read_menu(json.dumps({"button": buttons}), is_toml=False, names=NAMES)


def complaints(*buttons):
    with pytest.raises(MenuRefused) as refused:
        read(*buttons)
    return refused.value.complaints


def without(button, field):
    return {name: value for name, value in button.items() if name != field}


def test_ours_is_one_that_wechat_takes():
    buttons = read_menu(oa.DEFAULT_MENU.read_text("utf-8"), is_toml=True, names=NAMES)
    assert [button["name"] for button in buttons] == ["会员卡", "权益", "逛一逛"]
    store = Store(None)
    with store.transaction() as db:
        put(db, "wx1", buttons)
    store.close()


def test_names_in_braces_are_filled_in():
    (button,) = read(PAGE)
    assert (button["url"], button["appid"]) == ("https://shop.example/wechat/guide", "wx0000000000000b0b")


def test_what_wechat_gives_back_can_be_pushed_again():
    menu = {"menu": {"button": [{**CLICK, "sub_button": []}, {"name": "更多", "sub_button": [VIEW, CLICK]}]}}
    assert read_menu(json.dumps(menu), is_toml=False, names=NAMES) == [
        CLICK,
        {"name": "更多", "sub_button": [VIEW, CLICK]},
    ]


@pytest.mark.parametrize("text", ["", "[]", "{}", "{", '{"button": 1}', '{"menu": []}', "null"])
def test_what_is_no_menu(text):
    with pytest.raises(MenuRefused):
        read_menu(text, is_toml=False, names=NAMES)


def test_broken_toml():
    with pytest.raises(MenuRefused, match="cannot be read"):
        read_menu("[[button", is_toml=True, names=NAMES)


@pytest.mark.parametrize(
    ("buttons", "complaint"),
    [
        ([], "0 buttons: 1 to 3 are wanted"),
        ([CLICK] * 4, "4 buttons: 1 to 3 are wanted"),
        (["积分"], "button 1: no table"),
        ([CLICK, without(CLICK, "name")], "button 2: has no name"),
        ([CLICK | {"name": " "}], "button 1: has no name"),
        ([CLICK | {"name": 7}], "button 1: has no name"),
        ([CLICK | {"name": "我的积分明细"}], "button 1: the name 我的积分明细 has 18 bytes, at most 16 are taken"),
        ([without(CLICK, "type")], "button 1: the type is None, wanted is one of click, view, miniprogram"),
        ([CLICK | {"type": "scan"}], "button 1: the type is scan, wanted is one of click, view, miniprogram"),
        ([without(CLICK, "key")], "button 1: key is missing"),
        ([CLICK | {"key": "键" * 43}], "button 1: key has 129 bytes, at most 128 are taken"),
        ([CLICK | {"url": "https://a"}], "button 1: a click button has no url"),
        ([without(VIEW, "url")], "button 1: url is missing"),
        ([VIEW | {"url": "ftp://a"}], "button 1: url is no http or https address of at most 1024 bytes"),
        ([VIEW | {"url": "https://" + "a" * 1017}], "button 1: url is no http or https address of at most 1024 bytes"),
        (
            [VIEW | {"url": "https://{host}/"}],
            "button 1: url holds a name in braces that nobody knows: https://{host}/",
        ),
        ([without(PAGE, "url")], "button 1: url is missing (where a WeChat that is too old leads)"),
        ([without(PAGE, "appid")], "button 1: appid is missing"),
        ([PAGE | {"pagepath": "/pages/card"}], "button 1: pagepath begins with a slash"),
        ([{"name": "更多", "sub_button": [CLICK] * 6}], "button 1: sub_button is no list of at most 5"),
        ([{"name": "更多", "sub_button": "x"}], "button 1: sub_button is no list of at most 5"),
        (
            [{"name": "更多", "sub_button": [CLICK | {"name": "长" * 21}]}],
            f"button 1, 1 above it: the name {'长' * 21} has 63 bytes, at most 60 are taken",
        ),
        ([{"name": "更多", "sub_button": [CLICK, "x"]}], "button 1, 2 above it: no table"),
        (
            [{"name": "更多", "sub_button": [CLICK | {"sub_button": [CLICK]}]}],
            "button 1, 1 above it: has buttons above it, there is no third level",
        ),
        (
            [CLICK | {"sub_button": [CLICK]}],
            "button 1: has buttons above it, so nothing becomes of key, type",
        ),
    ],
)
def test_each_fault_is_named_with_its_button(buttons, complaint):
    assert complaint in complaints(*buttons)


def test_all_faults_are_told_at_once():
    assert len(complaints(without(CLICK, "key"), without(VIEW, "url"), without(PAGE, "pagepath"))) == 3


@pytest.mark.parametrize("name", ["我的会员卡", "a" * 16, "卡" * 5])
def test_names_up_to_the_limit(name):
    assert read(CLICK | {"name": name})[0]["name"] == name
    assert read({"name": "更多", "sub_button": [CLICK | {"name": "长" * 20}]})
