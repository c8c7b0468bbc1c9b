"""The API document knows a payload by the name of its class: two of one name would both be told as one of them."""

import ast
from collections import defaultdict

from tests.architecture.sources import Source, product

DOORS = ("miniprogram_api/", "backend/pos/")
PAYLOADS = ("In", "Out")


def told_twice(sources):
    """Names of payloads that several files of the doors define, with the files."""
    files = defaultdict(list)
    for source in sources:
        if source.path.startswith(DOORS):
            for node in ast.parse(source.text).body:
                if isinstance(node, ast.ClassDef) and node.name.endswith(PAYLOADS):
                    files[node.name].append(source.path)
    return {name: sorted(where) for name, where in files.items() if len(where) > 1}


def test_each_payload_has_a_name_of_its_own():
    assert told_twice(product()) == {}


def test_two_of_one_name_are_found():
    planted = [Source(f"{door}a.py", "class ThingOut(Schema):\n    x: int\n") for door in DOORS]
    assert told_twice(planted) == {"ThingOut": ["backend/pos/a.py", "miniprogram_api/a.py"]}
