"""The settlement of coupons as files: CSV for programs and spreadsheets alike, XLSX for people."""

import csv
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import xlsxwriter

from backend.insights.settlement import Settled, Settlement
from backend.insights.sheets import harmless
from config import policy

BEARERS: Final = {"mall": "商场", "store": "门店", "brand": "品牌"}
PROOFS: Final = {
    "total": "核销结算－退回结算＝各行应付合计",
    "bills": "消费单分摊＝核销优惠",
    "returns": "退回明细＝核销记录的退回",
}
TITLES: Final = (
    "月份",
    "项目",
    "承担方",
    "品牌",
    "门店",
    "券模板",
    "核销数",
    "优惠（元）",
    "结算（元）",
    "退回优惠（元）",
    "退回结算（元）",
    "应付（元）",
)
FIRST_AMOUNT: Final = 7


@dataclass(frozen=True)
class SettledRow:
    """A line of the report: what is owed, all together, or a proof, whose `owed_fen` is the number found.

    Its names head the CSV.
    """

    month: str
    section: str
    bearer: str
    brand: str
    store: str
    template: str
    redeemed: int
    discount_fen: int
    settlement_fen: int
    returned_fen: int
    returned_settlement_fen: int
    owed_fen: int


def settled_rows(report: Settlement) -> Iterator[SettledRow]:
    """The report line by line, then the total, then what it proves itself by."""
    yield from (_line(line) for line in report.lines)
    yield _total(report)
    for proof in report.proofs:
        verdict = "相符" if proof.holds else f"不符，应为 {proof.expected}"
        yield SettledRow("", f"{PROOFS[proof.name]}：{verdict}", "", "", "", "", 0, 0, 0, 0, 0, proof.found)


def write_settlement_csv(report: Settlement, path: Path) -> None:
    """Write a CSV in UTF-8 with a byte order mark, in which no text can be taken for a formula."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(SettledRow.__dataclass_fields__)
        writer.writerows([harmless(cell) for cell in astuple(row)] for row in settled_rows(report))


def write_settlement_xlsx(report: Settlement, path: Path) -> None:
    """Write a workbook of one sheet; the total is summed up once more by formulas."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        sheet, bold = book.add_worksheet("优惠券结算"), book.add_format({"bold": True})
        money = book.add_format({"num_format": "#,##0.00"})
        sheet.set_column(0, len(TITLES) - 1, 16)
        sheet.write_row(0, 0, [_heading(report)], bold)
        sheet.write_row(1, 0, TITLES, bold)
        for place, row in enumerate(settled_rows(report), start=2):
            cells = astuple(row)
            for column, text in enumerate(cells[: FIRST_AMOUNT - 1]):
                sheet.write_string(place, column, text)
            sheet.write_number(place, FIRST_AMOUNT - 1, row.redeemed)
            for column, fen in enumerate(cells[FIRST_AMOUNT:], start=FIRST_AMOUNT):
                letter = "ABCDEFGHIJKL"[column]
                if row.section == "合计" and report.lines:
                    sheet.write_formula(place, column, f"=SUM({letter}3:{letter}{place})", money, Fraction(fen, 100))
                else:
                    sheet.write_number(place, column, Fraction(fen, 100), money)


def _heading(report: Settlement) -> str:
    made = report.at.astimezone(policy.SHOP_ZONE).strftime("%Y-%m-%d %H:%M")
    return f"优惠券结算报表 {made}：{'核对无误' if report.sound else '核对不符，请勿使用'}"


def _line(line: Settled) -> SettledRow:
    return SettledRow(
        f"{line.month:%Y-%m}",
        "结算",
        BEARERS[line.bearer],
        line.brand or "",
        line.store,
        line.template,
        line.redeemed,
        line.discount_fen,
        line.settlement_fen,
        line.returned_fen,
        line.returned_settlement_fen,
        line.owed_fen,
    )


def _total(report: Settlement) -> SettledRow:
    lines = [astuple(_line(line))[FIRST_AMOUNT - 1 :] for line in report.lines]
    sums = [sum(column) for column in zip(*lines, strict=True)] or [0] * (len(TITLES) - FIRST_AMOUNT + 1)
    return SettledRow("", "合计", "", "", "", "", *sums)
