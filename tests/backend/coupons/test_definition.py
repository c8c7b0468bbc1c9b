import pytest
from pydantic import ValidationError

from backend.coupons import Definition, parsed

CASH = {"kind": "cash-off", "off_fen": 5_000, "threshold_fen": 30_000}
PLAIN = {"name": "满300减50", "worth": CASH, "validity": {"days": 15, "after": 1}}


def test_what_is_stored_is_read_as_it_was_told():
    told = Definition.model_validate(PLAIN)
    assert parsed(told.model_dump(mode="json")) == told
    assert (told.worth.kind, told.supply.per_member.most, told.stacking.others) == ("cash-off", 1, "none")


@pytest.mark.parametrize(
    "wrong",
    [
        {"worth": CASH | {"off_fen": 30_001}},
        {"worth": CASH | {"every": True, "threshold_fen": 0}},
        {"worth": CASH | {"off_fen": 0.5}},
        {"worth": {"kind": "percent-off", "price": 10_000}},
        {"worth": {"kind": "gold"}},
        {"validity": {"first": "2026-03-02", "last": "2026-03-01"}},
        {"validity": {"days": 0}},
        {"cost": {"bearer": "brand"}},
        {"cost": {"bearer": "mall", "brand": "ZHAOLU"}},
        {"scope": {"stores": []}},
        {"scope": {"goods": {"brands": ["ZHAOLU", "ZHAOLU"]}}},
        {"usable": {"weekdays": [8]}},
        {"usable": {"hours": [["10:00", "25:00"]]}},
        {"supply": {"stock": 0}},
        {"supply": {"claim_from": "2026-03-02T00:00:00+08:00", "claim_until": "2026-03-02T00:00:00+08:00"}},
        {"name": " "},
        {"unknown": 1},
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValidationError):
        Definition.model_validate(PLAIN | wrong)
