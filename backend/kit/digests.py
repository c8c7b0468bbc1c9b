from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from backend.kit.columns import MYSQL_FAMILY, Digest


class Sha256(FunctionElement[bytes]):
    """The SHA-256 digest of a text, reckoned by the database: 32 bytes, the same as Python's of the text in UTF-8."""

    name = "sha256"
    type = Digest
    inherit_cache = True


@compiles(Sha256, *MYSQL_FAMILY)
def _on_mysql(element: Sha256, compiler: Any, **how: Any) -> str:
    return f"UNHEX(SHA2({compiler.process(element.clauses, **how)}, 256))"


@compiles(Sha256)
def _elsewhere(element: Sha256, compiler: Any, **how: Any) -> str:
    return f"sha256({compiler.process(element.clauses, **how)})"
