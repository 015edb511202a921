"""Pictures with text, and what rapidocr-onnxruntime and flow_grpo make of them, for the reward `ocr`.

    make_ocr.py pictures DIR [--count 14]   draws pictures into DIR, --count for each level of each factor
    make_ocr.py read DIR                    reads DIR's pictures with rapidocr-onnxruntime: DIR/rapidocr.json with the
                                            package's own settings, DIR/paddleocr.json with PaddleOCR's
    make_ocr.py fixture [--reference FLOW_GRPO]
                                            the pictures and scores that the tests of `rewards` compare with

Run alone: it needs requirements-ocr.txt and nothing of the other scripts.
"""

import argparse
import importlib.resources
import importlib.util
import json
import pathlib
import random
import sys
import time
import types

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURE = ROOT / "rewards" / "src" / "test" / "resources" / "ocr"

WORDS = """about bakery bicycle bridge candle castle coffee cosmic danger dream eagle express family forward future
garden golden grand happy harbour honey hotel island journey jungle kitchen ladder library little market midnight
modern mountain museum music night ocean open orchard paper parade peace pizza planet quality quartz river rocket
school secret silver summer sunset theatre ticket tomorrow travel valley victory village voyage welcome winter wonder
yellow zebra 24 1999 50% 7th""".split()

# Which font stands for what: text faces, and faces for headings or by hand.
TEXT_FONTS = {
    "Roboto": ("font_roboto", "Roboto-Regular.ttf"),
    "Caladea": ("font_caladea", "Caladea-Regular.ttf"),
    "Source Serif": ("font_source_serif_pro", "SourceSerifPro-Regular.ttf"),
    "Hanken Grotesk": ("font_hanken_grotesk", "HankenGrotesk-Regular.otf"),
    "Manrope": ("font_manrope", "Manrope-Regular.ttf"),
}
OTHER_FONTS = {
    "Fredoka One": ("font_fredoka_one", "FredokaOne-Regular.ttf"),
    "Amatic SC": ("font_amatic_sc", "AmaticSC-Bold.ttf"),
    "Intuitive": ("font_intuitive", "Intuitive.ttf"),
}
FONTS = TEXT_FONTS | OTHER_FONTS

FACTORS = {
    "font": list(FONTS),
    "size": [12, 16, 24, 36, 56, 88],
    "slant": ["5°", "10°", "20°", "35°", "perspective", "italic"],
    "clutter": ["gradient", "noise", "stripes", "shapes", "texture", "blur"],
    "colour": ["dark on light", "light on dark", "colours", "low contrast", "equal brightness", "outline"],
    "layout": ["one word", "three words", "three lines", "two places"],
}
PLAIN = {"size": 40, "slant": "0°", "clutter": "none", "colour": "dark on light", "layout": "two words"}


def font_file(name: str) -> str:
    package, file = FONTS[name]
    return str(importlib.resources.files(package) / "files" / file)


def words(rng: random.Random, count: int) -> list[str]:
    style = rng.choice([str.lower, str.upper, str.capitalize, str.capitalize])
    return [style(rng.choice(WORDS)) for _ in range(count)]


def lines_of(rng: random.Random, layout: str) -> list[str]:
    """The lines of a picture, from top to bottom."""
    match layout:
        case "one word":
            return words(rng, 1)
        case "two words":
            return [" ".join(words(rng, 2))]
        case "three words":
            return [" ".join(words(rng, 3))]
        case "three lines":
            return [" ".join(words(rng, 1)) for _ in range(3)]
        case "two places":
            return [" ".join(words(rng, 1)) for _ in range(2)]
    raise ValueError(layout)


def colours(rng: random.Random, kind: str) -> tuple[tuple, tuple]:
    """Ground and ink."""
    def near(level: int, spread: int) -> tuple:
        return tuple(max(0, min(255, level + rng.randint(-spread, spread))) for _ in range(3))

    match kind:
        case "light on dark":
            return near(35, 30), near(225, 25)
        case "colours":
            pairs = [((250, 210, 40), (190, 20, 40)), ((20, 60, 150), (255, 225, 80)), ((30, 120, 60), (250, 240, 225)),
                     ((240, 150, 170), (60, 20, 110))]
            return rng.choice(pairs)
        case "low contrast":
            level = rng.randint(70, 190)
            return (level,) * 3, (level + rng.choice([-28, 28]),) * 3
        case "equal brightness":  # by the luma of BT.601, which is what grey levels are made of
            red = rng.randint(170, 250)
            return (red, 40, 60), (30, round((0.299 * (red - 30) + 0.587 * 40) / 0.587), 60)
        case "outline":
            return near(128, 40), near(128, 40)
        case _:
            return near(225, 25), near(35, 30)


def ground(rng: random.Random, size: tuple[int, int], colour: tuple, clutter: str) -> Image.Image:
    width, height = size
    page = Image.new("RGB", size, colour)
    noise = np.random.default_rng(rng.getrandbits(32))
    match clutter:
        case "gradient":
            ramp = np.linspace(-60, 60, width)[None, :, None] * rng.choice([-1, 1]) * np.ones((height, 1, 3))
            page = Image.fromarray(np.clip(np.array(page) + ramp, 0, 255).astype(np.uint8))
        case "noise":
            grain = noise.normal(0, 35, (height, width, 3))
            page = Image.fromarray(np.clip(np.array(page) + grain, 0, 255).astype(np.uint8))
        case "stripes":
            pen = ImageDraw.Draw(page)
            other = tuple(max(0, c - 55) for c in colour)
            for x in range(-height, width, 28):
                pen.line([(x, 0), (x + height, height)], fill=other, width=9)
        case "shapes":
            pen = ImageDraw.Draw(page)
            for _ in range(14):
                x, y, r = rng.randint(0, width), rng.randint(0, height), rng.randint(8, width // 6)
                fill = tuple(rng.randint(120, 255) for _ in range(3))
                draw = rng.choice([pen.ellipse, pen.rectangle])
                draw([x - r, y - r, x + r, y + r], fill=fill)
        case "texture":
            grain = noise.normal(0, 1, (height, width, 3))
            soft = Image.fromarray(np.clip(128 + 60 * grain, 0, 255).astype(np.uint8))
            soft = np.array(soft.filter(ImageFilter.GaussianBlur(6)), dtype=float) - 128
            page = Image.fromarray(np.clip(np.array(page) + 8 * soft, 0, 255).astype(np.uint8))
    return page


def text_mask(font: ImageFont.FreeTypeFont, text: str) -> Image.Image:
    """Grey levels of one line, cut to its ink with a margin."""
    left, top, right, bottom = font.getbbox(text)
    mask = Image.new("L", (right - left + 16, bottom - top + 16))
    ImageDraw.Draw(mask).text((8 - left, 8 - top), text, fill=255, font=font)
    return mask


def slanted(mask: Image.Image, slant: str, rng: random.Random) -> Image.Image:
    width, height = mask.size
    if slant == "perspective":
        # The left edge is nearer: the picture's corners from a trapezoid of a larger one.
        quad = (0, -0.1 * height, 0, 1.1 * height, width, 1.5 * height, width, -0.5 * height)
        if rng.random() < 0.5:
            quad = (0, -0.5 * height, 0, 1.5 * height, width, 1.1 * height, width, -0.1 * height)
        return mask.transform((width, height), Image.Transform.QUAD, quad, Image.Resampling.BICUBIC)
    if slant == "italic":
        lean = 0.35
        wide = width + round(lean * height)
        return mask.transform((wide, height), Image.Transform.AFFINE, (1, lean, -lean * height, 0, 1, 0), Image.Resampling.BICUBIC)
    angle = float(slant[:-1])
    if angle == 0:
        return mask
    return mask.rotate(rng.choice([-1, 1]) * angle, Image.Resampling.BICUBIC, expand=True)


def draw(rng: random.Random, levels: dict, canvas: tuple[int, int]) -> tuple[Image.Image, str]:
    """A picture and what stands in it, line after line."""
    back, ink = colours(rng, levels["colour"])
    page = ground(rng, canvas, back, levels["clutter"])
    lines = lines_of(rng, levels["layout"])
    size = levels["size"]
    while True:
        font = ImageFont.truetype(font_file(levels["font"]), size)
        masks = [slanted(text_mask(font, line), levels["slant"], rng) for line in lines]
        if max(m.size[0] for m in masks) <= canvas[0] and sum(m.size[1] for m in masks) <= canvas[1]:
            break
        size = size * 9 // 10  # too long for the picture
    free = canvas[1] - sum(m.size[1] for m in masks)
    y = rng.randint(0, free) if levels["layout"] != "two places" else 0
    for mask in masks:
        if levels["layout"] == "two places":
            y += rng.randint(0, free // 2)
        x = rng.randint(0, canvas[0] - mask.size[0])
        if levels["colour"] == "outline":
            page.paste((245, 245, 245), (x, y), mask.filter(ImageFilter.MaxFilter(5)))
            page.paste((15, 15, 15), (x, y), mask)
        else:
            page.paste(ink, (x, y), mask)
        y += mask.size[1]
    if levels["clutter"] == "blur":
        page = page.filter(ImageFilter.GaussianBlur(size / 16))
    return page, " ".join(lines)


def pictures(out: pathlib.Path, count: int, canvas: int, only: int | None = None) -> None:
    """`count` pictures for each level of each factor, all else plain; `only` so many of all, evenly chosen."""
    out.mkdir(parents=True, exist_ok=True)
    plan = [(factor, level, i) for factor, levels in FACTORS.items() for level in levels for i in range(count)]
    if only:
        plan = plan[:: len(plan) // only][:only]
    entries = []
    for number, (factor, level, i) in enumerate(plan):
        rng = random.Random(f"{factor} {level} {i}")
        levels = {**PLAIN, "font": rng.choice(list(TEXT_FONTS)), factor: level}
        # Most are square; others test how sizes are rounded.
        shape = (canvas, canvas) if rng.random() < 0.8 else (canvas - rng.randint(0, canvas // 4), canvas - rng.randint(0, canvas // 2))
        page, text = draw(rng, levels, shape)
        file = f"{number:04d}.png"
        page.save(out / file, optimize=True)
        entries.append({"file": file, "text": text, "factor": factor, "level": str(level)})
    (out / "pictures.json").write_text(json.dumps(entries, ensure_ascii=False, indent=1) + "\n")
    print(f"{len(entries)} pictures in {out}")


# The package's own settings, and those of PaddleOCR 2.9.1, which flow_grpo reads with.
SETTINGS = {
    "rapidocr": {},
    "paddleocr": {"det_limit_type": "max", "det_limit_side_len": 960, "det_box_thresh": 0.6, "det_unclip_ratio": 1.5,
                  "det_use_dilation": False},
}


def read(out: pathlib.Path, names: list[str], threads: int) -> None:
    from rapidocr_onnxruntime import RapidOCR

    for name in names:
        engine = RapidOCR(use_cls=False, intra_op_num_threads=threads, **SETTINGS[name])
        began = time.process_time()
        lines = {}
        for entry in json.loads((out / "pictures.json").read_text()):
            # The reward's pictures are never upside down: without the classifier, as flow_grpo.
            result, _ = engine(str(out / entry["file"]), use_cls=False)
            lines[entry["file"]] = [{"box": b, "text": t, "confidence": float(c)} for b, t, c in result or []]
        print(f"{name}: {(time.process_time() - began) / len(lines):.3f} s of processor time a picture", flush=True)
        (out / f"{name}.json").write_text(json.dumps(lines, ensure_ascii=False, indent=1) + "\n")


def scores(reference: pathlib.Path, out: pathlib.Path) -> None:
    """What flow_grpo's OcrScorer pays for a prompt and the lines that were read; its reader is a stand-in."""
    spec = importlib.util.spec_from_file_location("flow_grpo_ocr", reference / "flow_grpo" / "ocr.py")
    stand_in = types.ModuleType("paddleocr")
    stand_in.PaddleOCR = lambda **_: types.SimpleNamespace(ocr=lambda image, cls: [image.lines])
    sys.modules["paddleocr"] = stand_in
    sys.modules.setdefault("torch", types.SimpleNamespace(no_grad=lambda: (lambda f: f), Tensor=object))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    scorer = module.OcrScorer()
    rng = random.Random(7)

    def changed(text: str) -> str:
        letters = list(text)
        for _ in range(rng.randint(0, 4)):
            at = rng.randrange(len(letters) + 1)
            what = rng.choice(["add", "drop", "swap", "case"])
            if what == "add":
                letters.insert(at, rng.choice("abcXYZ 0é漢"))
            elif letters and at < len(letters):
                letters[at:at + 1] = {"drop": [], "swap": [rng.choice("mnopqR")], "case": [letters[at].swapcase()]}[what]
        return "".join(letters)

    cases = []
    for _ in range(300):
        text = " ".join(words(rng, rng.randint(1, 4)))
        others = [" ".join(words(rng, rng.randint(1, 2))) for _ in range(rng.choice([0, 0, 1, 2]))]
        prompt = f'A sign that says "{text}"' + "".join(f' and "{o}"' for o in others)
        lines = [changed(part) for part in rng.choice([[text], text.split(), [text, *others], [*others, text], others, []])]
        lines = [line for line in lines if line]
        image = types.SimpleNamespace(lines=[[None, (line, rng.choice([0.55, 0.99]))] for line in lines])
        cases.append({"prompt": prompt, "lines": lines, "score": float(scorer([image], [prompt])[0])})
    (out / "scores.json").write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n")
    print(f"{len(cases)} scores of flow_grpo in {out}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["pictures", "read", "fixture"])
    parser.add_argument("dir", type=pathlib.Path, nargs="?", default=FIXTURE)
    parser.add_argument("--count", type=int, default=14)
    parser.add_argument("--threads", type=int, default=1, help="of ONNX Runtime, for the times")
    parser.add_argument("--reference", type=pathlib.Path, help="a checkout of github.com/yifan123/flow_grpo")
    parser.add_argument("--settings", choices=list(SETTINGS), nargs="+", default=list(SETTINGS))
    given = parser.parse_args()
    if given.what == "pictures":
        pictures(given.dir, given.count, 512)
    elif given.what == "read":
        read(given.dir, given.settings, given.threads)
    else:
        pictures(given.dir, 1, 224, only=12)
        read(given.dir, given.settings, given.threads)
        if given.reference:
            scores(given.reference, given.dir)


if __name__ == "__main__":
    main()
