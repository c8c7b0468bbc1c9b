import requests

from backend.wechat.simulator import SimulatorConfig, create_simulator, world_of
from tests.support.simulator import RunningSimulator, running_simulator


def test_programs_do_not_share_their_worlds():
    with running_simulator() as one, running_simulator() as other:
        one.new_user()
        assert len(one.get("users")["items"]) == 1
        assert other.get("users")["items"] == []


def test_it_is_a_wsgi_program_that_needs_no_server_of_its_own():
    program = create_simulator(SimulatorConfig())
    assert program.test_client().get("/_sim/users").json == {"items": []}
    world_of(program).close()


def test_nothing_is_cached(simulator: RunningSimulator):
    assert requests.get(f"{simulator.base_url}/", timeout=5).headers["Cache-Control"] == "no-store"
