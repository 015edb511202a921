"""A model of some hundred million random parameters, to compare `meander plan` with measured memory; not a fixture.

    python make_midsize.py OUT [--width 1024] [--blocks 8] [--dtype float32]

The transformer is as SD3.5's without dual attention; text encoders, tokenizers, autoencoder and schedule are the bundled
model's, so pictures of up to 512 x 512 pixels can be made.
"""

import argparse
import json
import pathlib
import shutil

import torch
from diffusers import SD3Transformer2DModel

TOYBOX = pathlib.Path(__file__).resolve().parents[2] / "models/toybox-sd3"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--width", type=int, default=1024)
    parser.add_argument("--blocks", type=int, default=8)
    parser.add_argument("--dtype", default="float32")
    options = parser.parse_args()
    config = json.loads((TOYBOX / "transformer/config.json").read_text())
    torch.manual_seed(1)
    transformer = SD3Transformer2DModel(
        sample_size=64, patch_size=2, in_channels=config["in_channels"], num_layers=options.blocks, attention_head_dim=64,
        num_attention_heads=options.width // 64, joint_attention_dim=options.width, caption_projection_dim=options.width,
        pooled_projection_dim=config["pooled_projection_dim"], pos_embed_max_size=32, qk_norm="rms_norm",
    )
    shutil.copytree(TOYBOX, options.out, ignore=shutil.ignore_patterns("transformer"))
    transformer.to(getattr(torch, options.dtype)).save_pretrained(options.out / "transformer")
    print(f"{sum(p.numel() for p in transformer.parameters()) / 1e6:.0f} million parameters")


if __name__ == "__main__":
    main()
