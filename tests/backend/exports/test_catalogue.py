"""No table about members is forgotten: it is in the document, or named with the reason why not."""

import pytest

import backend.models  # noqa: F401  every table must be known to the metadata
from backend.exports import HELD_BACK, SECTIONS
from backend.kit.db import Model

PEOPLE = ("members", "identities")
COLUMNS = ("member_id", "inviter_id", "giver_id", "owner_id", "sharer_id", "newcomer_id")


def about_members():
    """Tables with a column that names a member or an identity of one."""
    tables = Model.metadata.tables.values()
    return {
        table.name
        for table in tables
        if table.name in PEOPLE
        or any(column.name.endswith(COLUMNS) for column in table.c)
        or any(key.column.table.name in PEOPLE for key in table.foreign_keys)
    }


def test_every_table_about_members_is_told_or_held_back_with_a_reason():
    told = {section.table for section in SECTIONS}
    assert about_members() - told - set(HELD_BACK) == set()
    assert not told & set(HELD_BACK)


def test_nothing_is_held_back_that_does_not_exist_or_without_a_reason():
    assert set(HELD_BACK) <= about_members()
    assert all(len(reason) > 10 for reason in HELD_BACK.values())


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.table)
def test_a_section_finds_its_rows_by_columns_that_exist(section):
    table = Model.metadata.tables[section.table]
    assert section.owner in table.c
    if section.through is not None:
        assert {"id", "member_id"} <= set(Model.metadata.tables[section.through].c.keys())


def test_titles_are_told_once():
    titles = [section.title for section in SECTIONS]
    assert len(titles) == len(set(titles))
