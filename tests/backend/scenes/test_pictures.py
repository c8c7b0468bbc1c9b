from io import BytesIO

import pytest
import xmltodict
from PIL import Image

from backend import scenes
from tests.factories.scenes import make_scene


def drawn(scene):
    """The picture, and its width and height."""
    tree = xmltodict.parse(scenes.poster(scene).svg)["svg"]
    return tree, *map(float, tree["@viewBox"].split()[2:])


def test_png_is_large_enough_to_print(session):
    picture = Image.open(BytesIO(scenes.poster(make_scene(session, drawn=True)).png))
    assert picture.size[0] == picture.size[1] >= 1200


def test_svg_has_the_label_below_the_code(session):
    tree, width, height = drawn(make_scene(session, label="一楼 <门> & 厅", drawn=True))
    assert tree["text"]["#text"] == "一楼 <门> & 厅"
    assert width < float(tree["text"]["@y"]) < height
    assert tree["svg"]["path"]


def test_long_label_stays_within_the_code(session):
    tree, width, _ = drawn(make_scene(session, label="门" * 40, drawn=True))
    assert 40 * float(tree["text"]["@font-size"]) <= width


def test_what_wechat_has_not_given_cannot_be_drawn(session):
    with pytest.raises(scenes.NotDrawn):
        scenes.poster(make_scene(session))
