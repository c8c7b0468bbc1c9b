import csv
from datetime import UTC, date, datetime
from zipfile import ZipFile

import pytest

from backend.insights.coupon_sheets import settled_rows, write_settlement_csv, write_settlement_xlsx
from backend.insights.liability import Proof
from backend.insights.settlement import Settled, Settlement

AT = datetime(2026, 5, 1, 2, tzinfo=UTC)
MARCH = date(2026, 3, 1)


@pytest.fixture
def report():
    lines = (
        Settled(MARCH, "mall", None, "HQ", "plain", 2, 2_000, 2_000, 0, 0),
        Settled(MARCH, "brand", "=EVIL()", "HQ", "settled", 1, 1_000, 600, 500, 300),
    )
    return Settlement(AT, lines, (Proof("total", 2_300, 2_300), Proof("bills", 1, 2)))


def test_lines_then_their_total_then_the_proofs(report):
    rows = list(settled_rows(report))
    assert [(row.section, row.redeemed, row.owed_fen) for row in rows[:3]] == [
        ("结算", 2, 2_000),
        ("结算", 1, 300),
        ("合计", 3, 2_300),
    ]
    assert [row.section.rpartition("：")[2] for row in rows[3:]] == ["相符", "不符，应为 1"]
    assert not report.sound
    assert [row.owed_fen for row in settled_rows(Settlement(AT, (), ()))] == [0]


def test_files_say_the_same_and_no_cell_does_anything(report, tmp_path):
    write_settlement_csv(report, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert (rows[1]["brand"], rows[1]["bearer"], rows[2]["owed_fen"]) == ("'=EVIL()", "品牌", "2300")
    write_settlement_xlsx(report, tmp_path / "a.xlsx")
    with ZipFile(tmp_path / "a.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>SUM(L3:L4)</f><v>23.0</v>" in sheet or "<f>SUM(L3:L4)</f><v>23</v>" in sheet
    assert "<f>EVIL" not in sheet
