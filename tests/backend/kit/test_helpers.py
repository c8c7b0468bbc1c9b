import os

import pytest
from sqlalchemy import text

from backend.kit.helpers import helpers


def doubled(session, part):
    """Who did it, and twice the part, as the database reckons."""
    return os.getpid(), session.scalar(text("SELECT 2 * :part + (SELECT COUNT(*) FROM members)"), {"part": part})


def refusing(_session, part):
    raise LookupError(part)


def test_others_work_on_parts_and_the_answers_keep_their_order(engine):
    with helpers(engine, count=1) as each:
        answers = list(each(doubled, [3, 1, 2]))
        assert [answer for _, answer in answers] == [6, 2, 4]
        assert os.getpid() not in {pid for pid, _ in answers}
        with pytest.raises(LookupError, match="7"):
            list(each(refusing, [7]))
