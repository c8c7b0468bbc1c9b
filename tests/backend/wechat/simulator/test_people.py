from tests.support.simulator import RunningSimulator


def test_one_person_has_one_unionid_and_an_openid_for_each_account(simulator: RunningSimulator):
    users = [simulator.new_user() for _ in range(20)]
    openids = {user.oa_openid for user in users} | {user.mp_openid for user in users}
    assert len(openids) == 40
    assert len({user.unionid for user in users}) == 20
    assert all(openid.startswith("o") and len(openid) == 28 for openid in openids)


def test_everybody_is_listed_the_latest_first(simulator: RunningSimulator):
    users = [simulator.new_user(name) for name in ("甲", "乙")]
    listed = simulator.get("users")["items"]
    assert [one["id"] for one in listed] == [users[1].id, users[0].id]
    assert [one["nickname"] for one in listed] == ["乙", "甲"]


def test_follow_state_is_part_of_a_user(simulator: RunningSimulator):
    user = simulator.new_user()
    assert simulator.get(f"users/{user.id}")["follows"] is False
    simulator.follow(user)
    assert simulator.get(f"users/{user.id}")["follows"] is True


def test_codes_belong_to_the_mini_program_they_were_made_in(simulator: RunningSimulator):
    simulator.post("apps", kind="mini-program", appid="wx2", secret="s2")
    code = simulator.login_code(simulator.new_user(), appid="wx2")
    assert code
    assert simulator.get("apps")["items"][-1]["appid"] == "wx2"
