"""A membership of any size with its journals, made by the database itself; MariaDB only (it has tables of numbers)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, text

NOW: Final = datetime(2026, 3, 1, 1, tzinfo=UTC)
JOINED: Final = NOW - timedelta(days=450)
BATCH: Final = 20_000
FOREVER: Final = "9999-12-31T23:59:59.999999+00:00"

MEMBERS: Final = """
INSERT INTO members (id, card_no, phone_sealed, phone_index, gender, status, joined_at, join_channel, consent_version,
                     consent_at)
SELECT seq, LPAD(seq, 12, '0'), '', UNHEX(SHA2(seq, 256)), 'unknown', 'active', :joined, 'bench', '2026-01', :joined
FROM seq_1_to_{size} WHERE seq BETWEEN :first AND :last
"""

ACCOUNTS: Final = """
INSERT INTO point_accounts (member_id, balance, debt, held, pending, last_seq, last_hash, last_at, opened_at)
SELECT id, 0, 0, 0, 0, 0, UNHEX(REPEAT('00', 32)), :joined, :joined FROM members WHERE id BETWEEN :first AND :last
"""

# two to fourteen purchases, one every thirty days, most of some hundred yuan; one member in a hundred buys for more
# than fifty thousand
JOURNALS: Final = """
INSERT INTO growth_entries (member_id, seq, kind, amount, growth_after, value, spent_fen, purchases, counts_on,
                            per_yuan, book_version, source_kind, source_id, at)
SELECT member_id, seq, 'purchase', fen DIV 100, SUM(fen DIV 100) OVER (PARTITION BY member_id ORDER BY seq),
       fen DIV 100, fen, 1, DATE(at + INTERVAL 8 HOUR), 10000, 1, 'purchase', seq, at
FROM (
  SELECT m.seq AS member_id, p.seq AS seq,
         (5000 + CRC32(CONCAT(m.seq, '-', p.seq)) % 30000)
           * (1 + FLOOR(POW((CRC32(m.seq) % 1000) / 1000, 6) * 60)) AS fen,
         :joined + INTERVAL (p.seq * 30) DAY + INTERVAL (m.seq % 36000) SECOND AS at
  FROM seq_1_to_{size} m JOIN seq_1_to_14 p ON p.seq <= 2 + m.seq * 7919 % 13
  WHERE m.seq BETWEEN :first AND :last
) bought
"""

STANDINGS: Final = """
INSERT INTO tier_standings (member_id, tier_code, earned_code, growth, last_seq, since_at, opened_at, judged_at,
                            book_version, terms)
SELECT member_id, tier, tier, growth, last_seq, :joined, :joined, last_at, 1,
       CASE tier WHEN 'basic' THEN '{{}}'
                 WHEN 'silver' THEN '{{"silver": {{"until": ["{ever}"]}}}}'
                 WHEN 'gold' THEN '{{"gold": {{"until": ["{ever}"]}}, "silver": {{"until": ["{ever}"]}}}}'
                 ELSE CONCAT('{{"diamond": {{"until": ["{ever}"]}}, "gold": {{"until": ["{ever}"]}}, ',
                             '"silver": {{"until": ["{ever}"]}}}}') END
FROM (
  SELECT member_id, growth, last_seq, last_at,
         CASE WHEN growth >= 50000 THEN 'diamond' WHEN growth >= 10000 THEN 'gold'
              WHEN growth >= 2000 THEN 'silver' ELSE 'basic' END AS tier
  FROM (
    SELECT member_id, SUM(value) AS growth, MAX(seq) AS last_seq, MAX(at) AS last_at
    FROM growth_entries WHERE member_id BETWEEN :first AND :last GROUP BY member_id
  ) summed
) judged
"""


def gather(engine: Engine, size: int, *, progress: Callable[[int], object] = lambda _done: None) -> None:
    """Make `size` members (ids from 1) with accounts, journals, and the standings that the first book gives them."""
    for first in range(1, size + 1, BATCH):
        last = min(first + BATCH - 1, size)
        with engine.begin() as connection:
            for statement in (MEMBERS, ACCOUNTS, JOURNALS, STANDINGS):
                _say(connection, statement, size, first, last)
        progress(last)


def _say(connection: Connection, statement: str, size: int, first: int, last: int) -> None:
    values = {"first": first, "last": last, "joined": JOINED.replace(tzinfo=None)}
    connection.execute(text(statement.format(size=size, ever=FOREVER)), values)
