import sqlite3
from typing import Any, Final

from backend.wechat.simulator.config import QUOTAS, Quota

MINUTE_MS: Final = 60_000
DAY_MS: Final = 86_400_000
CHINA_MS: Final = 8 * 3_600_000
LOGINS_PER_MINUTE: Final = 100  # of one user


def count(db: sqlite3.Connection, api: str, appid: str | None, login_code: Any, *, now: int) -> int | None:
    """Count a call; the errcode when that is one too many."""
    quota = _quota(db, api)
    day, minute = f"day-{(now + CHINA_MS) // DAY_MS}", f"minute-{now // MINUTE_MS}"
    if quota.per_day is not None and _more(db, api, appid or "", day) > quota.per_day:
        return 45009
    if quota.per_minute is not None and _more(db, api, appid or "", minute) > quota.per_minute:
        return 45011
    if login_code is not None and _more(db, api, _user_of(db, login_code), minute) > LOGINS_PER_MINUTE:
        return 45011
    return None


def _quota(db: sqlite3.Connection, api: str) -> Quota:
    row = db.execute(
        "SELECT per_day, per_minute FROM quotas WHERE ? = api OR ? LIKE '%/' || api", (api, api)
    ).fetchone()
    return Quota(row["per_day"], row["per_minute"]) if row is not None else QUOTAS.get(api, Quota())


def _more(db: sqlite3.Connection, api: str, who: str, span: str) -> int:
    row = db.execute(
        "INSERT INTO usage VALUES (?, ?, ?, 1) ON CONFLICT (api, who, span) DO UPDATE SET count = count + 1 "
        "RETURNING count",
        (api, who, span),
    ).fetchone()
    return int(row["count"])


def _user_of(db: sqlite3.Connection, login_code: Any) -> str:
    row = db.execute("SELECT user_id FROM codes WHERE code = ?", (str(login_code),)).fetchone()
    return f"user-{row['user_id']}" if row is not None else "nobody"
