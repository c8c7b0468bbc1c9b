"""The liability report as files for finance: CSV for programs and spreadsheets alike, XLSX for people."""

import csv
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from backend.insights.liability import Liability, Month, Proof
from backend.insights.rules import SECTIONS, value_fen
from backend.insights.words import words_of
from config import policy

TITLES: Final = ("月份", "类别", "项目", "来源", "笔数", "积分", "折合（元）", "公式复核")
PROOFS: Final = {
    "journal": "期初＋变动＝期末",
    "accounts": "账户余额倒推＝期末",
    "moves": "会员间转移合计为零",
    "lots": "批次余额－欠分＝账户余额",
}
BESIDE: Final = {"pending": "待入账", "held": "冻结中", "debt": "欠分", "overdue": "已过期待核销"}
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Row:
    """A line of the report: a balance, a movement, a proof, or what stands beside. Its names are the CSV's header."""

    month: str
    section: str
    words: str
    cause: str
    lines: int | None
    points: int
    value_fen: int | None


def rows(report: Liability) -> Iterator[Row]:
    """The report line by line, month after month; what is told of its end only comes last."""
    for month in report.months:
        yield from _month(month, report.points_per_yuan)
    last = report.months[-1].first
    yield from (_proof(last, proof) for proof in report.proofs)
    for name, words in BESIDE.items():
        yield _line(last, "beside", words, getattr(report.beside, name), rate=report.points_per_yuan, cause=name)


def write_csv(report: Liability, path: Path) -> None:
    """Write a CSV in UTF-8 with a byte order mark, in which no text can be taken for a formula."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Row.__dataclass_fields__)
        writer.writerows([harmless(cell) for cell in astuple(row)] for row in rows(report))


def write_xlsx(report: Liability, path: Path) -> None:
    """Write a workbook of one sheet, row after row; each month's closing is summed up once more by a formula."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with path.open("wb") as file, xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet("积分负债")
        bold = book.add_format({"bold": True})
        whole, money = book.add_format({"num_format": "#,##0"}), book.add_format({"num_format": "#,##0.00"})
        sheet.set_column(0, len(TITLES) - 1, 18)
        sheet.write_row(0, 0, [_heading(report)], bold)
        sheet.write_row(1, 0, TITLES, bold)
        opened = 0
        for place, row in enumerate(rows(report), start=2):
            _write(sheet, place, row, whole, money)
            opened = place if row.section == "opening" else opened
            if row.section == "closing":
                sheet.write_formula(place, 7, f"=SUM(F{opened + 1}:F{place})", whole, row.points)


def _heading(report: Liability) -> str:
    made = report.at.astimezone(policy.SHOP_ZONE).strftime("%Y-%m-%d %H:%M")
    return f"积分负债报表 {made}：{'核对无误' if report.sound else '核对不符，请勿使用'}"


def _month(month: Month, rate: int) -> Iterator[Row]:
    yield _line(month.first, "opening", "期初余额", month.opening, rate=rate)
    for one in month.movements:
        words = f"{SECTIONS[one.section]}：{words_of(one.kind, one.source_kind)}"
        yield _line(month.first, one.section, words, one.points, rate=rate, cause=one.source_kind, lines=one.lines)
    yield _line(month.first, "closing", "期末余额", month.closing, rate=rate)
    yield from (_proof(month.first, proof) for proof in month.proofs)


def _line(
    month: date, section: str, words: str, points: int, *, rate: int, cause: str = "", lines: int | None = None
) -> Row:
    return Row(f"{month:%Y-%m}", section, words, cause, lines, points, value_fen(points, rate))


def _proof(month: date, proof: Proof) -> Row:
    verdict = "相符" if proof.holds else f"不符，应为 {proof.expected}"
    return Row(f"{month:%Y-%m}", "proof", f"{PROOFS[proof.name]}：{verdict}", proof.name, None, proof.found, None)


def _write(sheet: Worksheet, place: int, row: Row, whole: Format, money: Format) -> None:
    for column, text in enumerate((row.month, row.section, row.words, row.cause)):
        sheet.write_string(place, column, text)
    if row.lines is not None:
        sheet.write_number(place, 4, row.lines, whole)
    sheet.write_number(place, 5, row.points, whole)
    if row.value_fen is not None:
        sheet.write_number(place, 6, Fraction(row.value_fen, 100), money)


def harmless(cell: object) -> object:
    """A cell of a CSV that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
