import csv
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from tests.factories.mall import give_points
from tests.factories.members import make_member
from tests.support.clocks import MORNING


@pytest.fixture
def member_id(sessions, clock):
    with sessions.write.begin() as session:
        member_id = make_member(session).id
        give_points(session, member_id, 50, now=MORNING + timedelta(days=31))
    clock.move(timedelta(days=40))
    return member_id


@pytest.fixture
def tampered(sessions, member_id):
    with sessions.write.begin() as session:
        session.execute(text("UPDATE point_entries SET amount = amount + 1 WHERE seq = 1"))


def told(rows):
    return [(row["month"], row["section"], row["cause"], row["points"]) for row in rows if row["section"] != "beside"]


def test_a_month(answer, member_id):
    assert told(answer("points", "liability", "2026-03")) == [
        ("2026-03", "opening", "", 0),
        ("2026-03", "earned", "join", 100),
        ("2026-03", "closing", "", 100),
        ("2026-03", "proof", "journal", 100),
        ("2026-03", "proof", "accounts", 100),
        ("2026-03", "proof", "moves", 0),
        ("2026-03", "proof", "lots", 150),
    ]


def test_a_table_for_people(flask, member_id):
    shown = flask("points", "liability", "2026-03").stdout
    assert "发放：入会礼" in shown
    assert "期初＋变动＝期末：相符" in shown


def test_months_in_files(flask, member_id, tmp_path):
    sheet, book = tmp_path / "x.csv", tmp_path / "x.xlsx"
    result = flask("points", "liability", "2026-03", "--to", "2026-04", "--csv", sheet, "--xlsx", book)
    assert (result.exit_code, result.stdout) == (0, "")
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        closings = [row["points"] for row in csv.DictReader(file) if row["section"] == "closing"]
    assert closings == ["100", "150"]
    rows = load_workbook(book, data_only=True)["积分负债"].iter_rows(min_row=3, values_only=True)
    assert [row[5] for row in rows if row[1] == "closing"] == [100, 150]


def test_a_report_that_does_not_prove_itself_is_shown_and_the_exit_code_is_1(flask, tampered, tmp_path):
    result = flask("points", "liability", "2026-03", "--xlsx", tmp_path / "x.xlsx")
    assert result.exit_code == 1
    assert "do not prove themselves" in result.output
    assert "核对不符" in load_workbook(tmp_path / "x.xlsx")["积分负债"]["A1"].value
    shown = flask("points", "liability", "2026-03")
    assert shown.exit_code == 1
    assert "期初＋变动＝期末：不符，应为 101" in shown.stdout


@pytest.mark.parametrize("months", [["2026-05"], ["2026-03", "--to", "2026-02"]])
def test_months_that_cannot_be_reported_are_refused(flask, member_id, months):
    result = flask("points", "liability", *months)
    assert result.exit_code == 1
    assert "insights.months-refused" in result.output


def test_what_is_no_month_is_refused(flask, member_id):
    assert flask("points", "liability", "2026").exit_code == 2


@pytest.mark.parametrize("option", ["--csv", "--xlsx"])
def test_a_file_that_cannot_be_written_is_told(flask, tmp_path, option):
    result = flask("points", "liability", "2026-03", option, tmp_path / "nowhere" / "x")
    assert result.exit_code == 1
    assert "cannot be written: No such file or directory" in result.stderr
