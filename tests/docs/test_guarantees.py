"""Each test that docs/guarantees.md names to hold a promise is there under that name."""

import re

import pytest

from tests.architecture.sources import ROOT

PAGE = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`([^`\s]*?test_\w+\.py)?(?:::(test_\w+))?`")


def named():
    """Every test file on the page with the tests of it that are named; `::test_x` alone is of the file before."""
    found, of_row = [], ""
    for row in PAGE.splitlines():
        for path, test in NAMED.findall(row):
            if path and "/" in path:
                of_row = path
            elif path:
                of_row = f"{of_row.rpartition('/')[0]}/{path}"
            if path or test:
                found.append((of_row.replace("…", "tests/backend"), test))
    return found


def test_the_page_names_tests():
    assert len(named()) > 100


@pytest.mark.parametrize(("path", "test"), sorted(set(named())))
def test_a_named_test_is_there(path, test):
    file = ROOT / (path if path.startswith("tests/") else f"tests/{path}")
    assert file.is_file()
    assert not test or f"def {test}(" in file.read_text(encoding="utf-8")
