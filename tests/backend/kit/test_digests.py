from hashlib import sha256

import pytest
from sqlalchemy import Integer, cast, literal, select

from backend.kit.digests import Sha256


@pytest.mark.parametrize("text", ["", "a\n1", "百汇", "🎂"])
def test_it_is_the_digest_that_python_reckons(engine, text):
    with engine.connect() as connection:
        assert connection.scalar(select(Sha256(literal(text)))) == sha256(text.encode()).digest()


def test_of_a_text_that_the_database_puts_together(engine):
    number = cast(cast(literal(2**62), Integer), literal("").type)
    with engine.connect() as connection:
        found = connection.scalar(select(Sha256(literal("m\n").concat(number).concat("\n7"))))
    assert found == sha256(f"m\n{2**62}\n7".encode()).digest()
