import pytest

from backend.insights.rules import SECTIONS, section_of, value_fen
from backend.points.models import CANCEL, EARN, EXPIRE, SPEND, TAKE_BACK


@pytest.mark.parametrize(
    ("kind", "source_kind", "section"),
    [
        (EARN, "purchase", "earned"),
        (EARN, "something new", "earned"),
        (TAKE_BACK, "refund", "taken-back"),
        (SPEND, "exchange", "spent"),
        (SPEND, "cash", "spent"),
        (CANCEL, "cash-back", "given-back"),
        (EXPIRE, "expiry", "expired"),
        (EARN, "adjustment", "adjusted-up"),
        (SPEND, "adjustment", "adjusted-down"),
        (TAKE_BACK, "adjustment-reversal", "adjusted-down"),
        (SPEND, "transfer-out", "moved"),
        (EARN, "transfer-in", "moved"),
        (TAKE_BACK, "merge-debt", "moved"),
        (SPEND, "closure", "written-off"),
        (EARN, "closure-debt", "written-off"),
    ],
)
def test_each_movement_belongs_to_one_section(kind, source_kind, section):
    assert section_of(kind, source_kind, up=kind in {EARN, CANCEL}) == section
    assert section in SECTIONS


@pytest.mark.parametrize(
    ("points", "rate", "fen"), [(0, 100, 0), (100, 100, 100), (-100, 100, -100), (199, 200, 99), (-199, 200, -99)]
)
def test_the_worth_of_points_is_whole_fen_towards_zero(points, rate, fen):
    assert value_fen(points, rate) == fen
