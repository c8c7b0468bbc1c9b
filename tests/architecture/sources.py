"""The product's own source files, as the architecture tests read them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("backend", "config", "miniprogram_api", "templates_msg")


@dataclass(frozen=True)
class Source:
    """One file of Python by its path from the root ("backend/points/rules.py")."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    def is_in(self, *folders: str) -> bool:
        return self.path.startswith(tuple(f"{folder}/" for folder in folders))

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield node


def product() -> list[Source]:
    """Every Python file of the product, in the order of their paths."""
    files = [ROOT / "wsgi.py", *(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))]
    return [
        Source(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8"))
        for file in sorted(files)
        if file.exists()
    ]
