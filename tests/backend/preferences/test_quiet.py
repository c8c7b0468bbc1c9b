from datetime import UTC, datetime, time, timedelta

import pytest

from backend.preferences import HOUSE_QUIET, QuietHours


def shop(text):
    """An instant by the shop's clock on 1 March 2026 or as told."""
    day, _, clock = text.rpartition(" ")
    return (datetime.fromisoformat(f"{day or '2026-03-01'}T{clock}+08:00")).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("21:59:59.999999", None),
        ("22:00", "2026-03-02 08:00"),
        ("23:59", "2026-03-02 08:00"),
        ("00:00", "08:00"),
        ("07:59:59.999999", "08:00"),
        ("08:00", None),
        ("12:00", None),
    ],
)
def test_the_house_is_quiet_from_ten_to_eight(now, end):
    assert HOUSE_QUIET.end(shop(now)) == (end and shop(end))


@pytest.mark.parametrize(("now", "end"), [("11:59", None), ("12:00", "14:00"), ("13:59", "14:00"), ("14:00", None)])
def test_quiet_hours_may_lie_within_a_day(now, end):
    assert QuietHours(time(12), time(14)).end(shop(now)) == (end and shop(end))


@pytest.mark.parametrize(("since", "until", "hours"), [(22, 8, 10), (12, 14, 2), (8, 22, 14), (23, 0, 1)])
def test_they_last(since, until, hours):
    assert QuietHours(time(since), time(until)).length == timedelta(hours=hours)


def test_they_never_last_all_day():
    with pytest.raises(ValueError, match="another time"):
        QuietHours(time(8), time(8))
