from random import Random

from sqlalchemy import Engine

from backend.kit.cache import MemoryCache
from backend.kit.clock import Clock
from backend.kit.db import sessions
from backend.kit.limits import RateLimiter
from backend.kit.pii import Vault
from backend.listeners import LISTENERS
from backend.runtime import Keys, Runtime
from backend.wechat import AppCredentials, MiniProgram, OfficialAccount
from tests.support.pictures import MemoryStorage

OA = AppCredentials("wx0000000000000a0a", "oa-secret", "oatoken", "A" * 43)
MP = AppCredentials("wx0000000000000b0b", "mp-secret", "mptoken", "B" * 43)
VAULT = Vault({1: b"1" * 32}, index_key=b"i" * 32)
KEYS = Keys(tokens=b"t" * 32, card_codes=b"c" * 32, unsubscribing=b"u" * 32)
NOWHERE = "http://127.0.0.1:9"  # the discard port: a test that calls WeChat without a simulator fails at once


def make_runtime(engine: Engine, clock: Clock, *, wechat_url: str = NOWHERE, public_base_url: str = "") -> Runtime:
    """A runtime on a test's database, with the real parts, a fixed clock and seeded luck."""
    cache = MemoryCache(clock)
    return Runtime(
        sessions=sessions(engine, listeners=LISTENERS, vault=VAULT),
        clock=clock,
        rng=Random(7),
        cache=cache,
        limiter=RateLimiter(),
        keys=KEYS,
        official_account=OfficialAccount(OA, cache=cache, base_url=wechat_url),
        mini_program=MiniProgram(MP, cache=cache, base_url=wechat_url),
        media=MemoryStorage(),
        template_ids={},
        public_base_url=public_base_url,
    )
