"""Tests mirror the tree: a source file with functions has the test file of its name."""

from pathlib import PurePosixPath

from tests.architecture.sources import ROOT, Source, product

TESTED_THROUGH_OTHERS = {
    "__init__.py": "a face re-exports",
    "models.py": "tables are tested by what writes them",
    "facts.py": "facts are tested by who announces them",
    "errors.py": "refusals are tested by who raises them",
}
EXCEPTIONS = {}


def mirror_of(path: str) -> str:
    """Where the tests of a source file stand."""
    source = PurePosixPath(path)
    return (PurePosixPath("tests") / source.parent / f"test_{source.name}").as_posix()


def unmirrored(source: Source, exists) -> bool:
    """Whether the file has functions and no test file of its own."""
    if PurePosixPath(source.path).name in TESTED_THROUGH_OTHERS or source.path in EXCEPTIONS:
        return False
    return any(source.functions()) and not exists(mirror_of(source.path))


def test_every_source_file_with_functions_has_its_test_file():
    missing = [source.path for source in product() if unmirrored(source, lambda path: (ROOT / path).exists())]
    assert not missing, "\n".join(missing)


def test_every_exception_is_needed():
    sources = {source.path for source in product()}
    idle = [path for path in EXCEPTIONS if path not in sources or (ROOT / mirror_of(path)).exists()]
    assert not idle


def test_a_file_without_tests_is_found():
    planted = Source("backend/points/rules.py", "def rule(): ...")
    asked = []
    assert unmirrored(planted, asked.append)
    assert asked == ["tests/backend/points/test_rules.py"]


def test_a_file_without_functions_needs_none():
    assert not unmirrored(Source("config/policy.py", "A = 1"), lambda _: False)


def test_a_method_counts_as_a_function():
    assert unmirrored(Source("backend/a.py", "class A:\n    def b(self): ..."), lambda _: False)
