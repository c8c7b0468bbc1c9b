from datetime import timedelta

import pytest
from sqlalchemy import insert, select, text, update

from backend import lottery
from backend.lottery import audit
from backend.lottery.models import Draw, Play
from tests.factories.draws import AFTERWARDS, CLOSES, gift, goods, make_draw, play
from tests.factories.members import make_member
from tests.support.clocks import MORNING


@pytest.fixture
def engine(on_sqlite):
    return on_sqlite


@pytest.fixture
def draw(session, member_id):
    """A draw of which the first two plays won a piece, and eight came too late."""
    draw = make_draw(session, goods(stock=2))
    for one in (member_id, make_member(session).id):
        for _ in range(5):
            play(session, one, draw)
    return draw


def faults(session, draw):
    session.expire_all()
    return [(fault.row.split()[0], fault.what) for fault in lottery.verify(session, session.get(Draw, draw.id))]


def first(session, *conditions):
    return session.scalars(select(Play).where(*conditions).order_by(Play.player_id, Play.no)).first()


def test_a_sound_draw_has_no_fault_and_tells_how_far_it_is(session, draw):
    heard = []
    assert lottery.verify(session, draw, progress=heard.append) == []
    assert heard == [10] == [lottery.count_plays(session, draw)]


def test_plays_are_read_in_slices_across_players(session, draw, monkeypatch):
    monkeypatch.setattr(audit, "SLICE", 3)
    heard = []
    assert lottery.verify(session, draw, progress=heard.append) == []
    assert heard == [3, 3, 3, 1]


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        ({"roll": 999_999}, "says roll 999999, and the seed gives "),
        ({"rolled": 2, "given": 2}, "says that roll "),
        ({"won": False}, "is wrongly called a win or none"),
        ({"played_at": CLOSES}, "was made while the draw was not open"),
        ({"played_at": MORNING - timedelta(seconds=1)}, "was made while the draw was not open"),
        ({"played_at": MORNING + timedelta(days=1)}, "is counted on another day than it was made"),
        ({"ticket_id": 5}, "was not paid as the draw asks"),
        ({"piece": None}, "counts a piece where there is none, or none where there is one"),
        ({"piece": 3}, "is piece 3 of a prize that has fewer"),
        ({"no": 77}, "is number "),
        (
            {"given": 2, "fell_back": "day-sold-out", "piece": None},
            "fell back (day-sold-out) while prize 1 had not run",
        ),
        ({"given": 2, "fell_back": "sold-out", "piece": None}, "fell back (sold-out) while prize 1 had not run out"),
        ({"given": 3, "fell_back": "sold-out", "piece": None}, "gave prize 3 and should have given 2"),
    ],
)
def test_a_play_that_was_changed_is_named(session, draw, columns, what):
    victim = first(session, Play.piece == 2)
    session.execute(update(Play).where(Play.id == victim.id).values(**columns))
    session.expire_all()
    found = lottery.verify(session, session.get(Draw, draw.id))
    assert found[0].row.startswith("lottery_plays")
    assert found[0].what.startswith(what)
    assert sum(fault.row.startswith("lottery_plays") for fault in found) == 1


def test_a_play_that_was_made_up_after_the_reveal_costs_no_points(session, draw):
    """Whoever knows the seed by then can roll; the journal of points is chained."""
    last = session.scalars(select(Play).order_by(Play.player_id.desc(), Play.no.desc())).first()
    seed = lottery.revealed(session, draw, now=AFTERWARDS)
    columns = {column.name: getattr(last, column.name) for column in Play.__table__.columns}
    made_up = {"id": last.id + 1, "no": last.no + 1, "roll": lottery.roll(seed, draw.id, last.player_id, last.no + 1)}
    session.execute(insert(Play).values(**columns | made_up))
    assert faults(session, draw) == [("lottery_plays", "did not cost the points that the draw asks")]


def test_points_of_a_prize_that_nobody_got_are_found(session, member_id):
    draw = make_draw(session, gift(points=20))
    play(session, member_id, draw)
    assert faults(session, draw) == []
    session.execute(text("UPDATE point_entries SET amount = 19 WHERE source_kind = 'draw-prize'"))
    assert faults(session, draw) == [("lottery_plays", "did not give the points of its prize")]


def test_a_play_that_was_deleted_leaves_a_gap(session, draw):
    session.execute(text("DELETE FROM lottery_plays WHERE no = 2"))
    assert faults(session, draw)[0] == ("lottery_plays", "is number 3 of its player and should be 2")


def test_one_who_fell_back_before_the_last_piece_was_given_is_found(session, draw):
    victim = first(session, Play.fell_back == "sold-out")
    late = MORNING + timedelta(hours=1)
    session.execute(update(Play).where(Play.id != victim.id).values(played_at=late))
    said = faults(session, draw)
    assert said[0] == ("lottery_plays", "fell back (sold-out) while prize 1 had not run out")


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE lottery_draws SET commitment = digest", "the seed is not the one that was committed to"),
        ("UPDATE lottery_draws SET digest = commitment", "the definition is not the one that was published"),
        ("UPDATE lottery_draws SET closes_at = '2026-03-09 01:00:00.000000'", "it opens or closes at another instant"),
    ],
)
def test_terms_that_were_changed_are_found_before_all_else(session, draw, statement, what):
    session.execute(text(statement))
    (found,) = faults(session, draw)
    assert found[0] == "lottery_draws"
    assert found[1].startswith(what)


def test_odds_that_were_changed_are_found(session, draw):
    changed = draw.definition | {"prizes": [draw.definition["prizes"][1] | {"odds": 1_000_000}]}
    session.execute(update(Draw).values(definition=changed))
    assert faults(session, draw) == [("lottery_draws", "the definition is not the one that was published")]
