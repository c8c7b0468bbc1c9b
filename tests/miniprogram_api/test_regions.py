URL = "/api/mp/v1/regions"


def test_the_anonymous_are_refused(client):
    assert client.get(URL).status_code == 401


def test_from_the_country_down_to_a_district(phone):
    provinces = phone.get(URL)
    assert provinces.status_code == 200
    assert len(provinces.json["items"]) == 34
    assert provinces.headers["Cache-Control"] == "private, max-age=86400"
    assert {"code": "310100", "name": "上海市"} in phone.get(URL, query_string={"parent": "310000"}).json["items"]
    assert {"code": "310101", "name": "黄浦区"} in phone.get(URL, query_string={"parent": "310100"}).json["items"]
    assert phone.get(URL, query_string={"parent": "310101"}).json == {"items": []}


def test_an_unknown_region_and_what_is_no_code(phone):
    unknown = phone.get(URL, query_string={"parent": "990000"})
    assert (unknown.status_code, unknown.json["code"]) == (404, "addresses.region-unknown")
    assert phone.get(URL, query_string={"parent": "上海"}).status_code == 422
