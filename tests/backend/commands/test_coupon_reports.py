import pytest
from sqlalchemy import text

from tests.factories.coupons import make_coupon, make_template
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase
from tests.factories.stores import make_store


@pytest.fixture
def used(sessions):
    """A coupon that was used on a bill."""
    with sessions.write.begin() as session:
        member, store = make_member(session), make_store(session, code="HQ")
        kind = make_template(session, code="ten", worth={"kind": "cash-off", "off_fen": 1_000})
        code = make_coupon(session, member, template=kind).code
        parts = {"member_id": member.id, "paid_fen": 9_000, "coupon_codes": frozenset([code])}
        make_purchase(session, 10_000, store_id=store.id, **parts)


def test_a_settlement_as_a_table_and_in_files(answer, flask, used, tmp_path):
    rows = answer("coupons", "settlement", "2026-03")
    assert [(row["section"][:2], row["owed_fen"]) for row in rows[:2]] == [("结算", 1_000), ("合计", 1_000)]
    files = tmp_path / "a.csv", tmp_path / "a.xlsx"
    assert flask("coupons", "settlement", "2026-03", "--csv", files[0], "--xlsx", files[1]).exit_code == 0
    assert all(file.stat().st_size for file in files)


def test_sums_that_do_not_hold_end_in_failure(flask, sessions, used):
    with sessions.write.begin() as session:
        session.execute(text("UPDATE purchase_coupons SET discount_fen = 999"))
    assert flask("coupons", "settlement", "2026-03").exit_code == 1


def test_statistics(answer, flask, used):
    (issued, redeemed) = answer("coupons", "statistics", "ten", "2026-03-01", "2026-03-31")
    assert (issued["issued"], redeemed["store"], redeemed["redeemed"], redeemed["sales_fen"]) == (1, "HQ", 1, 9_000)
    assert flask("coupons", "statistics", "none", "2026-03-01", "2026-03-31").exit_code != 0
