"""Exchanges with a partner over real HTTP, whose answers get lost: both sides always agree in the end."""

from datetime import timedelta
from random import Random

import pytest
from structlog.testing import capture_logs

from backend import partners, points
from backend.jobs.partner_http import HttpGateway
from backend.jobs.partnering import ask_partners, lapse_prepared
from backend.partners import Exchange
from config import policy
from tests.factories.members import make_member
from tests.factories.partners import link, make_partner
from tests.support.cinema import open_cinema
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

ON_SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
SOON = policy.PARTNER_LONGEST_PAUSE


@pytest.fixture(scope="module")
def running():
    with open_cinema() as (cinema, url):
        yield cinema, url


@pytest.fixture
def cinema(running):
    running[0].__init__()
    return running[0]


@pytest.fixture
def here(engine, clock):
    return make_runtime(engine, clock)


@pytest.fixture
def exchange_id(here, running, cinema):
    """Sixty of a member's hundred points, set aside for thirty of the cinema's."""
    return begun(here, running[1])


def begun(runtime, url):
    with runtime.sessions.write.begin() as session:
        member_id, partner = make_member(session).id, make_partner(session, base_url=url)
        link(session, partner, member_id)
        return partners.ask(session, member_id, partner.code, given=60, now=MORNING).id


def outcome(runtime, exchange_id):
    """How it ended here, and what the member has left."""
    with runtime.sessions.read() as session:
        exchange = session.get(Exchange, exchange_id)
        assert points.verify(session, [exchange.member_id]) == []
        return exchange.status, points.summary(session, exchange.member_id, now=MORNING).available


def run_until_it_ends(runtime, exchange_id):
    for turn in range(12):
        ask_partners(runtime, MORNING + turn * SOON)
        if outcome(runtime, exchange_id)[0] not in {"held", "prepared"}:
            break


@pytest.mark.parametrize("engine", ["mariadb"], indirect=True)
@pytest.mark.parametrize(
    "faults",
    [
        [],
        [("prepare", "drop")],
        [("confirm", "drop")],
        [("prepare", "drop"), ("state", "drop"), ("confirm", "drop"), ("state", "500")],
        [("prepare", "deaf"), ("confirm", "deaf"), ("confirm", "500")],
    ],
    ids=["none", "prepare", "confirm", "all", "deaf"],
)
def test_lost_answers_end_in_one_exchange_on_both_sides(here, cinema, exchange_id, faults):
    cinema.faults += faults
    run_until_it_ends(here, exchange_id)
    assert outcome(here, exchange_id) == ("confirmed", 40)
    assert (cinema.state(str(exchange_id)), cinema.gave) == ("confirmed", 30)
    assert not cinema.faults


@ON_SQLITE
def test_were_silence_a_no_the_points_would_be_here_and_there(here, cinema, exchange_id):
    """The negative control: the cinema has given its points, and its answer is lost."""
    cinema.faults.append(("confirm", "drop"))
    with here.sessions.write.begin() as session:
        partners.record(session, exchange_id, partners.Answer("prepared", taken=30), rng=Random(1), now=MORNING)
    with here.sessions.write.begin() as session:
        call = partners.claim(session, exchange_id, now=MORNING)
        gateway = HttpGateway(partners.address_of(session, call.partner_id), here.clock)
    gateway.prepare(call)
    assert gateway.confirm(call).kind == "doubt"
    with here.sessions.write.begin() as session:
        partners.record(session, exchange_id, partners.Answer("refused"), rng=Random(1), now=MORNING)
    assert outcome(here, exchange_id) == ("refused", 100)
    assert cinema.gave == 30


@ON_SQLITE
@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        ([("prepare", "refuse")], "会员已冻结"),
        ([("confirm", "refuse")], "lapsed"),
        ([("confirm", "refuse"), ("state", "drop")], "lapsed"),
        ([("prepare", "greedy")], "29 != 30"),
    ],
)
def test_a_definite_no_frees_the_points_and_the_partner_gave_nothing(here, cinema, exchange_id, faults, reason):
    cinema.faults += faults
    run_until_it_ends(here, exchange_id)
    assert outcome(here, exchange_id) == ("refused", 100)
    assert cinema.gave == 0
    with here.sessions.read() as session:
        assert session.get(Exchange, exchange_id).refused_for == reason


@ON_SQLITE
@pytest.mark.parametrize("far", ["claimed", "prepared there", "confirmed there"])
def test_whoever_dies_on_the_way_the_next_one_goes_on(here, cinema, exchange_id, far):
    if far == "confirmed there":
        with here.sessions.write.begin() as session:
            partners.record(session, exchange_id, partners.Answer("prepared", taken=30), rng=Random(1), now=MORNING)
    with here.sessions.write.begin() as session:
        call = partners.claim(session, exchange_id, now=MORNING)
        gateway = HttpGateway(partners.address_of(session, call.partner_id), here.clock)
    if far != "claimed":
        gateway.prepare(call)
    if far == "confirmed there":
        gateway.confirm(call)
    assert ask_partners(here, MORNING) == {}
    ask_partners(here, MORNING + policy.PARTNER_LEASE)
    assert outcome(here, exchange_id) == ("confirmed", 40)
    assert cinema.gave == 30


@ON_SQLITE
def test_a_silent_partner_holds_up_no_other_and_is_given_up(here, running, cinema, exchange_id):
    dead = [begun(here, "http://127.0.0.1:9") for _ in range(2)]
    assert ask_partners(here, MORNING) == {"prepared": 1, "confirmed": 1, "doubt": 2}
    assert outcome(here, exchange_id) == ("confirmed", 40)
    assert ask_partners(here, MORNING + policy.PARTNER_GIVE_UP_AFTER) == {"given-up": 2}
    assert [outcome(here, one) for one in dead] == [("refused", 100)] * 2


@ON_SQLITE
def test_doubt_is_told_once(here, cinema, exchange_id):
    cinema.faults += [("confirm", "deaf"), ("state", "500")]
    ask_partners(here, MORNING)
    with capture_logs() as logs:
        assert ask_partners(here, MORNING + policy.PARTNER_ALERT_AFTER) == {"alert": 1}
    assert [(one["event"], one["log_level"]) for one in logs] == [("partners.in-doubt", "error")]


@ON_SQLITE
def test_a_frozen_account_is_put_off(here, cinema, exchange_id):
    cinema.faults += [("confirm", "drop")]
    ask_partners(here, MORNING)
    with here.sessions.write.begin() as session:
        account = points.lock(session, session.get(Exchange, exchange_id).member_id, now=MORNING)
        points.freeze(session, account, reason="核查", now=MORNING)
    assert ask_partners(here, MORNING + SOON) == {"put-off": 1}
    with here.sessions.write.begin() as session:
        account = points.lock(session, session.get(Exchange, exchange_id).member_id, now=MORNING)
        points.unfreeze(session, account, now=MORNING)
    ask_partners(here, MORNING + 2 * SOON)
    assert outcome(here, exchange_id) == ("confirmed", 40)


@ON_SQLITE
def test_what_a_partner_forgot_lapses(here):
    with here.sessions.write.begin() as session:
        partner = make_partner(session)
        known = link(session, partner, make_member(session).id)
        partners.prepare(session, partner.id, ref="1", member=known.alias, given=100, now=MORNING)
    assert lapse_prepared(here, MORNING) == {}
    assert lapse_prepared(here, MORNING + timedelta(minutes=10)) == {"lapsed": 1}
