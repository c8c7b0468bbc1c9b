import socket

import pytest

from scripts.launch.plan import LaunchSettings
from scripts.launch.ports import refuse_taken_ports
from tests.support.ports import free_ports


def test_free_ports_pass():
    port, other = free_ports(2)
    refuse_taken_ports(LaunchSettings(port=port, simulator_port=other))


@pytest.mark.parametrize("name", ["port", "simulator_port"])
def test_taken_port_names_the_variable(name):
    port, other = free_ports(2)
    plan = LaunchSettings(**{"port": port, "simulator_port": port, name: other})
    with socket.create_server(("127.0.0.1", other)), pytest.raises(SystemExit, match=f"{name.upper()}={other + 10}"):
        refuse_taken_ports(plan)


def test_simulators_port_does_not_matter_without_it():
    port, other = free_ports(2)
    with socket.create_server(("127.0.0.1", other)):
        refuse_taken_ports(
            LaunchSettings(port=port, simulator_port=other, wechat_api_base_url="https://wechat.example")
        )


def test_two_on_one_port_are_refused():
    (port,) = free_ports(1)
    with pytest.raises(SystemExit, match="both"):
        refuse_taken_ports(LaunchSettings(port=port, simulator_port=port))
