"""What finance opens: the files say what the report says, and no cell of them does anything by itself."""

import csv
from datetime import UTC, date, datetime

import pytest
from openpyxl import load_workbook

from backend.insights.liability import Beside, Liability, Month, Movement, Proof
from backend.insights.sheets import rows, write_csv, write_xlsx

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
AT = datetime(2026, 5, 1, 2, tzinfo=UTC)
EVIL = '=HYPERLINK("http://evil.example";"x")'


def month(first, opening, *movements, found=None):
    closing = opening + sum(movement.points for movement in movements)
    return Month(first, opening, movements, closing, (Proof("journal", closing, closing if found is None else found),))


def report(*months, lots=160):
    return Liability(AT, months, Beside(30, 20, 0, 5), 100, (Proof("lots", 160, lots),))


@pytest.fixture
def sound():
    march = month(
        MARCH, 0, Movement("earned", "purchase", "earn", 3, 250), Movement("spent", "exchange", "spend", 1, -100)
    )
    return report(march, month(APRIL, 150, Movement("earned", EVIL, "earn", 1, 10)))


@pytest.fixture
def unsound():
    return report(month(MARCH, 0, Movement("earned", "purchase", "earn", 3, 250), found=251), lots=161)


def test_the_lines_of_a_month_stand_between_its_balances_with_their_worth(sound):
    said = [(row.month, row.section, row.words, row.lines, row.points, row.value_fen) for row in rows(sound)]
    assert said[:5] == [
        ("2026-03", "opening", "期初余额", None, 0, 0),
        ("2026-03", "earned", "发放：消费获得", 3, 250, 250),
        ("2026-03", "spent", "使用：积分兑换", 1, -100, -100),
        ("2026-03", "closing", "期末余额", None, 150, 150),
        ("2026-03", "proof", "期初＋变动＝期末：相符", None, 150, None),
    ]


def test_what_is_told_of_the_end_comes_last(sound):
    assert [(row.month, row.words, row.points) for row in list(rows(sound))[-5:]] == [
        ("2026-04", "批次余额－欠分＝账户余额：相符", 160),
        ("2026-04", "待入账", 30),
        ("2026-04", "冻结中", 20),
        ("2026-04", "欠分", 0),
        ("2026-04", "已过期待核销", 5),
    ]


def test_a_proof_that_fails_says_what_it_should_be(unsound):
    assert [row.words for row in rows(unsound) if row.section == "proof"] == [
        "期初＋变动＝期末：不符，应为 250",
        "批次余额－欠分＝账户余额：不符，应为 160",
    ]


def test_a_csv_begins_with_the_mark_that_spreadsheets_look_for(sound, tmp_path):
    write_csv(sound, tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_bytes().startswith(b"\xef\xbb\xbfmonth,section,")


def test_a_csv_says_what_the_report_says_and_holds_no_formula(sound, tmp_path):
    write_csv(sound, tmp_path / "x.csv")
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        read = list(csv.DictReader(file))
    assert len(read) == len(list(rows(sound)))
    assert (read[2]["words"], read[2]["points"], read[2]["value_fen"]) == ("使用：积分兑换", "-100", "-100")
    assert f"'{EVIL}" in {row["cause"] for row in read}
    texts = [row[name] for row in read for name in ("month", "section", "words", "cause")]
    assert not [text for text in texts if text.startswith(("=", "+", "-", "@"))]


def test_a_workbook_says_what_the_report_says(sound, tmp_path):
    write_xlsx(sound, tmp_path / "x.xlsx")
    sheet = load_workbook(tmp_path / "x.xlsx")["积分负债"]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    assert sheet["A1"].value == "积分负债报表 2026-05-01 10:00：核对无误"
    assert len(lines) == len(list(rows(sound)))
    assert lines[1][:7] == ["2026-03", "earned", "发放：消费获得", "purchase", 3, 250, 2.5]


def test_a_workbook_sums_up_each_closing_once_more_and_holds_no_other_formula(sound, tmp_path):
    write_xlsx(sound, tmp_path / "x.xlsx")
    cells = [cell for row in load_workbook(tmp_path / "x.xlsx")["积分负债"].iter_rows() for cell in row]
    formulas = {cell.coordinate: cell.value for cell in cells if cell.data_type == "f"}
    assert formulas == {"H6": "=SUM(F3:F5)", "H10": "=SUM(F8:F9)"}
    values = load_workbook(tmp_path / "x.xlsx", data_only=True)["积分负债"]
    assert (values["H6"].value, values["H10"].value) == (150, 160)
    assert EVIL in {cell.value for cell in cells}  # as text


def test_a_workbook_of_a_report_that_is_not_sound_says_so_in_its_first_line(unsound, tmp_path):
    write_xlsx(unsound, tmp_path / "x.xlsx")
    assert "核对不符" in load_workbook(tmp_path / "x.xlsx")["积分负债"]["A1"].value
