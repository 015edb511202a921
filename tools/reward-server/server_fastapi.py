"""A reward server with FastAPI: python server_fastapi.py [--port 8600]"""

import argparse
import os
import threading

import protocol
import scorers
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse


def create(score, name, groups=False, token=""):
    app = FastAPI(title=name)
    one_at_a_time = threading.Lock()

    def answer(body):
        with one_at_a_time:
            return protocol.answer(body, score, groups)

    @app.get("/v1/health")
    def health():
        return protocol.health(name)

    @app.post("/v1/score")
    async def scored(request: Request):
        body = b""
        async for chunk in request.stream():
            if len(body) <= protocol.MOST_BYTES:
                body += chunk
        if not protocol.trusted(request.headers.get("Authorization"), token):
            status, answered = protocol.unauthorized()
        elif len(body) > protocol.MOST_BYTES:
            status, answered = protocol.too_large()
        else:
            status, answered = await run_in_threadpool(answer, body)
        return JSONResponse(answered, status)

    return app


if __name__ == "__main__":
    import uvicorn

    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8600)
    options = parser.parse_args()
    app = create(scorers.brightness, "brightness", token=os.environ.get("REWARD_TOKEN", ""))
    # For rewards of groups: create(scorers.brightness_rank, "brightness_rank", groups=True), asked by http_group.
    uvicorn.run(app, host=options.host, port=options.port)
