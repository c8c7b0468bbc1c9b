import pytest

from backend import adjustments, points
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.support.clocks import MORNING

WHY = ("--reason", "campaign", "--note", "周年庆", "--by", "chen")
GIFT = 100


@pytest.fixture
def cards(sessions):
    with sessions.write.begin() as session:
        make_operator(session, "chen")
        make_operator(session, "anna", role="admin")
        return [make_member(session).card_no for _ in range(3)]


@pytest.fixture
def file(tmp_path, cards):
    path = tmp_path / "list.csv"
    path.write_bytes("卡号,积分\n".encode("gbk") + "".join(f"{card},10\n" for card in cards).encode())
    return path


@pytest.fixture
def planned(answer, file):
    return answer("grants", "plan", file, *WHY)["id"]


def balances(sessions, cards):
    with sessions.read() as session:
        found = adjustments.draw_up(session, "\n".join(cards).encode(), points=1, now=MORNING)
        return [points.summary(session, gift.member_id, now=MORNING).available for gift in found.gifts]


def test_a_plan_is_kept_and_moves_nothing(answer, sessions, cards, file):
    plan = answer("grants", "plan", file, *WHY)
    assert plan == {"id": plan["id"], "status": "planned", "members": 3, "total": 30, "faults": []}
    assert balances(sessions, cards) == [GIFT] * 3
    assert answer("grants", "plan", file, *WHY)["id"] == plan["id"]  # the same list once
    assert answer("grants", "plan", file, *WHY, "--key", "anew")["id"] != plan["id"]


def test_a_dry_run_keeps_nothing(answer, file):
    plan = answer("grants", "plan", file, *WHY, "--dry-run")
    assert (plan["id"], plan["members"], plan["total"]) == (None, 3, 30)
    assert answer("grants", "list") == []


def test_a_dry_run_tells_why_the_plan_would_be_refused(flask, file):
    result = flask("grants", "plan", file, "--reason", "nosuch", "--note", "周年庆", "--by", "chen", "--dry-run")
    assert result.exit_code == 1
    assert "total: 30" in result.stdout
    assert "adjustments.reason-unknown" in result.stderr


def test_of_many_faults_a_person_reads_the_first(flask, cards):
    result = flask("grants", "plan", "-", *WHY, "--dry-run", input="\n".join(["000,1"] * 60))
    assert result.exit_code == 1
    assert result.stdout.count("unknown-member") == 50
    assert "and 10 more; --json tells all" in result.stdout


def test_a_grant_of_which_nothing_failed_has_nothing_to_retry(flask, answer, planned):
    answer("grants", "run", planned, "--by", "chen")
    assert "grants.nothing-to-retry" in flask("grants", "retry", planned, "--by", "chen").stderr


def test_the_same_for_all_to_some_cards(answer, cards):
    plan = answer("grants", "plan", "--to", cards[0], "--to", cards[1], "--points", 50, *WHY)
    assert (plan["members"], plan["total"]) == (2, 100)


def test_a_list_from_standard_input(flask, cards):
    result = flask("grants", "plan", "-", "--points", 5, *WHY, input="\n".join(cards))
    assert result.exit_code == 0
    assert "total: 15" in result.stdout


def test_every_bad_line_is_told_and_nothing_kept_unless_it_is_to_be_skipped(answer, flask, file, cards):
    with file.open("a") as more:
        more.write(f"nobody,5\n{cards[0]},5\n")
    refused = flask("grants", "plan", file, *WHY)
    assert refused.exit_code == 1
    assert all(word in refused.stdout for word in ("unknown-member", "查无此会员", "duplicate", "会员重复"))
    assert answer("grants", "list") == []
    plan = answer("grants", "plan", file, *WHY, "--skip-faulty")
    assert [(fault["line"], fault["reason"]) for fault in plan["faults"]] == [(5, "unknown-member"), (6, "duplicate")]
    assert answer("grants", "list")[0]["total"] == 30


@pytest.mark.parametrize("source", [(), ("{file}", "--to", "800000000018")])
def test_a_list_comes_from_one_place(flask, file, source):
    result = flask("grants", "plan", *(one.format(file=file) for one in source), *WHY)
    assert result.exit_code == 2


def test_a_file_that_is_no_list_is_refused(flask, file):
    file.write_bytes(b"\xff\xff")
    result = flask("grants", "plan", file, *WHY)
    assert result.exit_code == 1
    assert "(grants.file-unreadable)" in result.stderr


def test_run_hands_everything_out(answer, sessions, cards, planned):
    done = answer("grants", "run", planned, "--by", "chen")
    assert {key: done[key] for key in ("status", "members", "waiting", "done", "failed", "points")} == {
        "status": "done",
        "members": 3,
        "waiting": 0,
        "done": 3,
        "failed": 0,
        "points": 30,
    }
    assert balances(sessions, cards) == [GIFT + 10] * 3


def test_a_large_grant_is_approved_first(answer, flask, cards):
    plan = answer("grants", "plan", "--to", cards[0], "--to", cards[1], "--points", 9000, *WHY)
    refused = flask("grants", "run", plan["id"], "--by", "chen")
    assert (refused.exit_code, "(grants.needs-approval)" in refused.stderr) == (1, True)
    assert answer("grants", "approve", plan["id"], "--by", "anna", "--note", "预算已批")["status"] == "approved"
    assert answer("grants", "run", plan["id"], "--by", "chen")["status"] == "done"
    shown = answer("grants", "show", plan["id"])["decisions"]
    assert shown[0].endswith("chen start")
    assert shown[1].endswith("anna approve 预算已批")
    assert "anna approve" in flask("grants", "show", plan["id"]).stdout


def test_a_detached_run_is_left_to_the_jobs_and_paused_or_gone_on_with(answer, planned):
    assert answer("grants", "run", planned, "--by", "chen", "--detach")["status"] == "running"
    assert answer("grants", "pause", planned, "--by", "anna")["status"] == "paused"
    assert answer("grants", "run", planned, "--by", "chen", "--detach")["status"] == "running"
    assert answer("grants", "run", planned, "--by", "chen")["status"] == "done"


def test_who_could_not_be_given_is_told_and_makes_exit_code_1(answer, flask, sessions, cards, planned):
    def leave(session):
        gift = adjustments.draw_up(session, cards[0].encode(), points=1, now=MORNING).gifts[0]
        points.close(session, points.lock(session, gift.member_id, now=MORNING), source_id=1, now=MORNING)

    with sessions.write.begin() as session:
        leave(session)
    result = flask("grants", "run", planned, "--by", "chen")
    assert (result.exit_code, "failed: 1" in result.stdout) == (1, True)
    (row,) = answer("grants", "rows", planned)
    assert (row["points"], row["line"], row["failure"]) == (10, 2, "points.account-closed")
    assert len(answer("grants", "rows", planned, "--status", "done")) == 2


def test_cancel_and_reverse(answer, flask, sessions, cards, planned):
    answer("grants", "run", planned, "--by", "chen")
    late = flask("grants", "cancel", planned, "--by", "chen", "--note", "晚了")
    assert (late.exit_code, "(grants.not-now)" in late.stderr) == (1, True)
    undone = answer("grants", "reverse", planned, "--by", "anna", "--note", "名单有误")
    assert (undone["status"], undone["reversed"], undone["points"]) == ("reversed", 3, 0)
    assert balances(sessions, cards) == [GIFT] * 3
    other = answer("grants", "plan", "--to", cards[0], "--points", 5, *WHY)["id"]
    assert answer("grants", "cancel", other, "--by", "anna", "--note", "不做了")["status"] == "cancelled"
    assert [row["status"] for row in answer("grants", "list")] == ["cancelled", "reversed"]
    assert [row["id"] for row in answer("grants", "list", "--status", "reversed")] == [planned]


def test_who_has_left_keeps_it_and_the_exit_code_says_so(answer, flask, sessions, cards, planned):
    answer("grants", "run", planned, "--by", "chen")
    with sessions.write.begin() as session:
        gift = adjustments.draw_up(session, cards[0].encode(), points=1, now=MORNING).gifts[0]
        points.close(session, points.lock(session, gift.member_id, now=MORNING), source_id=1, now=MORNING)
    result = flask("grants", "reverse", planned, "--by", "anna", "--note", "名单有误")
    assert (result.exit_code, "kept: 1" in result.stdout) == (1, True)


@pytest.mark.parametrize("verb", ["approve", "run", "pause", "show"])
def test_an_unknown_grant(flask, cards, verb):
    by = () if verb == "show" else ("--by", "chen")
    result = flask("grants", verb, 7, *by)
    assert result.exit_code == 1
    assert "(grants.unknown)" in result.stderr
