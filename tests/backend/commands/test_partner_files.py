import json

import pytest

from backend import partners
from tests.factories.members import make_member
from tests.factories.partners import link, make_partner
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

HEADER = "ref,direction,points,at\n"
LINE = "a-1,in,1000,2026-03-01T09:00:00+08:00\n"


@pytest.fixture
def partner(sessions):
    """A partner of whom a thousand points came in."""
    with sessions.write.begin() as session:
        made = make_partner(session)
        known = link(session, made, make_member(session).id)
        partners.prepare(session, made.id, ref="a-1", member=known.alias, given=1_000, now=MORNING)
        partners.confirm(session, made.id, "a-1", now=MORNING)
        return made


@pytest.fixture
def theirs(tmp_path):
    def write(text):
        path = tmp_path / "theirs.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_our_file_agrees_with_itself(flask, partner, theirs):
    ours = flask("partners", "file", partner.code, "2026-03-01").stdout.replace("\r\n", "\n")
    assert ours == HEADER + LINE
    compared = flask("partners", "reconcile", partner.code, "2026-03-01", theirs(ours))
    assert (compared.exit_code, compared.stdout) == (0, "Both files say the same.\n")


def test_what_differs_is_told_and_exits_with_1(flask, partner, theirs):
    text = HEADER + LINE.replace("1000", "990") + LINE.replace("a-1", "a-2")
    for _ in range(2):
        compared = flask("partners", "reconcile", partner.code, "2026-03-01", theirs(text), "--json")
        assert compared.exit_code == 1
        assert [(one["kind"], one["ref"]) for one in json.loads(compared.stdout)] == [
            ("points-differ", "a-1"),
            ("missing-here", "a-2"),
        ]


def test_another_day_is_told_with_its_date(flask, partner, theirs):
    compared = flask("partners", "reconcile", partner.code, "2026-03-02", theirs(HEADER + LINE), "--json")
    assert json.loads(compared.stdout)[0]["here_on"] == "2026-03-01"


@pytest.mark.parametrize(
    "text", ["x", f"{HEADER}a-1,both,1,2026-03-01T09:00", f"{HEADER}a-1,in,-1,now", f"{HEADER}a-1,in,1,now", "ref\0"]
)
def test_a_file_that_cannot_be_read_is_refused_by_line(flask, partner, theirs, text):
    refused = flask("partners", "reconcile", partner.code, "2026-03-01", theirs(text + "\n,\n"))
    assert (refused.exit_code, refused.exception.__class__) == (1, SystemExit)


def test_a_month_is_settled(answer, flask, partner):
    row = {"direction": "in", "terms_version": 1, "exchanges": 1, "ours": 500, "theirs": 1000, "fen": 5}
    assert answer("partners", "settlement", partner.code, "2026-03") == [row]
    written = flask("partners", "settlement", partner.code, "2026-03", "--csv").stdout.splitlines()
    assert written == [",".join(row), ",".join(map(str, row.values()))]
    assert answer("partners", "settlement", partner.code, "2026-04") == []
