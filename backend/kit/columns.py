"""The column types every table is built from; each means the same on SQLite, MariaDB and MySQL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, LargeBinary, String, TypeDecorator
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

MYSQL_FAMILY = ("mysql", "mariadb")  # mysql+pymysql calls itself mysql on MariaDB too


class UtcDateTime(TypeDecorator[datetime]):
    """An instant with microseconds. Only aware values go in, aware UTC comes out; a naive one raises ValueError."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        fine = mysql.DATETIME(fsp=6) if dialect.name in MYSQL_FAMILY else DateTime()
        return dialect.type_descriptor(fine)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a zone cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  as above
        return value and value.replace(tzinfo=UTC)


def code(length: int = 64) -> String:
    """A code, number or foreign id: compared byte by byte, never folded by a collation."""
    return String(length).with_variant(mysql.VARCHAR(length, collation="utf8mb4_bin"), *MYSQL_FAMILY)


def binary(length: int) -> LargeBinary:
    """Bytes of at most `length`, indexable on every engine."""
    return LargeBinary(length).with_variant(mysql.VARBINARY(length), *MYSQL_FAMILY)


def document() -> LargeBinary:
    """Bytes of up to 16 MiB that are stored and read, never searched."""
    return LargeBinary().with_variant(mysql.MEDIUMBLOB(), *MYSQL_FAMILY)


Id = BigInteger
Code = code()
Digest = binary(32)
Sealed = binary(512)
SealedText = binary(1024)  # of up to 990 bytes: an address
Json = JSON
