"""How long a file and a function may be. What is over the aim but under the limit is reported, not refused."""

import ast

from tests.architecture.sources import Source, product

LONGEST_FILE, AIM_OF_FILE = 300, 200
LONGEST_FUNCTION, AIM_OF_FUNCTION = 40, 25


def too_long(source: Source, *, of_file: int, of_function: int) -> list[str]:
    """The file and the functions of it that have more lines than told; a docstring does not count in a function."""
    lines = source.text.count("\n")
    files = [f"{source.path}: {lines} lines"] if lines > of_file else []
    lengths = ((function, length_of(function)) for function in source.functions())
    return files + [
        f"{source.path}:{function.lineno} {function.name}: {length} lines"
        for function, length in lengths
        if length > of_function
    ]


def length_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = function.body[0]
    is_told = ast.get_docstring(function, clean=False) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if is_told else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def test_no_file_or_function_is_longer_than_the_limit():
    over = [
        line for source in product() for line in too_long(source, of_file=LONGEST_FILE, of_function=LONGEST_FUNCTION)
    ]
    assert not over, "\n".join(over)


def test_what_is_over_the_aim_is_reported(record_property):
    over = [line for source in product() for line in too_long(source, of_file=AIM_OF_FILE, of_function=AIM_OF_FUNCTION)]
    record_property("over the aim", over)
    print("\n".join(over))  # noqa: T201  shown by pytest -rP


def test_a_long_file_is_found():
    assert too_long(Source("backend/a.py", "x = 1\n" * 301), of_file=300, of_function=40) == ["backend/a.py: 301 lines"]


def test_a_file_of_the_limit_is_not():
    assert not too_long(Source("backend/a.py", "x = 1\n" * 300), of_file=300, of_function=40)


def test_a_long_function_is_found_by_its_line():
    planted = Source("backend/a.py", "\ndef long():\n" + "    x = 1\n" * 40)
    assert too_long(planted, of_file=300, of_function=40) == ["backend/a.py:2 long: 41 lines"]


def test_a_docstring_does_not_count():
    planted = Source("backend/a.py", 'def told():\n    """One\n    two."""\n' + "    x = 1\n" * 39)
    assert not too_long(planted, of_file=300, of_function=40)
