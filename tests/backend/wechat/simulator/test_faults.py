from backend.wechat import OfficialAccount
from tests.backend.wechat.simulator.calling import errcode
from tests.support.simulator import RunningSimulator, User


def test_a_fault_hits_the_user_it_is_meant_for(
    simulator: RunningSimulator, official_account: OfficialAccount, follower: User
):
    other = simulator.new_user()
    simulator.fault("user/info", errcode=-1, openid=follower.oa_openid, times=2)
    assert errcode(official_account, other) == 0
    assert [errcode(official_account, follower) for _ in range(3)] == [-1, -1, 0]


def test_faults_can_be_forgotten(simulator: RunningSimulator, official_account: OfficialAccount, follower: User):
    simulator.fault("user/info", errcode=-1, times=100)
    simulator.clear_faults()
    assert errcode(official_account, follower) == 0
