def test_unknown_path_is_a_problem(client):
    reply = client.get("/api/nowhere")
    assert reply.status_code == 404
    assert reply.mimetype == "application/problem+json"
    assert reply.json["code"] == "http.404"


def test_alive(client):
    assert client.get("/healthz").json == {"status": "ok"}


def test_docs(client):
    doc = client.get("/api/openapi.json").json
    assert doc["openapi"] == "3.1.0"
    assert client.get("/api/docs").status_code == 302
    assert client.get("/api/swagger").status_code == 200
    assert client.get("/metrics").status_code == 200
