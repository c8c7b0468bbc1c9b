import pytest

from backend.jobs.partner_http import HttpGateway
from backend.partners import Address, Answer, Call
from tests.support.cinema import SECRET, open_cinema

CALL = Call(1, 2, "held", 1, "77", "m0", 60, 30)


@pytest.fixture(scope="module")
def running():
    with open_cinema() as (cinema, url):
        yield cinema, url


@pytest.fixture
def cinema(running):
    running[0].__init__()
    return running[0]


@pytest.fixture
def gateway(running, clock):
    return HttpGateway(Address(running[1], "baihui", SECRET), clock, timeout=(1, 0.3))


def test_a_whole_exchange_and_its_repeats(cinema, gateway):
    assert gateway.state(CALL) == Answer("unknown")
    for _ in range(2):
        assert gateway.prepare(CALL) == Answer("prepared", taken=30)
    assert gateway.state(CALL) == Answer("prepared", taken=30)
    for _ in range(2):
        assert gateway.confirm(CALL) == Answer("confirmed")
    assert gateway.state(CALL) == Answer("confirmed")
    assert cinema.gave == 30


@pytest.mark.parametrize("fault", ["drop", "500", "deaf", "slow"])
@pytest.mark.parametrize("step", ["prepare", "confirm", "state"])
def test_silence_is_a_doubt(cinema, gateway, step, fault):
    gateway.prepare(CALL)
    cinema.slow_s = 0.5
    cinema.faults.append((step, fault))
    assert getattr(gateway, step)(CALL).kind == "doubt"


def test_only_a_refusal_to_prepare_is_definite(cinema, gateway):
    cinema.faults.append(("prepare", "refuse"))
    assert gateway.prepare(CALL) == Answer("refused", reason="会员已冻结")
    gateway.prepare(CALL)
    cinema.faults.append(("confirm", "refuse"))
    assert gateway.confirm(CALL) == Answer("doubt")
    assert gateway.state(CALL) == Answer("refused", reason="lapsed")


def test_a_wrong_key_is_a_doubt_and_so_is_nobody(cinema, running, clock):
    stranger = HttpGateway(Address(running[1], "baihui", "wrong"), clock)
    nobody = HttpGateway(Address("http://127.0.0.1:9", "baihui", SECRET), clock)
    for gateway in (stranger, nobody):
        assert gateway.prepare(CALL) == gateway.confirm(CALL) == gateway.state(CALL) == Answer("doubt")


def test_the_secret_is_in_no_words(running, clock):
    assert SECRET not in repr(Address(running[1], "baihui", SECRET))
