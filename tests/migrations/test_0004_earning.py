"""Whose profile was complete before there was a reward for it is not rewarded for the next change of it."""

import sqlalchemy as sa

from backend.kit import migrations
from backend.kit.columns import UtcDateTime
from tests.support.clocks import MORNING

NOBODY_TOLD = {"nickname_sealed": None, "birthday_sealed": None, "gender": "unknown"}
COMPLETE = {"nickname_sealed": b"n", "birthday_sealed": b"b", "gender": "female"}


def seed(connection, member_id, **profile):
    columns = {
        "id": member_id,
        "card_no": f"80000000{member_id:02d}",
        "phone_sealed": b"x",
        "phone_index": bytes([member_id]),
        "status": "active",
        "joined_at": MORNING,
        "join_channel": "mini-program",
        "consent_version": "2026-01",
        "consent_at": MORNING,
        **profile,
    }
    words = f"INSERT INTO members ({', '.join(columns)}) VALUES ({', '.join(f':{name}' for name in columns)})"
    moments = [sa.bindparam(name, type_=UtcDateTime()) for name in ("joined_at", "consent_at")]
    connection.execute(sa.text(words).bindparams(*moments), columns)


def members(connection, columns):
    return {row[0]: tuple(row[1:]) for row in connection.execute(sa.text(f"SELECT id, {columns} FROM members"))}


def test_complete_profiles_are_known_as_completed_and_nothing_else_changes(blank):
    migrations.upgrade(blank, "0003")
    with blank.begin() as connection:
        seed(connection, 1, **COMPLETE)
        seed(connection, 2, **NOBODY_TOLD)
        for number, name in enumerate(COMPLETE, start=3):
            seed(connection, number, **{**COMPLETE, name: NOBODY_TOLD[name]})
        before = members(connection, "card_no, joined_at, gender")
    migrations.upgrade(blank, "0004")
    with blank.connect() as connection:
        complete = members(connection, "profile_completed_at = joined_at")
        assert {member_id for member_id, (known,) in complete.items() if known} == {1}
        assert members(connection, "card_no, joined_at, gender") == before
    migrations.downgrade(blank, "0003")
    with blank.connect() as connection:
        assert members(connection, "card_no, joined_at, gender") == before
        assert not {name for name in sa.inspect(connection).get_table_names() if name.startswith("earning_")}
