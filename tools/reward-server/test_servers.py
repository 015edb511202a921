"""Both servers over their test clients: python -m pytest"""

import base64
import io
import json
import pathlib

import protocol
import pytest
import scorers
import server_fastapi
import server_flask
from fastapi.testclient import TestClient
from PIL import Image


def png(level, size=(3, 2)):
    file = io.BytesIO()
    Image.new("RGB", size, (level, level, level)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def sample(i, level, **more):
    return {"id": str(i), "prompt_id": "7", "prompt": 'a "red" café', "metadata": {"tag": "x"}, "image": png(level), **more}


def request(*samples, **more):
    return {"protocol": "meander-reward/1", "request": "r", "samples": list(samples), **more}


class Flask:
    def __init__(self, *arguments, **more):
        self.client = server_flask.create(*arguments, **more).test_client()

    def get(self, path):
        answer = self.client.get(path)
        return answer.status_code, answer.get_json()

    def post(self, body, **headers):
        answer = self.client.post("/v1/score", data=body, headers=headers)
        return answer.status_code, answer.get_json()


class FastApi:
    def __init__(self, *arguments, **more):
        self.client = TestClient(server_fastapi.create(*arguments, **more))

    def get(self, path):
        answer = self.client.get(path)
        return answer.status_code, answer.json()

    def post(self, body, **headers):
        answer = self.client.post("/v1/score", content=body, headers=headers)
        return answer.status_code, answer.json()


# Meander's own server and client are held to the same.
EXCHANGES = json.loads(pathlib.Path(__file__).with_name("exchanges.json").read_text(encoding="utf-8"))


@pytest.fixture(params=[Flask, FastApi])
def serve(request):
    return request.param


def ask(server, asked):
    return server.post(json.dumps(asked).encode())


def test_health(serve):
    assert serve(scorers.brightness, "b").get("/v1/health") == (
        200,
        {"protocol": "meander-reward/1", "status": "ok", "reward": "b"},
    )


def test_scores_stand_by_their_ids(serve):
    status, body = ask(serve(scorers.brightness, "b"), request(sample(0, 255), sample(1, 51), unknown=1))
    assert status == 200
    assert body == {
        "protocol": "meander-reward/1",
        "request": "r",
        "scores": [{"id": "0", "score": 1.0}, {"id": "1", "score": 0.2}],
    }


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda e: e["name"])
def test_exchanges(serve, exchange):
    server = serve(getattr(scorers, exchange["scorer"]), "s", groups=exchange["scorer"] == "brightness_rank")
    status, body = server.post(exchange["body"].encode() if "body" in exchange else json.dumps(exchange["request"]).encode())
    assert status == exchange["status"], body
    if status == 200:
        body["scores"].sort(key=lambda s: s["id"])
        exchange["answer"]["scores"].sort(key=lambda s: s["id"])
        assert body == exchange["answer"]
    else:
        assert (body["protocol"], body["error"]["code"]) == ("meander-reward/1", exchange["code"])
        assert body["error"]["message"]


def test_a_sample_has_all_its_parts():
    body = request(sample(0, 9, source=png(8, (5, 5)), group="g"))
    name, (one,) = protocol.read(json.dumps(body))
    assert name == "r"
    assert (one.prompt, one.prompt_id, one.metadata, one.group) == ('a "red" café', "7", {"tag": "x"}, "g")
    assert (one.image.size, one.source.size) == ((3, 2), (5, 5))
    assert one.source.getpixel((0, 0)) == (8, 8, 8)


def test_the_source_is_seen(serve):
    server = serve(scorers.nearness, "n")
    status, body = ask(server, request(sample(0, 255, source=png(0)), sample(1, 9, source=png(9, (5, 5)))))
    assert [s["score"] for s in body["scores"]] == [0.0, 1.0]
    status, body = ask(server, request(sample(0, 255)))
    assert (status, body["error"]["code"]) == (422, "cannot_score")
    assert "source_image" in body["error"]["message"]


def test_groups_are_compared_within_themselves(serve):
    server = serve(scorers.brightness_rank, "rank", groups=True)
    levels = [("a", 1), ("b", 9), ("a", 3), ("b", 9), ("a", 2)]
    status, body = ask(server, request(*[sample(i, v, group=g) for i, (g, v) in enumerate(levels)]))
    assert status == 200
    assert {s["id"]: s["score"] for s in body["scores"]} == {"0": 0, "2": 1, "4": 0.5, "1": 0.5, "3": 0.5}
    assert ask(server, request(sample(0, 1), sample(1, 2)))[1]["error"]["message"].endswith("http_group")
    assert "single image" in ask(server, request(sample(0, 1, group="a")))[1]["error"]["message"]


@pytest.mark.parametrize(
    "body, words",
    [
        (b"nothing", "not JSON"),
        (b"{}", "protocol must be"),
        (json.dumps(request()).encode(), "at least one"),
        (json.dumps(request({})).encode(), "samples[0].id must be a string"),
        (json.dumps(request(sample(0, 1), sample(0, 1))).encode(), "twice"),
        (json.dumps(request({**sample(0, 1), "image": "?"})).encode(), "samples[0].image is not a base64 PNG"),
        (json.dumps(request({**sample(0, 1), "source": "AAAA"})).encode(), "samples[0].source is not a base64 PNG"),
        (json.dumps(request({**sample(0, 1), "group": 3})).encode(), "samples[0].group must be a string"),
    ],
)
def test_wrong_requests_are_explained(serve, body, words):
    status, answer = serve(scorers.brightness, "b").post(body)
    assert (status, answer["error"]["code"]) == (400, "bad_request")
    assert words in answer["error"]["message"]


@pytest.mark.parametrize("scores", [[], [1, 2], [float("nan")], [float("inf")], ["a"], None])
def test_a_scorer_that_fails_is_an_error(serve, scores):
    status, body = ask(serve(lambda samples: scores, "bad"), request(sample(0, 1)))
    assert (status, body["error"]["code"]) == (500, "scorer_failed")


def test_a_token_is_asked_for(serve):
    server = serve(scorers.brightness, "b", token="hush")
    body = json.dumps(request(sample(0, 1))).encode()
    assert server.post(body)[0] == 401
    assert server.post(body, Authorization="Bearer other")[0] == 401
    assert server.post(body, Authorization="Bearer hush")[0] == 200
    assert server.get("/v1/health")[0] == 200


def test_too_large(serve, monkeypatch):
    monkeypatch.setattr(protocol, "MOST_BYTES", 10)
    status, body = ask(serve(scorers.brightness, "b"), request(sample(0, 1)))
    assert status == 413
    assert body["error"]["code"] == "too_large"
