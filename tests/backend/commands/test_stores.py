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
    assert lines[0].split() == ["id", "code", "name", "return_days", "created_at"]
    assert "人民广场店" in lines[1]


def test_counters_are_listed_with_their_brands(answer):
    answer("stores", "create", "HQ", "人民广场店")
    brand = answer("stores", "create-brand", "ZHAOLU", "朝露")
    made = answer("stores", "create-counter", "HQ", "1F-01", "朝露专柜", "--brand", "ZHAOLU")
    assert made["brand_code"] == "ZHAOLU"
    answer("stores", "create-counter", "HQ", "1F-02", "服务台")
    assert answer("stores", "brands") == [{"id": brand["id"], "code": "ZHAOLU", "name": "朝露"}]
    first, second = answer("stores", "counters", "HQ")
    assert first == {
        "id": made["id"],
        "code": "1F-01",
        "name": "朝露专柜",
        "brand_code": "ZHAOLU",
        "brand_name": "朝露",
    }
    assert (second["code"], second["brand_code"], second["brand_name"]) == ("1F-02", None, None)


def test_counters_are_those_of_the_store(answer):
    for code in ("HQ", "PD"):
        answer("stores", "create", code, "又一家")
        answer("stores", "create-counter", code, "1F-01", "服务台")
    assert len(answer("stores", "counters", "PD")) == 1


def test_counter_of_a_store_or_brand_that_nobody_knows_is_refused(flask):
    assert "(stores.unknown)" in flask("stores", "create-counter", "HQ", "1F-01", "服务台").stderr
    flask("stores", "create", "HQ", "人民广场店")
    result = flask("stores", "create-counter", "HQ", "1F-01", "服务台", "--brand", "NONE")
    assert result.exit_code == 1
    assert "(stores.brand-unknown)" in result.stderr
    assert flask("stores", "counters", "HQ").stdout == "This store has no counters yet.\n"


def test_taken_codes_of_brands_and_counters_are_refused(flask):
    flask("stores", "create", "HQ", "人民广场店")
    for command in (("create-brand", "ZHAOLU", "朝露"), ("create-counter", "HQ", "1F-01", "服务台")):
        assert flask("stores", *command).exit_code == 0
        again = flask("stores", *command)
        assert again.exit_code == 1
        assert "(stores.code-taken)" in again.stderr


def test_there_are_no_brands_at_first(flask):
    assert flask("stores", "brands").stdout == "There are no brands yet.\n"


def test_the_days_for_returns_are_said_shown_and_changed(answer, flask):
    assert answer("stores", "create", "HQ", "人民广场店")["return_days"] == 7
    assert answer("stores", "create", "PD", "浦东店", "--return-days", "0")["return_days"] == 0
    assert answer("stores", "set-return-days", "PD", "30")["return_days"] == 30
    assert [store["return_days"] for store in answer("stores", "list")] == [7, 30]
    assert "(stores.return-days-refused)" in flask("stores", "set-return-days", "PD", "366").stderr
    assert "(stores.unknown)" in flask("stores", "set-return-days", "XH", "7").stderr
