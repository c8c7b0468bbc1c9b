import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.adjustments import errors, lines
from backend.adjustments.lines import Fault, Line

CARD, OTHER, PHONE, MEMBER_ID = "800000000018", "800000000026", "13812345678", "287654321098765432"


def read(text, *, points=None, largest=1000, encoding="utf-8"):
    data = text if isinstance(text, bytes) else text.encode(encoding)
    return lines.read(data, points=points, largest=largest)


def given_by(text, **parts):
    """The lines of a file that has no fault."""
    good, faults = read(text, **parts)
    assert faults == []
    return [(line.no, line.kind, line.key, line.points, line.note) for line in good]


def fault_of(cells, **parts):
    """Why the second line of a file, made of these cells, cannot be given."""
    good, faults = read(f"{CARD},5,ok\n{cells}\n", **parts)
    assert len(good) == 1
    ((no, reason),) = [(fault.no, fault.reason) for fault in faults]
    assert no == 2
    return reason


def test_card_phone_or_id_then_points_then_note():
    text = f"{CARD},5\n{PHONE},10,生日\n{MEMBER_ID},20,\n"
    assert given_by(text) == [
        (1, "card", CARD, 5, ""),
        (2, "phone", PHONE, 10, "生日"),
        (3, "id", MEMBER_ID, 20, ""),
    ]


def test_headings_say_where_things_stand():
    text = f"姓名,备注,积分,卡号,手机号\n王,生日,7,{CARD},\n李,,8,,{PHONE}\n赵,,9,{OTHER},{PHONE}\n"
    assert given_by(text) == [(2, "card", CARD, 7, "生日"), (3, "phone", PHONE, 8, ""), (4, "card", OTHER, 9, "")]


@pytest.mark.parametrize("heading", ["card_no,points", "Card,POINTS", " 会员卡号 ,积分数", "会员ＩＤ,积分"])
def test_headings_are_known_however_they_are_written(heading):
    assert given_by(f"{heading}\n{CARD},5") == [(2, "card", CARD, 5, "")]


def test_the_same_for_all_needs_no_points():
    assert given_by(f"{CARD}\n{PHONE},生日\n", points=50) == [
        (1, "card", CARD, 50, ""),
        (2, "phone", PHONE, 50, "生日"),
    ]
    assert given_by(f"备注,卡号\n生日,{CARD}\n", points=50) == [(2, "card", CARD, 50, "生日")]


@pytest.mark.parametrize(
    ("text", "points", "why"),
    [
        ("姓名,积分\n王,5\n", None, "会员列"),
        (f"卡号,备注\n{CARD},5\n", None, "积分列"),
        (f"卡号,积分,赠送积分\n{CARD},5,6\n", None, "积分列"),
        (f"卡号,积分\n{CARD},5\n", 50, "积分列"),
    ],
)
def test_headings_that_leave_open_who_gets_what_are_refused(text, points, why):
    with pytest.raises(errors.FileUnreadable) as refused:
        read(text, points=points)
    assert why in refused.value.detail


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030"])
def test_files_as_spreadsheets_in_china_write_them(encoding):
    text = f"卡号,积分,备注\r\n{CARD},5,周年庆\r\n"
    assert given_by(text, encoding=encoding) == [(2, "card", CARD, 5, "周年庆")]


@pytest.mark.parametrize("data", [b"\xff\xff\xff", b"\xff\xfe\x00", b"a\0b,5", b"\x80\x81\xff"])
def test_what_is_no_text_is_refused(data):
    with pytest.raises(errors.FileUnreadable):
        read(data)


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_separators(delimiter):
    assert given_by(f"{CARD}{delimiter}5{delimiter}生日，快乐\n") == [(1, "card", CARD, 5, "生日，快乐")]


def test_quoted_fields_hold_separators_and_quotes():
    text = f'"{CARD}","1,000","他说 ""好"", 真的"\n'
    assert given_by(text) == [(1, "card", CARD, 1000, '他说 "好", 真的')]


def test_lines_keep_their_numbers_beside_empty_ones_and_fields_of_several_lines():
    text = f'\n{CARD},5\n ,, \n\n{PHONE},6,"一\n二"\n{OTHER},7\n\n'
    good, faults = read(text)
    assert [(line.no, line.points) for line in good] == [(2, 5), (7, 7)]
    assert faults == [Fault(5, "bad-note")]


def test_an_empty_file_holds_nothing():
    assert read("") == ([], [])
    assert read("\n \n,,\n") == ([], [])
    assert read("卡号,积分\n") == ([], [])


@pytest.mark.parametrize(("text", "line"), [(f'{CARD},5\n{PHONE},"6\n', 2), (f'{CARD},5\n"{PHONE}"6,7\n', 2)])
def test_a_quote_that_swallows_the_rest_is_told_where_it_opens(text, line):
    with pytest.raises(errors.FileUnreadable) as refused:
        read(text)
    assert f"第 {line} 行" in refused.value.detail


@pytest.mark.parametrize(
    "who",
    [
        "",
        "王小红",
        "8.00000E+11",
        "80000000001",
        "8000000000180",
        "99999999999999999999",
        "9999999999999999999",
        "8000 0000 001x",
    ],
)
def test_nobody_is_known_by_that(who):
    assert fault_of(f"{who},5") == "unknown-member"


@pytest.mark.parametrize(
    ("who", "kind", "key"),
    [
        ("8000 0000 0018", "card", CARD),
        ("'800000000018", "card", CARD),
        ('="800000000018"', "card", CARD),
        ('"=""800000000018"""', "card", CARD),
        ("８００００００００ ０１８", "card", CARD),
        ("+86 138-1234-5678", "phone", PHONE),
        ("(0086)13812345678", "phone", PHONE),
        ("8613812345678", "phone", PHONE),
    ],
)
def test_numbers_however_people_and_spreadsheets_write_them(who, kind, key):
    text = f"卡号,积分\n{who},5\n"
    assert given_by(text) == [(2, kind, key, 5, "")]


@pytest.mark.parametrize(
    "points",
    ["", "0", "-5", "1001", "5.5", "1e3", "五", "10,0", "1,0000", "9" * 5000, "9" * 11, "５ ５", "0x10", "NaN"],
)
def test_a_bad_amount(points):
    assert fault_of(f'{PHONE},"{points}"') == "bad-amount"


@pytest.mark.parametrize(
    ("points", "amount"), [("1", 1), ("1000", 1000), ("1,000", 1000), ("5.00", 5), (" ５ ", 5), ("007", 7)]
)
def test_a_good_amount(points, amount):
    assert given_by(f'{PHONE},"{points}"') == [(1, "phone", PHONE, amount, "")]


def test_the_same_for_all_is_bounded_too():
    assert read(CARD, points=1001) == ([], [Fault(1, "bad-amount")])


@pytest.mark.parametrize(
    "cells",
    ["=A1,5", f"{PHONE},=1+1", f"{PHONE},5,=HYPERLINK(A1)", f"{PHONE},5,@SUM(A1)", f"{PHONE},5,+1", f"{PHONE},5,-1"],
)
def test_a_formula_is_never_taken_for_what_it_says(cells):
    assert fault_of(cells) == "formula"


@pytest.mark.parametrize("note", ["好" * 201, '"一\n二"', "一\x07"])
def test_a_note_of_one_line(note):
    assert fault_of(f"{PHONE},5,{note}") == "bad-note"


def test_a_row_that_is_too_short_lacks_points():
    assert fault_of(PHONE) == "bad-amount"


def test_a_list_has_200_000_lines_at_most():
    text = f"{CARD},5\n" * 200_001
    good, faults = read(text)
    assert len(good) == 200_000
    assert faults == [Fault(200_001, "too-many-lines")]
    assert faults[0].words == "超过 200000 行"


def test_a_file_is_of_a_size_that_a_process_can_bear():
    with pytest.raises(errors.FileUnreadable) as refused:
        read(b" " * (32 * 2**20 + 1))
    assert "32 MB" in refused.value.detail


def test_a_field_longer_than_a_spreadsheet_s_is_told(caplog):
    with pytest.raises(errors.FileUnreadable):
        read(f"{CARD},5,{'x' * 200_000}\n")


def test_every_fault_has_words_and_tells_nothing_personal():
    for reason, words in lines.WORDS.items():
        assert Fault(3, reason).words == words
    assert "13812345678" not in repr(read("13812345678,0")[1])


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    try:
        good, faults = lines.read(data, points=None, largest=1000)
    except errors.FileUnreadable:
        return
    assert all(isinstance(line, Line) and 1 <= line.points <= 1000 for line in good)
    assert len({line.no for line in good} | {fault.no for fault in faults}) == len(good) + len(faults)
