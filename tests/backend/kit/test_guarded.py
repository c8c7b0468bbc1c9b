import pytest
from sqlalchemy import update

from backend.kit.guarded import hit_one
from backend.lottery.models import Draw
from tests.factories.draws import make_draw

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.mark.parametrize(("title", "hit"), [("周年庆抽奖", True), ("别的", False)])
def test_a_change_tells_whether_its_condition_held(session, title, hit):
    draw = make_draw(session)
    change = update(Draw).where(Draw.id == draw.id, Draw.title == title).values(title="新")
    assert hit_one(session, change) is hit
