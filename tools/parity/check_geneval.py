"""Compares the reward `geneval` with GenEval's own evaluation, on pictures, through the same networks.

    python check_geneval.py --geneval GENEVAL --random detr --work WORK --pictures 500
    python check_geneval.py --geneval GENEVAL --models DIR --work WORK [--pictures 12]

GENEVAL is a checkout of github.com/djghosh13/geneval, whose code is run where it lies; DIR is what
tools/export/export_geneval.py wrote. With --random, a detector of that kind and a CLIP (ViT-B/32, or ViT-L/14 with --clip
clip), of full size and with random weights, are made and exported into WORK first (tools/export/random_geneval.py).

Draws pictures of coloured blots, runs the detector in ONNX Runtime, makes metadata of GenEval's six tasks from what it sees,
some of it wrong, has GenEval judge (its thresholds, its crops and grey ground, its rules; colours by the same CLIP), then
calls `meander score` on the same files. What was judged stands in WORK/verdicts.jsonl: the same command goes on from there.
Needs onnxruntime and pillow, --random what the scripts of tools/export need.
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
        options = onnxruntime.SessionOptions()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # others need the cores, too
        self.detector = onnxruntime.InferenceSession(directory / "detector.onnx", options)
        self.clip = onnxruntime.InferenceSession(directory / "clip-image.onnx", options)
        self.texts = load_file(directory / "colors.safetensors")

    def detect(self, image: Image.Image):
        """As mmdetection gives it: boxes with scores, and masks, by class."""
        names = [o.name for o in self.detector.get_outputs()]
        found = dict(zip(names, self.detector.run(None, {"pixels": planes(image, IMAGENET)})))
        boxes, masks = [], []
        for label in range(len(self.classes)):
            at = found["labels"] == label
            within = np.clip(found["boxes"][at] * SIDE, 0, SIDE)  # as mmdetection does
            boxes.append(np.concatenate([within, found["scores"][at, None]], 1))
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


def least(box: list[float]) -> list[float]:
    """The box of the pixels that are cut out, at least one."""
    left, top, right, bottom = (round(v) for v in box[:4])
    left, top = min(left, SIDE - 1), min(top, SIDE - 1)
    return [left, top, max(right, left + 1), max(bottom, top + 1)]


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


def exported(options) -> pathlib.Path:
    """The networks to look through."""
    if options.models:
        return options.models
    models, weights, scripts = options.work / options.random, options.work / "random", HOME / "tools" / "export"
    if not (models / "colors.safetensors").exists():
        subprocess.run([sys.executable, scripts / "random_geneval.py", "--out", weights,
                        "--only", options.random, options.clip], check=True)
        subprocess.run([sys.executable, scripts / "export_geneval.py", "--detector", weights / options.random,
                        "--clip", weights / options.clip, "--out", models], check=True)
    return models


class GenEval:
    """Its evaluation, which sees what the networks see."""

    def __init__(self, checkout: pathlib.Path, networks: Networks):
        self.module, self.networks, self.named = load(checkout), networks, []
        module = self.module
        module.Image.open, module.ImageOps.exif_transpose = Image.open, lambda image: image
        module.Image.new, module.Image.composite, module.Image.fromarray = Image.new, Image.composite, Image.fromarray
        module.classnames, module.transform = networks.classes, lambda image: image
        module.args = argparse.Namespace(options={})
        module.color_classification = self.classify

    def classify(self, image, objects, name):
        # Newer Pillow wants a list; GenEval would end where an object has no pixels.
        crops = self.module.ImageCrops(image, [(least(box.tolist()), mask) for box, mask in objects])
        colors = [self.networks.color(crops[i][0], name) for i in range(len(crops))]
        self.named.extend(colors)
        return colors

    def judge(self, file: pathlib.Path, rng: random.Random, tag: str) -> dict:
        """A line of metadata for a picture, what is seen in it, and whether it is correct."""
        result = self.networks.detect(Image.open(file))
        self.module.inference_detector = lambda detector, path: result
        found = seen(self.module, self.networks, result, tag)
        line = ask(rng, tag, found, self.networks)
        self.named.clear()
        correct = self.module.evaluate_image(file, line)["correct"]
        if self.named and rng.random() < 0.7:  # mostly ask for the colours that it saw
            for clause, color in zip(line["include"], list(self.named)):
                clause["color"] = color
            correct = self.module.evaluate_image(file, line)["correct"]
        return {"line": line, "seen": found, "correct": bool(correct)}


def scores(files: list[pathlib.Path], judged: list[dict], models: pathlib.Path, work: pathlib.Path) -> list[float]:
    """What Meander says of the same."""
    metadata = work / "metadata.jsonl"
    metadata.write_text("".join(json.dumps(one["line"]) + "\n" for one in judged))
    reward = f"geneval={{directory: '{models.resolve()}', mode: strict}}"
    told = subprocess.run(
        [HOME / "meander", "score", "--json", "--reward", reward, "--metadata", metadata, *files],
        stdout=subprocess.PIPE, check=True,
    ).stdout
    return [image["scores"]["geneval"] for image in json.loads(told)["images"]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--geneval", type=pathlib.Path, required=True)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--models", type=pathlib.Path)
    which.add_argument("--random", choices=["detr", "mask2former", "rt_detr"])
    parser.add_argument("--clip", choices=["clip", "clip_base"], default="clip_base", help="the CLIP of --random")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="pictures, metadata and verdicts are left here")
    parser.add_argument("--pictures", type=int, default=12)
    parser.add_argument("--first", type=int, default=0, help="the number of the first, where several processes share them")
    parser.add_argument("--batch", type=int, default=25, help="pictures of one call of meander score")
    options = parser.parse_args()
    sys.dont_write_bytecode = True
    options.work.mkdir(parents=True, exist_ok=True)
    models = exported(options)
    verdicts = options.work / "verdicts.jsonl"
    done = [json.loads(line) for line in verdicts.read_text().splitlines()] if verdicts.exists() else []
    geneval = GenEval(options.geneval, Networks(models))
    while len(done) < options.pictures:
        more = min(options.batch, options.pictures - len(done))
        numbers = range(options.first + len(done), options.first + len(done) + more)
        files = [options.work / f"{i:03}.png" for i in numbers]
        judged = []
        before = time.time()
        for i, file in zip(numbers, files):
            rng = random.Random(f"geneval {i}")
            picture(rng).save(file)
            judged.append({"picture": file.name, **geneval.judge(file, rng, TAGS[i % len(TAGS)])})
        between = time.time()
        for one, score in zip(judged, scores(files, judged, models, options.work)):
            one["meander"] = score
        with verdicts.open("a") as out:
            out.write("".join(json.dumps(one) + "\n" for one in judged))
        done += judged
        print(f"{len(done)} pictures; {(between - before) / len(files):.1f} s a picture in Python, "
              f"{(time.time() - between) / len(files):.1f} s by meander score", flush=True)
    report(done[: options.pictures])


def report(done: list[dict]) -> None:
    wrong = [one for one in done if one["meander"] != one["correct"]]
    print("| task | pictures | objects that count | correct | Meander the same |\n|---|---|---|---|---|")
    for tag in [*TAGS, "all"]:
        of = [one for one in done if tag in (one["line"]["tag"], "all")]
        print(f"| {tag} | {len(of)} | {sum(len(one['seen']) for one in of)} | {sum(one['correct'] for one in of)} "
              f"| {sum(one not in wrong for one in of)} |")
    names = {name for one in done for name in one["seen"]}
    print(f"{len(names)} classes were seen, {len({str(sorted(one['seen'])) for one in done})} different lists of objects")
    for one in wrong:
        print(one)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
