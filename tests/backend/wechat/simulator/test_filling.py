from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.wechat.simulator.config import Template
from backend.wechat.simulator.filling import filled, template_of
from backend.wechat.simulator.refusals import Refused
from backend.wechat.simulator.store import Store
from backend.wechat.simulator.world import add_templates

POINTS = Template("积分到账", {"thing2": "门店", "number1": "积分"})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "w.db")
    yield store
    store.close()


def test_lines_stand_in_the_order_of_the_template():
    given = {"number1": {"value": 5}, "thing2": {"value": "南京路店"}, "thing9": {"value": "不显示"}}
    assert filled(POINTS, given) == [
        {"key": "thing2", "label": "门店", "value": "南京路店"},
        {"key": "number1", "label": "积分", "value": "5"},
    ]


@pytest.mark.parametrize(
    ("given", "errcode"),
    [
        (None, 47001),
        ('{"thing2": {"value": "x"}}', 47001),
        ({}, 47003),
        ({"thing2": "x", "number1": {"value": "1"}}, 47003),
        ({"thing2": {"value": " "}, "number1": {"value": "1"}}, 47003),
        ({"thing2": {"value": "x"}, "number1": {"value": "五"}}, 47003),
    ],
)
def test_what_does_not_fit_is_refused(given: object, errcode: int):
    with pytest.raises(Refused) as refused:
        filled(POINTS, given)
    assert refused.value.errcode == errcode


def test_templates_belong_to_their_account(store: Store):
    with store.transaction() as db:
        add_templates(db, "wx1", {"T": POINTS})
        assert template_of(db, "wx1", {"template_id": "T"}) == POINTS
        with pytest.raises(Refused, match="40037"):
            template_of(db, "wx1", {"template_id": "T2"})


def test_an_account_without_templates_takes_every_id(store: Store):
    with store.transaction() as db:
        template = template_of(db, "wx1", {"template_id": "T", "data": {"thing1": {"value": "x"}}})
        assert template.fields == {"thing1": "thing1"}
        assert template_of(db, "wx1", {"template_id": "T", "data": "x"}).fields == {}
