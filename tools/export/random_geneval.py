"""Models of the published sizes with random weights, to try `export_geneval.py` and the reward `geneval` without a download.

    python random_geneval.py --out random
    python export_geneval.py --detector random/mask2former --clip random/clip --out geneval

Writes mask2former (Swin-S, as mask2former-swin-small-coco-instance), detr (ResNet-50) and rt_detr (ResNet-50), each with
COCO's names, and clip (ViT-L/14 with the small tokenizer of the test fixtures). The last layer of the detectors' classes
is made strong, so that they are sure of what they see, whatever it is.
"""

import argparse
import pathlib

import torch
from transformers import (
    AutoTokenizer, CLIPConfig, CLIPModel, DetrConfig, DetrForObjectDetection, Mask2FormerConfig,
    Mask2FormerForUniversalSegmentation, ResNetConfig, RTDetrConfig, RTDetrForObjectDetection, SwinConfig,
)

from export_geneval import CLASSES, RENAMED

TOKENIZER = pathlib.Path(__file__).resolve().parents[2] / "core/src/test/resources/parity/tokens/clip"
SURE = 30.0


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
    model.class_labels_classifier.weight *= SURE
    return model


def rt_detr():
    model = RTDetrForObjectDetection(RTDetrConfig(**names()))
    for head in model.model.decoder.class_embed:
        head.weight *= SURE / 10  # sigmoids would all be 1
    return model


def clip(tokenizer):
    text = {"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12, "num_hidden_layers": 12,
            "eos_token_id": tokenizer.eos_token_id}
    vision = {"hidden_size": 1024, "intermediate_size": 4096, "num_attention_heads": 16, "num_hidden_layers": 24,
              "patch_size": 14}
    return CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=768))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    torch.manual_seed(1)
    with torch.no_grad():
        for make in (mask2former, detr, rt_detr):
            make().save_pretrained(options.out / make.__name__)
        tokenizer = AutoTokenizer.from_pretrained(TOKENIZER)
        clip(tokenizer).save_pretrained(options.out / "clip")
        tokenizer.save_pretrained(options.out / "clip")


if __name__ == "__main__":
    main()
