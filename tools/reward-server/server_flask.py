"""A reward server with Flask: python server_flask.py [--port 8600]

For more than trials: gunicorn --threads 8 'server_flask:create(scorers.brightness, "brightness")' with one worker for
each copy of the model.
"""

import argparse
import os
import threading

import protocol
import scorers
from flask import Flask, jsonify, request


def create(score, name, groups=False, token=""):
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = protocol.MOST_BYTES
    one_at_a_time = threading.Lock()

    @app.get("/v1/health")
    def health():
        return jsonify(protocol.health(name))

    @app.post("/v1/score")
    def scored():
        if not protocol.trusted(request.headers.get("Authorization"), token):
            status, body = protocol.unauthorized()
        elif (request.content_length or 0) > protocol.MOST_BYTES:
            status, body = protocol.too_large()
        else:
            with one_at_a_time:
                status, body = protocol.answer(request.get_data(), score, groups)
        return jsonify(body), status

    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8600)
    options = parser.parse_args()
    app = create(scorers.brightness, "brightness", token=os.environ.get("REWARD_TOKEN", ""))
    # For rewards of groups: create(scorers.brightness_rank, "brightness_rank", groups=True), asked by http_group.
    app.run(options.host, options.port, threaded=True)
