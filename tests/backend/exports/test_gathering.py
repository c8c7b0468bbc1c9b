import json
from datetime import timedelta

from backend import checkin, exports
from tests.factories.addresses import make_address
from tests.factories.members import make_identity, make_member
from tests.support.clocks import MORNING

SECTIONS = {section.table: section for section in exports.SECTIONS}


def rows(session, table, member_id, limit=100):
    return exports.page(session, SECTIONS[table], member_id, after=None, limit=limit).rows


def test_what_is_sealed_is_opened_and_what_finds_it_is_left_out(session):
    member = make_member(session, phone="13800001234")
    session.flush()
    [told] = rows(session, "members", member.id)
    assert told["phone"] == "13800001234"
    assert told["id"] == str(member.id)
    assert not [name for name in told if name.endswith(("_sealed", "_index"))]


def test_what_is_sealed_for_its_row_is_opened_there(session):
    member = make_member(session)
    make_address(session, member.id)
    session.flush()
    [told] = rows(session, "member_addresses", member.id)
    assert "王小红" in json.loads(told["content"])


def test_identities_and_what_hangs_on_them_are_the_member_s(session):
    member = make_member(session)
    stranger = make_identity(session)
    told = rows(session, "identities", member.id)
    assert told
    assert str(stranger.id) not in {row["id"] for row in told}


def test_days_and_instants_are_told_as_everywhere(session):
    member = make_member(session)
    session.flush()
    checkin.check_in(session, member.id, now=MORNING)
    session.flush()
    assert rows(session, "check_ins", member.id)[0]["day"] == "2026-03-01"
    entries = rows(session, "point_entries", member.id)
    assert entries[-1]["at"] == "2026-03-01T01:00:00.000000Z"
    assert "hash" not in entries[-1]


def test_pages_follow_one_another_without_a_gap(session):
    member = make_member(session)
    session.flush()
    for day in range(5):
        checkin.check_in(session, member.id, now=MORNING + timedelta(days=day))
    session.flush()
    found, after, days = None, None, []
    while found is None or after is not None:
        found = exports.page(session, SECTIONS["check_ins"], member.id, after=after, limit=2)
        after = found.after
        days += [row["day"] for row in found.rows]
    assert days == [f"2026-03-0{day}" for day in range(1, 6)]


def test_nobody_else_s_rows_are_told(session):
    member, other = make_member(session), make_member(session)
    session.flush()
    checkin.check_in(session, other.id, now=MORNING)
    session.flush()
    for section in exports.SECTIONS:
        found = exports.page(session, section, member.id, after=None, limit=100)
        assert str(other.id) not in json.dumps(found.rows), section.table


def test_every_section_can_be_read(session):
    member = make_member(session)
    session.flush()
    for section in exports.SECTIONS:
        exports.page(session, section, member.id, after=None, limit=1)
