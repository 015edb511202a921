"""Compares the reward `geneval` with GenEval's own evaluation, on pictures, through the same networks.

    python check_geneval.py --geneval GENEVAL --models DIR --work WORK [--pictures 12]

GENEVAL is a checkout of github.com/djghosh13/geneval, whose code is run where it lies; DIR is what
tools/export/export_geneval.py wrote. Draws pictures of coloured blots, runs the detector in ONNX Runtime, makes metadata of
GenEval's six tasks from what it sees, some of it wrong, has GenEval judge (its thresholds, its crops and grey ground, its
rules; colours by the same CLIP), then calls `meander score` on the same files. Needs onnxruntime and pillow.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import time

import numpy as np
import onnxruntime
from PIL import Image, ImageDraw, ImageFilter
from safetensors.numpy import load_file

from make_geneval import TAGS, load

HOME = pathlib.Path(__file__).resolve().parents[2]
COLORS = ["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white"]
IMAGENET = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
CLIP = np.array([0.48145466, 0.4578275, 0.40821073]), np.array([0.26862954, 0.26130258, 0.27577711])
SIDE = 512


def picture(rng: random.Random) -> Image.Image:
    image = Image.new("RGB", (SIDE, SIDE), tuple(rng.randrange(256) for _ in range(3)))
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        x, y = rng.randrange(SIDE), rng.randrange(SIDE)
        w, h = rng.randrange(30, 250), rng.randrange(30, 250)
        shape = rng.choice([draw.ellipse, draw.rectangle])
        shape([x - w // 2, y - h // 2, x + w // 2, y + h // 2], fill=tuple(rng.randrange(256) for _ in range(3)))
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0, 2)))


def planes(image: Image.Image, norm) -> np.ndarray:
    values = (np.asarray(image.convert("RGB"), dtype=np.float64) / 255 - norm[0]) / norm[1]
    return values.transpose(2, 0, 1)[None].astype(np.float32)


class Networks:
    def __init__(self, directory: pathlib.Path):
        self.classes = (directory / "classes.txt").read_text().split("\n")[:-1]
        self.detector = onnxruntime.InferenceSession(directory / "detector.onnx")
        self.clip = onnxruntime.InferenceSession(directory / "clip-image.onnx")
        self.texts = load_file(directory / "colors.safetensors")

    def detect(self, image: Image.Image):
        """As mmdetection gives it: boxes with scores, and masks, by class."""
        names = [o.name for o in self.detector.get_outputs()]
        found = dict(zip(names, self.detector.run(None, {"pixels": planes(image, IMAGENET)})))
        boxes, masks = [], []
        for label in range(len(self.classes)):
            at = found["labels"] == label
            boxes.append(np.concatenate([found["boxes"][at] * SIDE, found["scores"][at, None]], 1))
            masks.append(list(found["masks"][at]) if "masks" in found else None)
        return (boxes, masks) if "masks" in found else boxes

    def embed(self, image: Image.Image) -> np.ndarray:
        side = 224
        short, long = min(image.size), max(image.size)
        longer = int(side * long / short)
        image = image.resize((side, longer) if image.width <= image.height else (longer, side), Image.BICUBIC)
        left, top = (int(round((v - side) / 2.0)) for v in image.size)
        pixels = planes(image.crop((left, top, left + side, top + side)), CLIP)
        return self.clip.run(None, {"pixels": pixels})[0][0]

    def color(self, image: Image.Image, name: str) -> str:
        return COLORS[int((self.texts[name] @ self.embed(image)).argmax())]


def seen(module, networks, result, tag: str) -> list[str]:
    """A name for every object that counts."""
    boxes = result[0] if isinstance(result, tuple) else result
    least = module.COUNTING_THRESHOLD if tag == "counting" else module.THRESHOLD
    return [n for n, b in zip(networks.classes, boxes) for s in b[:, 4] if s > least]


def ask(rng: random.Random, tag: str, found: list[str], networks) -> dict:
    """A line of metadata that is often fulfilled."""
    names = sorted(set(found)) or ["dog"]
    first = rng.choice(names)
    others = [n for n in names if n != first] or ["cat"]
    include = [{"class": first, "count": 1}]
    line = {"tag": tag, "include": include, "prompt": "made up"}
    if tag in ("two_object", "position", "color_attr"):
        include.append({"class": rng.choice(others if rng.random() < 0.8 else networks.classes), "count": 1})
    if tag == "counting":
        include[0]["count"] = max(1, min(16, found.count(first)) + rng.choice([-1, 0, 0, 0, 1]))
        line["exclude"] = [{"class": first, "count": include[0]["count"] + 1}]
    if tag in ("colors", "color_attr"):
        for clause in include:
            clause["color"] = rng.choice(COLORS)
    if tag == "position":
        include[1]["position"] = [rng.choice(["left of", "right of", "above", "below"]), 0]
    return line


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--geneval", type=pathlib.Path, required=True)
    parser.add_argument("--models", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True, help="pictures and metadata are left here")
    parser.add_argument("--pictures", type=int, default=12)
    options = parser.parse_args()
    sys.dont_write_bytecode = True
    options.work.mkdir(parents=True, exist_ok=True)
    module, networks, rng = load(options.geneval), Networks(options.models), random.Random(7)
    module.Image.open, module.ImageOps.exif_transpose = Image.open, lambda image: image
    module.Image.new, module.Image.composite, module.Image.fromarray = Image.new, Image.composite, Image.fromarray
    module.classnames, module.transform = networks.classes, lambda image: image
    module.args = argparse.Namespace(options={})
    named = []

    def classify(image, objects, name):
        crops = module.ImageCrops(image, [(box.tolist(), mask) for box, mask in objects])  # newer Pillow wants a list
        colors = [networks.color(crops[i][0], name) for i in range(len(crops))]
        named.extend(colors)
        return colors

    module.color_classification = classify
    lines, verdicts, files, seconds, objects = [], [], [], 0.0, 0
    for i in range(options.pictures):
        file = options.work / f"{i:03}.png"
        picture(rng).save(file)
        before = time.time()
        result = networks.detect(Image.open(file))
        seconds += time.time() - before
        module.inference_detector = lambda detector, path: result
        tag = TAGS[i % len(TAGS)]
        found = seen(module, networks, result, tag)
        objects += len(found)
        line = ask(rng, tag, found, networks)
        named.clear()
        correct = module.evaluate_image(file, line)["correct"]
        if named and rng.random() < 0.7:  # mostly ask for the colours that it saw
            for clause, color in zip(line["include"], named):
                clause["color"] = color
            correct = module.evaluate_image(file, line)["correct"]
        lines.append(line)
        verdicts.append(bool(correct))
        files.append(str(file))
    metadata = options.work / "metadata.jsonl"
    metadata.write_text("".join(json.dumps(line) + "\n" for line in lines))
    reward = f"geneval={{directory: '{options.models.resolve()}', mode: strict}}"
    before = time.time()
    told = subprocess.run(
        [HOME / "meander", "score", "--json", "--reward", reward, "--metadata", metadata, *files],
        stdout=subprocess.PIPE, check=True,
    ).stdout
    took = time.time() - before
    scores = [image["scores"]["geneval"] for image in json.loads(told)["images"]]
    agree = [score == verdict for score, verdict in zip(scores, verdicts)]
    print(f"{options.pictures} pictures, {objects} objects above the threshold, {sum(verdicts)} verdicts correct; "
          f"{sum(agree)} agree. Detector in Python {seconds / len(files):.2f} s a picture, meander score {took:.1f} s in all")
    for i in (i for i, ok in enumerate(agree) if not ok):
        print(files[i], lines[i], "GenEval:", verdicts[i], "Meander:", scores[i])
    sys.exit(0 if all(agree) else 1)


if __name__ == "__main__":
    main()
