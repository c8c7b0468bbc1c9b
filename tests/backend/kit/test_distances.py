import pytest

from backend.kit.distances import metres_between


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        ((31.2304, 121.4737), (31.2304, 121.4737), 0),
        ((31.2304, 121.4737), (31.2394, 121.4737), 1001),  # 0.009 of a degree to the north
        ((0, 179.9995), (0, -179.9995), 111),  # over the line of the date
        ((0, 0), (0, 180), 20_015_115),
    ],
)
def test_metres_between_two_places(one, other, metres):
    assert abs(metres_between(one, other) - metres) <= 1
    assert metres_between(one, other) == metres_between(other, one)
