def test_create_opens_a_store(answer):
    made = answer("stores", "create", "HQ", "人民广场店")
    assert (made["code"], made["name"]) == ("HQ", "人民广场店")
    assert [store["id"] for store in answer("stores", "list")] == [made["id"]]


def test_taken_code_is_one_line_and_exit_code_1(flask):
    flask("stores", "create", "HQ", "人民广场店")
    result = flask("stores", "create", "HQ", "又一家")
    assert result.exit_code == 1
    assert result.stderr == "Error: 编码已被使用 (stores.code-taken)\n"


def test_empty_list_says_so(flask):
    assert flask("stores", "list").stdout == "There are no stores yet.\n"


def test_list_is_a_table_for_people(flask):
    flask("stores", "create", "HQ", "人民广场店")
    lines = flask("stores", "list").stdout.splitlines()
    assert lines[0].split() == ["id", "code", "name", "created_at"]
    assert "人民广场店" in lines[1]
