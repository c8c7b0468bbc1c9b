import pytest

from backend import lifecycle, risk
from backend.risk.blocks import blocked_kinds
from backend.risk.service import digest
from tests.factories.members import make_member
from tests.support.clocks import MORNING

BY = {"by": "anna", "now": MORNING}


@pytest.fixture
def member(session):
    made = make_member(session)
    session.flush()
    return made


def test_a_member_is_blocked_until_that_is_lifted_and_the_row_stays(session, member):
    block = risk.block_member(session, member.id, reason=" 刷单 ", **BY)
    assert (risk.member_is_blocked(session, member.id), block.reason) == (True, "刷单")
    with pytest.raises(risk.BlockedAlready):
        risk.block_member(session, member.id, reason="又来", **BY)
    lifted = risk.unblock(session, block.id, reason="核实无误", **BY)
    session.flush()
    assert (lifted.lifted_by, lifted.lifted_why) == ("anna", "核实无误")
    assert not risk.member_is_blocked(session, member.id)
    with pytest.raises(risk.BlockUnknown):
        risk.unblock(session, block.id, reason="再次", **BY)
    risk.block_member(session, member.id, reason="又来", **BY)
    assert [len(risk.blocks(session, standing_only=only, limit=9)) for only in (True, False)] == [1, 2]


def test_devices_are_blocked_by_who_was_seen_with_them(session, member):
    with pytest.raises(risk.NoDevice):
        risk.block_devices(session, member.id, reason="刷单", **BY)
    for device in ("a", "b"):
        risk.note_login(session, member.id, risk.Trace(device=device), now=MORNING)
        session.flush()
    made = risk.block_devices(session, member.id, reason="刷单", **BY)
    assert {one.value for one in made} == {digest(session, "device", device) for device in ("a", "b")}
    with pytest.raises(risk.BlockedAlready):
        risk.block_devices(session, member.id, reason="刷单", **BY)
    risk.note_login(session, member.id, risk.Trace(device="c"), now=MORNING)
    session.flush()
    assert len(risk.block_devices(session, member.id, reason="刷单", **BY)) == 1


@pytest.mark.parametrize("written", ["203.0.113.0/24", "203.0.113.9"])
def test_a_network_is_blocked_by_its_address(session, written):
    risk.block_network(session, written, reason="机房", **BY)
    assert blocked_kinds(session, [("net", digest(session, "net", "203.0.113.0/24"))]) == {"net"}
    assert blocked_kinds(session, [("device", digest(session, "net", "203.0.113.0/24"))]) == set()


def test_what_is_no_address_or_has_no_reason_is_refused(session, member):
    with pytest.raises(risk.AddressRefused):
        risk.block_network(session, "机房", reason="机房", **BY)
    for reason in ("", " ", "a\nb", "长" * 201):
        with pytest.raises(risk.ReasonRefused):
            risk.block_member(session, member.id, reason=reason, **BY)


def test_pages_go_on_before_an_id(session, member):
    first = risk.block_member(session, member.id, reason="刷单", **BY)
    second = risk.block_network(session, "203.0.113.9", reason="机房", **BY)
    assert [one.id for one in risk.blocks(session, limit=1)] == [second.id]
    assert [one.id for one in risk.blocks(session, before_id=second.id, limit=9)] == [first.id]


@pytest.mark.parametrize("both", [False, True])
def test_a_block_goes_with_the_member(session, member, both):
    into = make_member(session)
    session.flush()
    for one in (member, into) if both else (member,):
        risk.block_member(session, one.id, reason="刷单", **BY)
    lifecycle.merge(session, gone_id=member.id, into_id=into.id, by="anna", reason="同一人", now=MORNING)
    session.flush()
    assert risk.member_is_blocked(session, into.id)
    assert len(risk.blocks(session, limit=9)) == 1
