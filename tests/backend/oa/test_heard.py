import pytest

from backend.oa.heard import Heard
from backend.oa.replies import Links
from tests.support.clocks import MORNING


@pytest.mark.parametrize(("kind", "pressed"), [("CLICK", True), ("text", False), ("image", False)])
def test_a_press_is_told_from_words(kind, pressed):
    heard = Heard(1, kind, "积分", MORNING, MORNING, Links("wx-mp", "https://shop.example"), "wx-oa")
    assert heard.is_pressed is pressed
