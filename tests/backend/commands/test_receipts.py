import pytest

from backend import media, receipts
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.factories.purchases import make_purchase, make_store
from tests.support.clocks import MORNING
from tests.support.pictures import picture_file

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def store(sessions):
    with sessions.write.begin() as session:
        make_operator(session, "anna")
        return make_store(session)


@pytest.fixture
def claim_id(app, sessions, store):
    """A photograph that waits for somebody to look at it."""
    picture = media.prepared(picture_file())
    with sessions.write.begin() as session:
        kept, _ = media.add(session, app.extensions["runtime"].media, picture, by="member", now=MORNING)
        look = receipts.look(picture)
        return receipts.claim_by_photo(session, make_member(session).id, kept, look, now=MORNING).id


def test_a_picture_is_read_and_its_points_are_taken_back(answer, refusal, sessions, store, claim_id):
    with sessions.write.begin() as session:
        make_purchase(session, 10_000, store_id=store.id, order_no="A-1")
    (waiting,) = answer("receipts", "list")
    assert (waiting["id"], waiting["way"], waiting["status"]) == (str(claim_id), "photo", "review")
    told = answer("receipts", "show", claim_id)
    assert (told["picture"].endswith("1080.jpg"), told["looks_like"]) == (True, "")
    read = ("--store", store.code, "--order-no", "A-1", "--day", "2026-03-01", "--by", "anna")
    assert "receipts.differs" in refusal("receipts", "accept", claim_id, *read, "--fen", 1)
    accepted = answer("receipts", "accept", claim_id, *read, "--fen", 10_000)
    assert (accepted["status"], accepted["points"], accepted["decided_by"]) == ("settled", 100, "anna")
    undone = answer("receipts", "undo", claim_id, "--reason", "看错了", "--by", "anna")
    assert (undone["status"], undone["why"]) == ("reversed", "看错了")
    assert "receipts.not-settled" in refusal("receipts", "undo", claim_id, "--reason", "看错了", "--by", "anna")


def test_a_picture_of_a_sale_that_no_till_reports_is_settled_at_once(answer, store, claim_id):
    read = ("--store", store.code, "--order-no", "A-1", "--day", "2026-03-01", "--fen", 10_000, "--by", "anna")
    accepted = answer("receipts", "accept", claim_id, *read, "--unreported")
    assert (accepted["status"], accepted["points"]) == ("settled", 100)


def test_a_picture_is_refused_with_a_reason(answer, refusal, claim_id):
    assert "receipts.reason-wanted" in refusal("receipts", "refuse", claim_id, "--reason", " ", "--by", "anna")
    refused = answer("receipts", "refuse", claim_id, "--reason", "照片不清晰", "--by", "anna")
    assert (refused["status"], refused["why"]) == ("refused", "照片不清晰")
    assert answer("receipts", "list") == []
    assert [one["id"] for one in answer("receipts", "list", "--status", "refused", "--limit", 1)] == [str(claim_id)]
    assert "receipts.unknown" in refusal("receipts", "show", 404)
