import pytest

from backend import coupons, operators
from backend.coupons import StepRefused
from tests.factories.coupons import READER, WRITER, make_coupon, make_definition, make_staff, make_template
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.support.clocks import MORNING


@pytest.fixture(autouse=True)
def staff(session):
    make_staff(session)


def draft(session, code="spring", *, by=WRITER, **parts):
    return coupons.draft(session, code, make_definition(**parts), by=by, note="春季", now=MORNING)


def supply(**parts):
    return {"supply": {"per_member": None} | parts}


def test_from_a_draft_to_the_end(session):
    version = draft(session, **supply(stock=3, claimable=True))
    assert (version.version, version.status, coupons.template(session, "spring").status) == (1, "draft", "draft")
    assert coupons.approve(session, "spring", by=READER, now=MORNING).approved_by == READER
    assert coupons.template(session, "spring").status == "approved"
    template = coupons.go_live(session, "spring", by=WRITER, now=MORNING)
    assert (template.status, template.version, template.stock, template.claimable) == ("live", 1, 3, True)
    assert coupons.pause(session, "spring", by=WRITER, note="盘点", now=MORNING).status == "paused"
    assert coupons.resume(session, "spring", by=WRITER, note="好了", now=MORNING).status == "live"
    assert coupons.end(session, "spring", by=WRITER, note="季末", now=MORNING).ended_at == MORNING
    told = [(one.what, one.by) for one in reversed(coupons.decisions(session, template.id, limit=9))]
    assert [what for what, _ in told] == ["draft", "approve", "live", "pause", "resume", "end"]
    assert told[1] == ("approve", READER)


def test_nobody_approves_an_own_draft(session):
    draft(session)
    with pytest.raises(coupons.SamePerson):
        coupons.approve(session, "spring", by=WRITER, now=MORNING)


def test_only_who_acts_may(session):
    make_operator(session, "gone", active=False)
    with pytest.raises(operators.OperatorInactive):
        draft(session, by="gone")
    with pytest.raises(operators.OperatorUnknown):
        coupons.approve(session, "spring", by="nobody", now=MORNING)


def test_nothing_goes_live_unapproved(session):
    draft(session)
    with pytest.raises(StepRefused):
        coupons.go_live(session, "spring", by=READER, now=MORNING)


def test_one_version_waits_at_a_time(session):
    draft(session)
    with pytest.raises(coupons.VersionOpen):
        draft(session)
    coupons.discard(session, "spring", by=READER, note="重写", now=MORNING)
    assert draft(session).version == 2


def test_a_discarded_approval_is_a_draft_again(session):
    draft(session)
    coupons.approve(session, "spring", by=READER, now=MORNING)
    coupons.discard(session, "spring", by=READER, note="不做了", now=MORNING)
    assert coupons.template(session, "spring").status == "draft"


def test_a_new_version_leaves_coupons_of_the_old_one_alone(session):
    template = make_template(session, code="spring")
    coupon = make_coupon(session, make_member(session), template=template)
    draft(session, name="满300减60", worth={"kind": "cash-off", "off_fen": 6_000, "threshold_fen": 30_000})
    coupons.approve(session, "spring", by=READER, now=MORNING)
    assert coupons.terms_of(session, template).name == "满300减50"
    coupons.go_live(session, "spring", by=READER, now=MORNING)
    assert [one.status for one in coupons.versions(session, template.id, limit=9)] == ["live", "replaced"]
    assert coupons.terms_of(session, coupons.template(session, "spring")).name == "满300减60"
    assert coupons.coupon_terms(session, coupon).name == "满300减50"


def test_a_paused_template_stays_paused_with_its_new_version(session):
    make_template(session, code="spring")
    coupons.pause(session, "spring", by=WRITER, note="等", now=MORNING)
    draft(session)
    coupons.approve(session, "spring", by=READER, now=MORNING)
    assert coupons.go_live(session, "spring", by=READER, now=MORNING).status == "paused"


def test_no_version_has_less_stock_than_was_issued(session):
    template = make_template(session, code="spring")
    for _ in range(2):
        make_coupon(session, make_member(session), template=template)
    draft(session, **supply(stock=1))
    coupons.approve(session, "spring", by=READER, now=MORNING)
    with pytest.raises(coupons.StockBelowIssued, match="stock-below-issued"):
        coupons.go_live(session, "spring", by=READER, now=MORNING)


def test_what_has_ended_stays_so_and_takes_its_draft_along(session):
    make_template(session, code="spring")
    waiting = draft(session)
    coupons.end(session, "spring", by=WRITER, note="完", now=MORNING)
    assert waiting.status == "discarded"
    with pytest.raises(StepRefused, match="not-now"):
        draft(session)
    with pytest.raises(StepRefused):
        coupons.resume(session, "spring", by=WRITER, note="再来", now=MORNING)


def test_unknown_templates_and_bad_codes_are_refused(session):
    with pytest.raises(coupons.TemplateUnknown):
        coupons.pause(session, "nothing", by=WRITER, note="等", now=MORNING)
    with pytest.raises(coupons.CodeRefused):
        draft(session, "Spring!")
    with pytest.raises(coupons.NoteRefused):
        coupons.draft(session, "spring", make_definition(), by=WRITER, note=" ", now=MORNING)
