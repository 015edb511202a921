"""A model of some hundred million random parameters, to compare `meander plan` with measured memory; not a fixture.

    python make_midsize.py OUT [--flux] [--width 1024] [--blocks 8] [--singles 0] [--dtype float32]

The transformer is as SD3.5's without dual attention; text encoders, tokenizers, autoencoder and schedule are the bundled
model's, so pictures of up to 512 x 512 pixels can be made. With --flux it is as FLUX.1-dev's, with the bundled model's
autoencoder and the tiny text encoders of the fixtures; --blocks are then the double ones.
"""

import argparse
import json
import pathlib
import shutil

import torch
from diffusers import FluxTransformer2DModel, SD3Transformer2DModel

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOYBOX = ROOT / "models/toybox-sd3"
FLUX = ROOT / "core/src/test/resources/parity/pipe-flux-dev"


def sd3(options) -> SD3Transformer2DModel:
    config = json.loads((TOYBOX / "transformer/config.json").read_text())
    shutil.copytree(TOYBOX, options.out, ignore=shutil.ignore_patterns("transformer"))
    return SD3Transformer2DModel(
        sample_size=64, patch_size=2, in_channels=config["in_channels"], num_layers=options.blocks, attention_head_dim=64,
        num_attention_heads=options.width // 64, joint_attention_dim=options.width, caption_projection_dim=options.width,
        pooled_projection_dim=config["pooled_projection_dim"], pos_embed_max_size=32, qk_norm="rms_norm",
    )


def flux(options) -> FluxTransformer2DModel:
    shutil.copytree(FLUX, options.out, ignore=shutil.ignore_patterns("transformer", "vae", "io.*"))
    shutil.copytree(TOYBOX / "vae", options.out / "vae")
    channels = json.loads((TOYBOX / "vae/config.json").read_text())["latent_channels"]
    pooled = json.loads((FLUX / "text_encoder/config.json").read_text())["hidden_size"]
    text = json.loads((FLUX / "text_encoder_2/config.json").read_text())["d_model"]
    return FluxTransformer2DModel(
        patch_size=1, in_channels=4 * channels, num_layers=options.blocks, num_single_layers=options.singles,
        attention_head_dim=64, num_attention_heads=options.width // 64, joint_attention_dim=text,
        pooled_projection_dim=pooled, guidance_embeds=True, axes_dims_rope=(8, 28, 28),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--width", type=int, default=1024)
    parser.add_argument("--blocks", type=int, default=8)
    parser.add_argument("--flux", action="store_true")
    parser.add_argument("--singles", type=int, default=0, help="single blocks of FLUX")
    parser.add_argument("--dtype", default="float32")
    options = parser.parse_args()
    torch.manual_seed(1)
    transformer = flux(options) if options.flux else sd3(options)
    transformer.to(getattr(torch, options.dtype)).save_pretrained(options.out / "transformer")
    print(f"{sum(p.numel() for p in transformer.parameters()) / 1e6:.0f} million parameters")


if __name__ == "__main__":
    main()
