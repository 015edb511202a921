"""Writes what the reward `geneval` needs: a detector and CLIP's image tower as ONNX files, and CLIP's texts of colours.

    python export_geneval.py --detector facebook/mask2former-swin-small-coco-instance \\
        --clip openai/clip-vit-large-patch14 --out models/geneval

Needs torch, transformers, safetensors, Pillow (versions: tools/parity/requirements.txt) and onnx. The detector is a model
directory or a name on the hub, of one of these kinds:

- Mask2Former for instances (what GenEval uses, from mmdetection): boxes around masks, scores times the masks' own, the
  hundred best pairs of a query and a class, as mmdetection takes them; its masks are handed on.
- DETR and YOLOS, which end in a class "no object".
- RT-DETR, D-FINE, Deformable and Conditional DETR, whose classes are apart from each other.

Beside them, known.jsonl says what the detector sees, in PyTorch, in a drawn stop sign and in the pictures of --known: whole
objects of which it is sure, and one that it does not see. `meander check` asks the reward about the same pictures.

Classes get GenEval's names (a mouse is a computer mouse). The network takes pictures of --picture pixels with ImageNet's
mean and standard deviation and enlarges them itself.
"""

import argparse
import json
import math
import pathlib

import numpy as np
import onnx
import torch
from PIL import Image, ImageDraw, ImageFont
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForObjectDetection, AutoTokenizer, CLIPModel
from transformers import Mask2FormerForUniversalSegmentation
from transformers.utils import cached_file

COLORS = ["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white"]
TEMPLATES = ["a photo of a {color} {name}", "a photo of a {color}-colored {name}", "a photo of a {color} object"]
IMAGENET = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
NO_OBJECT = {"detr", "yolos", "table-transformer"}
MOST = 100  # mmdetection: max_per_image
NEARLY, SURE = 0.2, 0.4  # GenEval counts from 0.3; in between rounding might decide

# GenEval's object_names.txt.
CLASSES = """person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire hydrant, stop sign,
parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe, backpack, umbrella, handbag, tie,
suitcase, frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove, skateboard, surfboard, tennis racket,
bottle, wine glass, cup, fork, knife, spoon, bowl, banana, apple, sandwich, orange, broccoli, carrot, hot dog, pizza, donut,
cake, chair, couch, potted plant, bed, dining table, toilet, tv, laptop, computer mouse, tv remote, computer keyboard,
cell phone, microwave, oven, toaster, sink, refrigerator, book, clock, vase, scissors, teddy bear, hair drier,
toothbrush""".replace("\n", " ").split(", ")
# What COCO and those after it call them.
RENAMED = {
    "mouse": "computer mouse", "remote": "tv remote", "keyboard": "computer keyboard", "aeroplane": "airplane",
    "motorbike": "motorcycle", "sofa": "couch", "pottedplant": "potted plant", "diningtable": "dining table",
    "tvmonitor": "tv", "hair dryer": "hair drier", "doughnut": "donut", "cellphone": "cell phone",
}


class Detector(torch.nn.Module):
    """A picture to boxes [N, 4] (left, top, right, bottom in shares of the picture), scores [N], labels [N]."""

    def __init__(self, model, columns, options, mean, std):
        super().__init__()
        self.model = model
        self.size, self.least = options.size, options.least
        self.register_buffer("columns", torch.tensor(columns))
        imagenet = [torch.tensor(v).view(1, 3, 1, 1) for v in IMAGENET]
        own = [torch.tensor(v).view(1, 3, 1, 1) for v in (mean, std)]
        self.register_buffer("factor", imagenet[1] / own[1])
        self.register_buffer("shift", (imagenet[0] - own[0]) / own[1])

    def forward(self, pixels):
        enlarged = bilinear(pixels, self.size) * self.factor + self.shift
        boxes, scores, labels, *masks = self.detect(enlarged, pixels.shape[-1])
        kept = torch.nonzero(scores > self.least).squeeze(1)  # what is less sure never counts
        return tuple(out[kept] for out in (boxes, scores, labels, *masks))

    def detect(self, pixels, side):
        out = self.model(pixel_values=pixels)
        x, y, w, h = out.pred_boxes[0].unbind(-1)
        boxes = torch.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], -1)
        if self.model.config.model_type in NO_OBJECT:
            scores, labels = out.logits[0].softmax(-1)[:, self.columns].max(-1)
            return boxes, scores, labels
        scores, queries, labels = best(out.logits[0].sigmoid()[:, self.columns])
        return boxes[queries], scores, labels


class MaskDetector(Detector):
    """The same from masks, and the masks [N, side, side]."""

    def detect(self, pixels, side):
        out = self.model(pixel_values=pixels)
        scores, queries, labels = best(out.class_queries_logits[0].softmax(-1)[:, self.columns])
        logits = bilinear(bilinear(out.masks_queries_logits, self.size), side)[0]
        inside = logits > 0
        ones = inside.float()
        sureness = (logits.sigmoid() * ones).flatten(1).sum(1) / (ones.flatten(1).sum(1) + 1e-6)
        boxes = torch.stack([edge for axis in (1, 2) for edge in edges(ones.amax(axis))], -1)[:, [0, 2, 1, 3]]
        return boxes[queries], scores * sureness[queries], labels, inside[queries]


def edges(any_):
    """The first and behind the last place with something in rows [N, side], in shares; 0 and 0 where there is nothing."""
    side = any_.shape[-1]
    places = torch.arange(side, device=any_.device, dtype=torch.float32)
    last = (any_ * (places + 1)).amax(-1)
    first = (side - (any_ * (side - places)).amax(-1)) * (last > 0)
    return first / side, last / side


def best(probabilities):
    """The best pairs of a query and a class: their scores, queries and classes."""
    queries, classes = probabilities.shape
    scores, at = probabilities.flatten().topk(min(MOST, queries * classes))
    return scores, torch.div(at, classes, rounding_mode="floor"), at % classes


def bilinear(pixels, side):
    if pixels.shape[-1] == side:
        return pixels
    return torch.nn.functional.interpolate(pixels, (side, side), mode="bilinear", align_corners=False)


class ImageTower(torch.nn.Module):
    """Pictures to embeddings [N, D]."""

    def __init__(self, clip):
        super().__init__()
        self.vision = clip.vision_model
        self.projection = clip.visual_projection

    def forward(self, pixels):
        return self.projection(self.vision(pixel_values=pixels).pooler_output)


def normalisation(source: str):
    """What the detector's own processor subtracts and divides by, of pictures in 0 to 1."""
    file = cached_file(source, "preprocessor_config.json", _raise_exceptions_for_missing_entries=False)
    config = json.loads(pathlib.Path(file).read_text()) if file else {}
    if not config.get("do_normalize", True):
        return [0.0] * 3, [1.0] * 3
    return config.get("image_mean", IMAGENET[0]), config.get("image_std", IMAGENET[1])


def load_detector(options):
    """The network, and the names of its labels."""
    config = AutoConfig.from_pretrained(options.detector)
    kind = Mask2FormerForUniversalSegmentation if config.model_type == "mask2former" else AutoModelForObjectDetection
    model = kind.from_pretrained(options.detector, dtype=torch.float32).eval()
    labels = [model.config.id2label[i] for i in range(len(model.config.id2label))]
    columns = [i for i, name in enumerate(labels) if name != "N/A" and not name.startswith("LABEL_")]
    names = [RENAMED.get(labels[i], labels[i]) for i in columns]
    if not names:
        raise SystemExit(f"{options.detector}: config.json names no classes (id2label)")
    missing = [name for name in CLASSES if name not in names]
    if missing:
        print(f"{options.detector} knows no {', '.join(missing)}: prompts that ask for them will be refused")
    wrapper = MaskDetector if config.model_type == "mask2former" else Detector
    return wrapper(model, columns, options, *normalisation(options.detector)).eval(), names


def color_texts(clip, tokenizer, names: list[str]) -> dict[str, torch.Tensor]:
    """For each class a row a colour: the mean of its templates' embeddings, each of length 1."""
    known = {}

    def embed(texts):
        tokens = tokenizer(texts, padding=True, return_tensors="pt")
        rows = clip.text_projection(clip.text_model(**tokens).pooler_output)
        known.update(zip(texts, torch.nn.functional.normalize(rows, dim=-1)))

    classes = {}
    for name in dict.fromkeys(names):
        texts = [[t.format(color=color, name=name) for t in TEMPLATES] for color in COLORS]
        new = [text for row in texts for text in row if text not in known]
        embed(new)
        means = torch.stack([torch.stack([known[text] for text in row]).mean(0) for row in texts])
        classes[name] = torch.nn.functional.normalize(means, dim=-1).contiguous()
    return classes


def in_single_precision(file: pathlib.Path) -> None:
    """Tracing counts places in double precision, which ONNX Runtime does not sample pictures at."""
    model = onnx.load(file)
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.name == "to" and attribute.i == onnx.TensorProto.DOUBLE:
                attribute.i = onnx.TensorProto.FLOAT
            if attribute.name == "value" and attribute.t.data_type == onnx.TensorProto.DOUBLE:
                values = onnx.numpy_helper.to_array(attribute.t).astype("float32")
                attribute.t.CopyFrom(onnx.numpy_helper.from_array(values))
    onnx.save(model, file)


def stop_sign(side: int) -> Image.Image:
    image = Image.new("RGB", (side, side), (150, 190, 230))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0.48 * side, 0.4 * side, 0.52 * side, side), fill=(110, 110, 110))
    for radius, color in ((0.36, (250, 250, 250)), (0.34, (190, 20, 30))):
        turns = [math.pi * (2 * i + 1) / 8 for i in range(8)]
        corners = [(side * (0.5 + radius * math.cos(t)), side * (0.42 + radius * math.sin(t))) for t in turns]
        draw.polygon(corners, fill=color)
    font = ImageFont.load_default(size=0.21 * side)
    draw.text((side / 2, 0.42 * side), "STOP", fill=(250, 250, 250), font=font, anchor="mm")
    return image


def export_known(options, detector, names: list[str]) -> None:
    """Pictures, and whether the detector sees an object in them: what rounding cannot change."""
    pictures = [stop_sign(options.picture)]
    for path in options.known:
        pictures.append(Image.open(path).convert("RGB").resize((options.picture, options.picture), Image.BICUBIC))
    folder = options.out / "known"
    folder.mkdir(exist_ok=True)
    mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in IMAGENET)
    detector.least, least = NEARLY, detector.least
    lines = []
    for number, picture in enumerate(pictures):
        picture.save(folder / f"{number}.png")
        pixels = torch.from_numpy(np.array(picture, dtype=np.float32) / 255).permute(2, 0, 1)[None]
        _, scores, labels, *_ = detector((pixels - mean) / std)
        seen = {}
        for score, label in zip(scores.tolist(), labels.tolist()):
            seen.setdefault(names[label], []).append(score)
        asked = {name: 1.0 for name, found in seen.items() if len(found) == 1 and found[0] > SURE}
        asked.update({name: 0.0 for name in [n for n in names if n not in seen][:1]})
        for name, score in asked.items():
            lines.append(json.dumps({
                "prompt": f"a photo of a {name}", "tag": "single_object", "include": [{"class": name, "count": 1}],
                "image": f"known/{number}.png", "score": score}))
    detector.least = least
    (options.out / "known.jsonl").write_text("\n".join(lines) + "\n")


def export_detector(options) -> list[str]:
    detector, names = load_detector(options)
    export_known(options, detector, names)
    outputs = ["boxes", "scores", "labels"] + ["masks"] * isinstance(detector, MaskDetector)
    torch.onnx.export(
        detector, (torch.randn(1, 3, options.picture, options.picture),), options.out / "detector.onnx",
        input_names=["pixels"], output_names=outputs, dynamo=False, opset_version=17,
        dynamic_axes={name: {0: "found"} for name in outputs},
    )
    in_single_precision(options.out / "detector.onnx")
    (options.out / "classes.txt").write_text("\n".join(names) + "\n")
    return names


def export_colors(options, names: list[str]) -> None:
    clip = CLIPModel.from_pretrained(options.clip, dtype=torch.float32).eval()
    side = clip.config.vision_config.image_size
    torch.onnx.export(
        ImageTower(clip), (torch.zeros(1, 3, side, side),), options.out / "clip-image.onnx",
        input_names=["pixels"], output_names=["embedding"], dynamo=False, opset_version=17,
        dynamic_axes={"pixels": {0: "n"}, "embedding": {0: "n"}},
    )
    tokenizer = AutoTokenizer.from_pretrained(options.clip)
    save_file(color_texts(clip, tokenizer, names), options.out / "colors.safetensors")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--detector", required=True, help="a model directory, or a name on the hub")
    parser.add_argument("--clip", required=True, help="a model directory, or a name on the hub")
    parser.add_argument("--picture", type=int, default=512, help="height and width of the pictures that are judged")
    parser.add_argument("--size", type=int, default=800, help="height and width that the detector sees them at")
    parser.add_argument("--least", type=float, default=0.3, help="objects with a smaller score are left out")
    parser.add_argument("--known", type=pathlib.Path, nargs="*", default=[], help="photographs for `meander check`")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        export_colors(options, export_detector(options))


if __name__ == "__main__":
    main()
