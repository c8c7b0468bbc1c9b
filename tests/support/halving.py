"""Of a pair of tests that differ by the engine alone, the one that runs, in rooms where one of the two is enough.

The ledger of points and what all stand on (`kit`) are tested on each engine. What stands above them says its SQL in the
same ways: there each test runs on one engine, told by its name, so that half of them meet MariaDB. Races and migrations
name their engine and are not halved.
`pytest --both-engines` runs all.
"""

from collections.abc import Sequence
from typing import Final, Protocol
from zlib import crc32

ENGINES: Final = ("sqlite", "mariadb")
ONE_IS_ENOUGH: Final = (
    "tests/miniprogram_api/",
    "tests/backend/adjustments/",
    "tests/backend/answers/",
    "tests/backend/checkin/",
    "tests/backend/commands/",
    "tests/backend/conversations/",
    "tests/backend/coupons/",
    "tests/backend/demo/",
    "tests/backend/earning/",
    "tests/backend/families/",
    "tests/backend/insights/",
    "tests/backend/jobs/",
    "tests/backend/lifecycle/",
    "tests/backend/lottery/",
    "tests/backend/mall/",
    "tests/backend/members/",
    "tests/backend/messaging/",
    "tests/backend/oa/",
    "tests/backend/pos/",
    "tests/backend/purchases/",
    "tests/backend/referrals/",
    "tests/backend/scenes/",
    "tests/backend/tiers/",
    "tests/docs/",
)


class Named(Protocol):
    """A test as pytest collects it."""

    @property
    def nodeid(self) -> str: ...


def spared(items: Sequence[Named]) -> set[str]:
    """The ids of the tests that need not run: their twins on the other engine do."""
    there = {item.nodeid for item in items}
    pairs = {item.nodeid: _twin(item.nodeid) for item in items if item.nodeid.startswith(ONE_IS_ENOUGH)}
    return {own for own, twin in pairs.items() if twin in there and own != _chosen(own, twin)}


def _twin(nodeid: str) -> str:
    """The same test on the other engine: the same id for a test that knows no engine."""
    name, bracket, told = nodeid.partition("[")
    words = told.removesuffix("]").split("-")
    other = {ENGINES[0]: ENGINES[1], ENGINES[1]: ENGINES[0]}
    return name + bracket + "-".join(other.get(word, word) for word in words) + ("]" if bracket else "")


def _chosen(one: str, other: str) -> str:
    first, second = sorted((one, other))
    return (first, second)[crc32(first.encode()) % 2]
