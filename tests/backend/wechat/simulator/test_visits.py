import requests

from tests.support.simulator import RunningSimulator


def test_following_twice_and_leaving_twice_are_conflicts(simulator: RunningSimulator):
    user = simulator.new_user()
    url = f"{simulator.base_url}/_sim/users/{user.id}"
    answers = [requests.post(f"{url}/{what}", timeout=5).status_code for what in ("unfollow", "follow", "follow")]
    assert answers == [409, 200, 409]
