from datetime import timedelta

from sqlalchemy import select

from backend import points, tiers
from backend.tiers import editions
from backend.tiers.instants import FOREVER
from backend.tiers.models import TierStanding
from backend.tiers.standings import dossiers, look, note_state, row_of, state_of, terms_of, validity_of
from backend.tiers.state import State
from tests.factories.members import make_member
from tests.factories.tiers import YEAR, buy, definition, publish_book, tier
from tests.support.clocks import LATE, MORNING
from tests.support.statements import statements_of

GOLD = tier("gold", {"spent_fen": 100_000, "days": 30}, validity=YEAR, grace_days=10)
END = MORNING.replace(year=2027, day=1, hour=16)


def test_a_state_is_stored_and_read_again():
    state = State(1, "gold", "silver", LATE, {"silver": [MORNING, FOREVER], "gold": []}, {"gold": [LATE]})
    row = TierStanding(
        member_id=1,
        growth=0,
        tier_code="gold",
        earned_code="silver",
        judged_at=LATE,
        book_version=1,
        terms=terms_of(state),
    )
    again = state_of(row)
    assert (again.terms["silver"], again.lapsed, again.terms["gold"]) == ([MORNING, FOREVER], {"gold": [LATE]}, [])
    assert row.terms["silver"] == {"until": [MORNING.isoformat(), FOREVER.isoformat()]}


def test_a_look_changes_nothing_and_is_right_at_any_instant(session, account):
    publish_book(session, definition(GOLD), at=MORNING)
    buy(session, account, 100_000, now=LATE)
    session.flush()
    for at, tier_code in ((END, "gold"), (END + timedelta(days=10), "basic")):
        assert look(session, account.member_id, now=at).career.state.tier == tier_code
    assert not session.dirty
    row = row_of(session, account.member_id)
    assert (row.tier_code, row.valid_until, row.grace_until) == ("gold", END, END + timedelta(days=10))
    assert (row.due_at, row.warn_at) == (END, END - timedelta(days=30))


def test_noting_a_state_says_when_something_is_next_due(session, account):
    publish_book(session, definition(GOLD), at=MORNING)
    buy(session, account, 100_000, now=LATE)
    dossier = look(session, account.member_id, now=END)
    note_state(dossier.row, dossier.career)
    assert validity_of(dossier.career) == (END, END + timedelta(days=10))
    assert (dossier.row.due_at, dossier.row.warn_at) == (END + timedelta(days=10), None)


def test_the_journals_of_many_are_read_together(session):
    publish_book(session, definition(GOLD), at=MORNING)
    accounts = [points.lock(session, make_member(session).id, now=MORNING) for _ in range(3)]
    for account in accounts[:2]:
        buy(session, account, 100_000, now=LATE)
    session.flush()
    rows = session.scalars(select(TierStanding).order_by(TierStanding.member_id)).all()
    timeline = editions.all_until(session, until=LATE)
    with statements_of(session) as said:
        found = dossiers(session, rows, timeline, now=LATE)
    assert (sorted(one.career.state.tier for one in found), len(said)) == (["basic", "gold", "gold"], 1)


def test_a_book_that_came_meanwhile_is_met_by_who_did_nothing(session, account):
    publish_book(session, definition(GOLD), at=MORNING)
    buy(session, account, 60_000, now=LATE)
    easier = definition(tier("gold", {"spent_fen": 50_000, "days": 30}, validity=YEAR), change="recompute")
    turn = LATE + timedelta(days=90)
    publish_book(session, easier, at=turn, now=LATE)
    codes = [tiers.standing(session, account.member_id, now=at).tier.code for at in (turn - timedelta(days=1), turn)]
    assert codes == ["basic", "gold"]
