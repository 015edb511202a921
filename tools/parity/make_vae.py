"""AutoencoderKL: one diffusers component directory per variant, with moments, decoded image and gradients."""

import torch
from diffusers import AutoencoderKL

from common import arguments, fresh, gradients, randn, randomise, report, save_tensors

# Latent height and width that are decoded in tiles; neither is a whole number of tiles, and one tile is a sliver.
TILED = {"quant": (7, 10), "one-layer": (13, 9)}

# name -> (seed, image height, image width, config)
VARIANTS = {
    "sd3": (
        201, 16, 24,
        dict(block_out_channels=(4, 8, 8), layers_per_block=2, latent_channels=16, norm_num_groups=2,
             scaling_factor=1.5305, shift_factor=0.0609, use_quant_conv=False, use_post_quant_conv=False),
    ),
    "one-layer": (
        202, 16, 16,
        dict(block_out_channels=(8, 12), layers_per_block=1, latent_channels=4, norm_num_groups=4,
             scaling_factor=1.5305, shift_factor=0.0609, use_quant_conv=False, use_post_quant_conv=False),
    ),
    "quant": (
        203, 16, 16,
        dict(block_out_channels=(4, 8, 8), layers_per_block=1, latent_channels=4, norm_num_groups=2,
             scaling_factor=0.18215, use_quant_conv=True, use_post_quant_conv=True),
    ),
    "noattn": (
        204, 16, 8,
        dict(block_out_channels=(4, 8, 8), layers_per_block=1, latent_channels=4, norm_num_groups=2,
             scaling_factor=1.5305, shift_factor=0.0609, use_quant_conv=False, use_post_quant_conv=False,
             mid_block_add_attention=False),
    ),
}


def build(config: dict, seed: int, image_size: int) -> AutoencoderKL:
    """A VAE with seeded random weights."""
    blocks = len(config["block_out_channels"])
    model = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * blocks,
        up_block_types=("UpDecoderBlock2D",) * blocks,
        sample_size=image_size,
        **config,
    )
    return randomise(model, torch.Generator().manual_seed(seed))


def parameters(model: AutoencoderKL, *parts: str) -> dict[str, torch.Tensor]:
    return {name: p for name, p in model.named_parameters() if name.split(".")[0] in parts}


def tiled(model: AutoencoderKL, variant: str, generator: torch.Generator) -> dict[str, torch.Tensor]:
    """A latent larger than a tile and its image, decoded with tiling."""
    latent = randn(generator, 1, model.config.latent_channels, *TILED[variant])
    model.enable_tiling()
    with torch.no_grad():
        sample = model.decode(latent).sample
    model.disable_tiling()
    return {"tiled_latent": latent, "tiled_sample": sample}


def main() -> None:
    out = arguments(__doc__).out
    for variant, (seed, height, width, config) in VARIANTS.items():
        directory = fresh(out / f"vae-{variant}")
        model = build(config, seed, height)
        generator = torch.Generator().manual_seed(seed + 1000)
        shrink = 2 ** (len(config["block_out_channels"]) - 1)
        latent_shape = (2, config["latent_channels"], height // shrink, width // shrink)

        image = (torch.rand(2, 3, height, width, generator=generator) * 2 - 1).requires_grad_()
        latent = randn(generator, *latent_shape).requires_grad_()
        posterior = model.encode(image).latent_dist
        sample = model.decode(latent).sample
        io = {
            "image": image,
            "moments": posterior.parameters,
            "mode": posterior.mode(),
            "grad_moments": randn(generator, *posterior.parameters.shape),
            "latent": latent,
            "sample": sample,
            "grad_sample": randn(generator, *sample.shape),
        }
        encoding = gradients(
            (io["moments"] * io["grad_moments"]).sum(),
            {"input.image": image} | parameters(model, "encoder", "quant_conv"),
        )
        decoding = gradients(
            (sample * io["grad_sample"]).sum(),
            {"input.latent": latent} | parameters(model, "decoder", "post_quant_conv"),
        )
        if variant in TILED:
            io |= tiled(model, variant, generator)
        model.save_pretrained(directory)
        save_tensors(directory / "io.safetensors", io | encoding | decoding)
        report(directory)


if __name__ == "__main__":
    main()
