"""meander-reward/1 (docs/remote-rewards.md) without a web framework: a request's JSON in, an answer's JSON out.

Copy this file beside your scorer. What it calls is `score(samples)`: a list of `Sample`s in, a number for each out, in
order. With `groups=True` it is called once for each group: all images of one prompt at one place of a rollout, to be
compared with each other.
"""

import base64
import hmac
import io
import json
import math
from dataclasses import dataclass, field

from PIL import Image

PROTOCOL = "meander-reward/1"
MOST_BYTES = 64 << 20
Image.MAX_IMAGE_PIXELS = 1 << 26  # a few bytes may claim to be an image that fills all memory


@dataclass
class Sample:
    id: str
    prompt: str
    image: Image.Image
    prompt_id: str = ""
    metadata: dict = field(default_factory=dict)
    source: Image.Image | None = None  # the picture that the image was made from
    group: str = ""  # images with the same one are compared with each other


class Refused(Exception):
    """An answer that is none: a status and a reason."""

    def __init__(self, status, code, message):
        super().__init__(message)
        self.status = status
        self.body = {"protocol": PROTOCOL, "error": {"code": code, "message": message}}


class CannotScore(ValueError):
    """For scorers: these prompts or images will never get a score."""


def _bad(message):
    return Refused(400, "bad_request", message)


def _text(sample, key, at):
    value = sample.get(key)
    if not isinstance(value, str):
        raise _bad(f"{at}.{key} must be a string")
    return value


def _picture(sample, key, at):
    try:
        data = base64.b64decode(_text(sample, key, at), validate=True)
        with Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
            return picture.convert("RGB")
    except (ValueError, OSError, SyntaxError, Image.DecompressionBombError) as e:
        raise _bad(f"{at}.{key} is not a base64 PNG file: {e}") from e


def _sample(sample, at):
    if not isinstance(sample, dict):
        raise _bad(f"{at} must be an object")
    metadata = {} if sample.get("metadata") is None else sample["metadata"]
    if not isinstance(metadata, dict):
        raise _bad(f"{at}.metadata must be an object")
    return Sample(
        id=_text(sample, "id", at),
        prompt=_text(sample, "prompt", at),
        image=_picture(sample, "image", at),
        prompt_id="" if sample.get("prompt_id") is None else str(sample["prompt_id"]),
        metadata=metadata,
        source=_picture(sample, "source", at) if sample.get("source") is not None else None,
        group=_text(sample, "group", at) if sample.get("group") is not None else "",
    )


def read(body):
    """The id and the samples of a request."""
    try:
        root = json.loads(body)
    except (ValueError, RecursionError) as e:
        raise _bad(f"the body is not JSON: {e}") from e
    if not isinstance(root, dict) or root.get("protocol") != PROTOCOL:
        raise _bad(f"protocol must be {PROTOCOL}")
    if not isinstance(root.get("request"), str):
        raise _bad("request must be a string")
    listed = root.get("samples")
    if not isinstance(listed, list) or not listed:
        raise _bad("samples must be a list with at least one element")
    samples = [_sample(s, f"samples[{i}]") for i, s in enumerate(listed)]
    if len({s.id for s in samples}) != len(samples):
        raise _bad("an id appears twice")
    return root["request"], samples


def _by_group(samples):
    groups = {}
    for sample in samples:
        if not sample.group:
            raise _bad(f"sample {sample.id} has no group: ask by the reward http_group")
        groups.setdefault(sample.group, []).append(sample)
    for name, group in groups.items():
        if len(group) < 2:
            raise _bad(f"the group {name} has a single image, and at least two can be compared")
    return list(groups.values())


def answer(body, score, groups=False):
    """The status and the JSON object to answer a request with."""
    try:
        request, samples = read(body)
        scores = []
        for batch in _by_group(samples) if groups else [samples]:
            given = [float(s) for s in score(batch)]
            if len(given) != len(batch) or not all(math.isfinite(s) for s in given):
                raise Refused(500, "scorer_failed", f"no finite score for each image: {given}")
            scores += [{"id": s.id, "score": g} for s, g in zip(batch, given)]
        return 200, {"protocol": PROTOCOL, "request": request, "scores": scores}
    except Refused as e:
        return e.status, e.body
    except CannotScore as e:
        e = Refused(422, "cannot_score", str(e))
        return e.status, e.body
    except Exception as e:  # whatever the scorer does, the client must hear of it
        e = Refused(500, "scorer_failed", f"{type(e).__name__}: {e}")
        return e.status, e.body


def health(name):
    return {"protocol": PROTOCOL, "status": "ok", "reward": name}


def too_large():
    e = Refused(413, "too_large", f"a request may have {MOST_BYTES} bytes: set a smaller batch_size")
    return e.status, e.body


def trusted(authorization, token):
    """Whether a request with this Authorization header may be answered."""
    return not token or hmac.compare_digest((authorization or "").encode(), f"Bearer {token}".encode())


def unauthorized():
    e = Refused(401, "unauthorized", "this server wants a token: set the reward's token_env")
    return e.status, e.body
