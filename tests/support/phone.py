"""A phone with the mini-program open: a test client that sends the bearer token of one identity."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from flask.testing import FlaskClient

from backend.kit.calls import CallApp
from backend.members import Identity
from backend.runtime import Runtime
from backend.wechat.simulator import MINI_PROGRAM, OFFICIAL_ACCOUNT, App, SimulatorConfig
from miniprogram_api.auth import token_for
from tests.support import identities
from tests.support.runtimes import MP, OA
from tests.support.simulator import RunningSimulator, running_simulator


def member_client(app: CallApp, who: int | Identity, *, signed_in_at: datetime | None = None) -> FlaskClient:
    """A client signed in as a member (by id, who must be committed) or as an identity that may not have joined."""
    runtime: Runtime = app.extensions["runtime"]
    identity_id = who.id if isinstance(who, Identity) else _identity_of(runtime, who)
    token = token_for(identity_id, runtime.keys.tokens, signed_in_at or runtime.clock.now())
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def _identity_of(runtime: Runtime, member_id: int) -> int:
    with runtime.sessions.read() as session:
        identity = identities.mini_program_identity(session, member_id)
    if identity is None:
        raise LookupError(f"member {member_id} has no phone")
    return identity.id


@contextmanager
def simulated_wechat() -> Iterator[RunningSimulator]:
    """A WeChat that knows the accounts of the test runtime."""
    apps = (App(OFFICIAL_ACCOUNT, OA), App(MINI_PROGRAM, MP))
    with running_simulator(SimulatorConfig(apps=apps)) as wechat:
        yield wechat
