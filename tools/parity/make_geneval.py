"""Verdicts of GenEval's own evaluation on made-up detections: `geneval.json.gz`.

Runs evaluation/evaluate_images.py of a checkout of github.com/djghosh13/geneval where it lies. Its detector and its colour
classifier are replaced: detections are drawn here, and the colour of an object is written beside it.
"""

import argparse
import gzip
import importlib.util
import json
import pathlib
import random
import sys
from unittest import mock

import numpy as np

DEFAULT_OUT = pathlib.Path(__file__).resolve().parents[2] / "core" / "src" / "test" / "resources" / "parity"
CLASSES = ["bench", "dog", "car", "person", "tv remote"]
COLORS = ["red", "green", "blue"]
TAGS = ["single_object", "two_object", "counting", "colors", "position", "color_attr"]
RELATIONS = {"left of": (-1, 0), "right of": (1, 0), "above": (0, -1), "below": (0, 1)}
CASES = 600


def load(checkout: pathlib.Path):
    """Its module, with stand-ins for what it imports and does not need here."""
    names = ["pandas", "PIL", "torch", "mmdet", "mmdet.apis", "open_clip", "clip_benchmark", "clip_benchmark.metrics"]
    stubs = {name: mock.MagicMock() for name in names}
    stubs["torch"].cuda.is_available.return_value = True
    stubs["torch"].utils.data.Dataset = object
    with mock.patch.dict(sys.modules, stubs):
        spec = importlib.util.spec_from_file_location("geneval", checkout / "evaluation" / "evaluate_images.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    module.classnames = CLASSES
    module.object_detector = None
    # The defaults of its main function.
    module.THRESHOLD, module.COUNTING_THRESHOLD, module.MAX_OBJECTS = 0.3, 0.9, 16
    module.NMS_THRESHOLD, module.POSITION_THRESHOLD = 1.0, 0.1
    return module


def metadata(rng: random.Random, tag: str) -> dict:
    first, second = rng.sample(CLASSES, 2)
    include = [{"class": first, "count": 1}]
    line = {"tag": tag, "include": include}
    if tag in ("two_object", "position", "color_attr"):
        include.append({"class": second, "count": 1})
    if tag == "counting":
        include[0]["count"] = rng.randint(2, 4)
        line["exclude"] = [{"class": first, "count": include[0]["count"] + 1}]
    if tag in ("colors", "color_attr"):
        for clause in include:
            clause["color"] = rng.choice(COLORS)
    if tag == "position":
        include[1]["position"] = [rng.choice(list(RELATIONS)), 0]
        if rng.random() < 0.3:
            include[0]["count"] = 2
        if rng.random() < 0.2:  # no prompt of GenEval's, but its evaluation knows them
            for clause in include:
                clause["color"] = rng.choice(COLORS)
    if rng.random() < 0.1:
        line.setdefault("exclude", []).append({"class": rng.choice(CLASSES), "count": rng.randint(1, 3)})
    line["prompt"] = "made up"
    return line


def box(rng: random.Random, x: float, y: float) -> list[float]:
    w, h = rng.uniform(40, 160), rng.uniform(40, 160)
    return [round(v, 2) for v in (x - w / 2, y - h / 2, x + w / 2, y + h / 2)]


def detections(rng: random.Random, line: dict) -> list[dict]:
    """About what is asked for, often with something wrong: at times a crowd, at times things that hardly count."""
    found = []
    center = (rng.uniform(150, 350), rng.uniform(150, 350))
    for clause in line["include"]:
        count = clause["count"] + rng.choice([0, 0, 0, 0, 1, -1])
        for _ in range(count):
            x, y = (v + rng.uniform(-60, 60) for v in center)
            if "position" in clause:
                dx, dy = RELATIONS[clause["position"][0]]
                reach = rng.choice([200, 200, 120, 60, -100])
                x, y = center[0] + reach * dx + rng.uniform(-90, 90), center[1] + reach * dy + rng.uniform(-90, 90)
            low = 0.85 if line["tag"] == "counting" else 0.25
            wanted = clause.get("color", rng.choice(COLORS))
            found.append({
                "class": clause["class"],
                "score": round(rng.uniform(low, 1), 6),
                "box": box(rng, x, y),
                "color": wanted if rng.random() < 0.75 else rng.choice(COLORS),
            })
    if rng.random() < 0.05:
        crowd = rng.choice(line["include"])
        for _ in range(rng.randint(14, 22)):
            found.append({"class": crowd["class"], "score": round(rng.uniform(0.28, 1), 6),
                          "box": box(rng, rng.uniform(0, 512), rng.uniform(0, 512)),
                          "color": crowd.get("color", rng.choice(COLORS))})
    if rng.random() < 0.2:
        found.append({"class": rng.choice(CLASSES), "score": round(rng.uniform(0.1, 1), 6),
                      "box": box(rng, *center), "color": rng.choice(COLORS)})
    return found


def judge(module, line: dict, found: list[dict]) -> bool:
    rows = {name: [] for name in CLASSES}
    for one in found:
        rows[one["class"]].append(one["box"] + [one["score"]])
    boxes = [np.array(rows[name], dtype=np.float64).reshape(-1, 5) for name in CLASSES]
    colors = {one["score"]: one["color"] for one in found}
    module.inference_detector = lambda detector, path: boxes
    module.color_classification = lambda image, objects, name: [colors[float(o[0][4])] for o in objects]
    return bool(module.evaluate_image("nowhere", line)["correct"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, default=DEFAULT_OUT, help="fixture directory")
    parser.add_argument("--geneval", type=pathlib.Path, required=True, help="checkout of geneval")
    options = parser.parse_args()
    sys.dont_write_bytecode = True
    module = load(options.geneval)
    rng = random.Random(2310)
    cases = []
    while len(cases) < CASES:
        line = metadata(rng, TAGS[len(cases) % len(TAGS)])
        found = detections(rng, line)
        if len({one["score"] for one in found}) == len(found):
            cases.append({"metadata": line, "detections": found, "correct": judge(module, line, found)})
    rows = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    with gzip.GzipFile(options.out / "geneval.json.gz", "wb", mtime=0) as file:
        file.write(f'{{"cases": [\n{rows}\n]}}\n'.encode())
    right = sum(case["correct"] for case in cases)
    print(f"{right} of {CASES} correct", {t: sum(c["correct"] for c in cases if c["metadata"]["tag"] == t)
                                          for t in sorted({c["metadata"]["tag"] for c in cases})})


if __name__ == "__main__":
    main()
