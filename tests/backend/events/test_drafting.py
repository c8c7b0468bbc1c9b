import pytest

from backend.events.drafting import check_change, checked
from backend.events.errors import DefinitionRefused
from tests.factories.events import definition, plan


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(DefinitionRefused) as refused:
        checked({"code": "A", "kind": "theme", "title": ""})
    assert all(word in refused.value.detail for word in ("code", "title", "sessions：缺少该项"))


def test_a_live_stream_is_shown_somewhere():
    with pytest.raises(DefinitionRefused, match="definition-refused") as refused:
        checked(definition(kind="live"))
    assert "link" in refused.value.detail
    assert checked(definition(plan(link="https://live.example/1"), kind="live")).kind == "live"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "social"}, "kind 发布后不能更改"),
        ({"sessions": [plan("two")]}, "场次 one 不能删除"),
        ({"registration": None}, "发布后不能增删"),
        ({"terms": {"points": 5}}, "registration.points 发布后不能更改"),
        ({"terms": {"no_show_points": "returned"}}, "registration.no_show_points"),
    ],
)
def test_what_members_agreed_to_stays(changes, words):
    before = definition()
    terms = changes.pop("terms", None)
    after = definition(terms=terms) | {"code": before["code"]} | changes
    with pytest.raises(DefinitionRefused) as refused:
        check_change(checked(before), checked(after))
    assert words in refused.value.detail


def test_texts_places_and_sessions_may_change():
    before = definition()
    after = before | {"title": "烘焙课", "sessions": [plan(place="五楼"), plan("two")]}
    check_change(checked(before), checked(after))
