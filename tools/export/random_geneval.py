"""Models of the published sizes with random weights, to try `export_geneval.py` and the reward `geneval` without a download.

    python random_geneval.py --out random
    python export_geneval.py --detector random/mask2former --clip random/clip --out geneval

Writes mask2former (Swin-S, as mask2former-swin-small-coco-instance), detr (ResNet-50) and rt_detr (ResNet-50), each with
COCO's names, clip and clip_base (ViT-L/14 and ViT-B/32 with the small tokenizer of the test fixtures); --only names some. The last layer
of the detectors' classes is made strong, so that they are sure of what they see, whatever it is.

What random layers say is nearly the same of every picture and query. So detr's attention to the picture is made sharp, and
the heads of detr and clip look at nothing else than what differs between pictures: of a few made of coloured squares, the part of the last hidden states that is not in the space of
their means over the pictures, whitened. detr then sees objects of all classes, all over the picture, with scores of every
size, and clip every colour.
"""

import argparse
import math
import pathlib

import torch
from transformers import (
    AutoTokenizer, CLIPConfig, CLIPModel, DetrConfig, DetrForObjectDetection, Mask2FormerConfig,
    Mask2FormerForUniversalSegmentation, ResNetConfig, RTDetrConfig, RTDetrForObjectDetection, SwinConfig,
)

from export_geneval import CLASSES, IMAGENET, RENAMED

TOKENIZER = pathlib.Path(__file__).resolve().parents[2] / "core/src/test/resources/parity/tokens/clip"
SURE = 30.0
PICTURES, DIRECTIONS = 24, 32
CLIP = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
LOGITS, NOTHING = 6.0, 22.0  # spread of a class's logit over pictures; the logit of "no object"


def names() -> dict:
    """COCO's own names of the 80 classes."""
    coco = {new: old for old, new in list(RENAMED.items())[:3]}
    labels = [coco.get(name, name) for name in CLASSES]
    return {"id2label": dict(enumerate(labels)), "label2id": {name: i for i, name in enumerate(labels)}}


def mask2former():
    swin = SwinConfig(
        image_size=384, embed_dim=96, depths=[2, 2, 18, 2], num_heads=[3, 6, 12, 24], window_size=7,
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )
    model = Mask2FormerForUniversalSegmentation(Mask2FormerConfig(backbone_config=swin, **names()))
    model.class_predictor.weight *= SURE
    return model


def detr():
    backbone = ResNetConfig(out_features=["stage4"])
    model = DetrForObjectDetection(DetrConfig(use_timm_backbone=False, backbone_config=backbone, **names()))
    see(model.eval())
    return model


def squares(side: int, norm) -> torch.Tensor:
    mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in norm)
    colors = torch.rand(PICTURES, 3, 7, 7)
    return (torch.nn.functional.interpolate(colors, (side, side), mode="nearest") - mean) / std


def apart(hidden: torch.Tensor) -> torch.Tensor:
    """Directions [d, width] in which hidden states [pictures, places, width] differ between pictures and places, of variance
    1 over both, and in which their means over the pictures, and over the places, have no part."""
    means = hidden.mean(0)
    rest = hidden - means
    shared = rest.mean(1) if hidden.shape[1] > 1 else means[:0]
    _, sizes, same = torch.linalg.svd(torch.cat([means, shared]), full_matrices=False)
    same = same[sizes > 1e-4 * sizes[0]]
    rest = (rest - rest @ same.T @ same).flatten(0, 1)
    _, sizes, directions = torch.linalg.svd(rest, full_matrices=False)
    most = min(DIRECTIONS, len(rest) - 1)
    return directions[:most] / (sizes[:most, None] / math.sqrt(len(rest)))


def mixed(rows: int, directions: torch.Tensor) -> torch.Tensor:
    return torch.randn(rows, len(directions)) / math.sqrt(len(directions)) @ directions


def see(model) -> None:
    """Queries that look at places of their own, and heads that tell pictures apart."""
    torch.nn.init.normal_(model.model.query_position_embeddings.weight)
    for layer in model.model.decoder.layers:
        look = layer.encoder_attn
        for weight, factor in ((look.q_proj, 6), (look.k_proj, 6), (look.v_proj, 4), (look.o_proj, 4)):
            weight.weight *= factor
    directions = apart(torch.stack([model(pixel_values=one[None]).last_hidden_state[0] for one in squares(800, IMAGENET)]))
    head = model.class_labels_classifier
    head.weight.copy_(LOGITS * mixed(len(head.weight), directions))
    head.bias.zero_()
    head.weight[-1], head.bias[-1] = 0, NOTHING
    layers = model.bbox_predictor.layers
    layers[0].weight.copy_(mixed(len(layers[0].weight), directions))
    for layer in layers[1:]:
        layer.weight.copy_(torch.randn_like(layer.weight) * math.sqrt(2 / layer.weight.shape[1]))
    for layer in layers:
        layer.bias.zero_()
    layers[-1].bias.copy_(torch.tensor([0.0, 0.0, -1.5, -1.5]))  # boxes of a fifth of a side, by and large


def rt_detr():
    model = RTDetrForObjectDetection(RTDetrConfig(**names()))
    for head in model.model.decoder.class_embed:
        head.weight *= SURE / 10  # sigmoids would all be 1
    return model


def clip(tokenizer, patch, width, text_width, layers):
    text = {"hidden_size": text_width, "intermediate_size": 4 * text_width, "num_attention_heads": text_width // 64,
            "num_hidden_layers": 12, "eos_token_id": tokenizer.eos_token_id}
    vision = {"hidden_size": width, "intermediate_size": 4 * width, "num_attention_heads": width // 64,
              "num_hidden_layers": layers, "patch_size": patch}
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=text_width)).eval()
    pooled = model.vision_model(pixel_values=squares(224, CLIP)).pooler_output
    model.visual_projection.weight.copy_(mixed(text_width, apart(pooled[:, None])))
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--only", nargs="*", default=["mask2former", "detr", "rt_detr", "clip", "clip_base"])
    options = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(TOKENIZER)
    makers = {
        "mask2former": mask2former, "detr": detr, "rt_detr": rt_detr,
        "clip": lambda: clip(tokenizer, 14, 1024, 768, 24), "clip_base": lambda: clip(tokenizer, 32, 768, 512, 12),
    }
    for name in options.only:
        torch.manual_seed(1)
        with torch.no_grad():
            makers[name]().save_pretrained(options.out / name)
        if name.startswith("clip"):
            tokenizer.save_pretrained(options.out / name)


if __name__ == "__main__":
    main()
