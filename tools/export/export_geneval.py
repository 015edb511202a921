"""Writes what the reward `geneval` needs: a detector and CLIP's image tower as ONNX files, and CLIP's texts of colours.

    python export_geneval.py --detector facebook/detr-resnet-50 --clip openai/clip-vit-large-patch14 --out geneval

Needs torch, transformers, safetensors (versions: tools/parity/requirements.txt) and onnx. The detector is any
transformers model for object detection that ends in a class "no object" (DETR and its kind).
"""

import argparse
import pathlib

import torch
from safetensors.torch import save_file
from transformers import AutoModelForObjectDetection, AutoTokenizer, CLIPModel

COLORS = ["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white"]
TEMPLATES = ["a photo of a {color} {name}", "a photo of a {color}-colored {name}", "a photo of a {color} object"]


class Detector(torch.nn.Module):
    """A picture to boxes [Q, 4] (left, top, right, bottom in shares of the picture), scores [Q] and labels [Q]."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixels):
        out = self.model(pixel_values=pixels)
        scores, labels = out.logits[0].softmax(-1)[:, :-1].max(-1)
        x, y, w, h = out.pred_boxes[0].unbind(-1)
        return torch.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], -1), scores, labels


class ImageTower(torch.nn.Module):
    """Pictures to embeddings [N, D]."""

    def __init__(self, clip):
        super().__init__()
        self.vision = clip.vision_model
        self.projection = clip.visual_projection

    def forward(self, pixels):
        return self.projection(self.vision(pixel_values=pixels).pooler_output)


def color_texts(clip, tokenizer, name: str) -> torch.Tensor:
    """A row a colour: the mean of its templates' embeddings, each of length 1."""
    rows = []
    for color in COLORS:
        texts = [t.format(color=color, name=name) for t in TEMPLATES]
        tokens = tokenizer(texts, padding=True, return_tensors="pt")
        pooled = clip.text_model(**tokens).pooler_output
        embeddings = torch.nn.functional.normalize(clip.text_projection(pooled), dim=-1)
        rows.append(torch.nn.functional.normalize(embeddings.mean(0), dim=0))
    return torch.stack(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--detector", required=True, help="a model directory, or a name on the hub")
    parser.add_argument("--clip", required=True, help="a model directory, or a name on the hub")
    parser.add_argument("--size", type=int, default=800, help="height and width of the detector's input")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        detector = AutoModelForObjectDetection.from_pretrained(options.detector).eval()
        torch.onnx.export(
            Detector(detector), (torch.zeros(1, 3, options.size, options.size),), options.out / "detector.onnx",
            input_names=["pixels"], output_names=["boxes", "scores", "labels"], dynamo=False, opset_version=17,
        )
        names = [detector.config.id2label[i] for i in range(len(detector.config.id2label))]
        (options.out / "classes.txt").write_text("\n".join(names) + "\n")
        clip = CLIPModel.from_pretrained(options.clip).eval()
        side = clip.config.vision_config.image_size
        torch.onnx.export(
            ImageTower(clip), (torch.zeros(1, 3, side, side),), options.out / "clip-image.onnx",
            input_names=["pixels"], output_names=["embedding"], dynamo=False, opset_version=17,
            dynamic_axes={"pixels": {0: "n"}, "embedding": {0: "n"}},
        )
        tokenizer = AutoTokenizer.from_pretrained(options.clip)
        texts = {name: color_texts(clip, tokenizer, name).contiguous() for name in dict.fromkeys(names)}
        save_file(texts, options.out / "colors.safetensors")


if __name__ == "__main__":
    main()
