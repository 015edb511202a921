"""SD3Transformer2DModel: one diffusers component directory per variant, with inputs, output and gradients."""

import torch
from diffusers import SD3Transformer2DModel

from common import arguments, bf16_outputs, fresh, gradients, randn, randomise, report, save_tensors

SHARED = dict(in_channels=4, out_channels=4, joint_attention_dim=20, pooled_projection_dim=10)

# name -> (seed, latent height, latent width, text tokens, timesteps, config)
VARIANTS = {
    "plain": (
        101, 6, 6, 5, [1000.0, 913.3005],
        dict(sample_size=6, patch_size=2, num_layers=2, num_attention_heads=2, attention_head_dim=8,
             caption_projection_dim=16, pos_embed_max_size=3, dual_attention_layers=(), qk_norm=None),
    ),
    "medium35": (
        102, 8, 8, 7, [960.1329, 602.2, 8.9286],
        dict(sample_size=10, patch_size=2, num_layers=3, num_attention_heads=2, attention_head_dim=6,
             caption_projection_dim=12, pos_embed_max_size=7, dual_attention_layers=(0,), qk_norm="rms_norm"),
    ),
    "patch1": (
        103, 4, 4, 3, [857.7, 277.96],
        dict(sample_size=4, patch_size=1, num_layers=2, num_attention_heads=3, attention_head_dim=4,
             caption_projection_dim=12, pos_embed_max_size=4, dual_attention_layers=(), qk_norm="rms_norm"),
    ),
    "nonsquare": (
        104, 8, 4, 4, [707.3, 464.88],
        dict(sample_size=8, patch_size=2, num_layers=2, num_attention_heads=2, attention_head_dim=6,
             caption_projection_dim=12, pos_embed_max_size=6, dual_attention_layers=(0,), qk_norm="rms_norm"),
    ),
}


def build(variant: str) -> SD3Transformer2DModel:
    """The transformer of one variant with its seeded random weights."""
    seed, *_, config = VARIANTS[variant]
    return randomise(SD3Transformer2DModel(**SHARED, **config), torch.Generator().manual_seed(seed))


def inputs(variant: str) -> dict[str, torch.Tensor]:
    """The inputs of one variant and the gradient that is fed back into its output."""
    seed, height, width, tokens, timesteps, _ = VARIANTS[variant]
    generator = torch.Generator().manual_seed(seed + 1000)
    batch, channels = len(timesteps), SHARED["in_channels"]
    return {
        "hidden_states": randn(generator, batch, channels, height, width),
        "encoder_hidden_states": randn(generator, batch, tokens, SHARED["joint_attention_dim"]),
        "pooled_projections": randn(generator, batch, SHARED["pooled_projection_dim"]),
        "timestep": torch.tensor(timesteps),
        "grad_output": randn(generator, batch, channels, height, width),
    }


def forward(model, io: dict[str, torch.Tensor]) -> torch.Tensor:
    names = ("hidden_states", "encoder_hidden_states", "pooled_projections", "timestep")
    return model(**{name: io[name] for name in names}, return_dict=False)[0]


def main() -> None:
    out = arguments(__doc__).out
    for variant in VARIANTS:
        directory = fresh(out / f"sd3-{variant}")
        model, io = build(variant), inputs(variant)
        differentiable = ("hidden_states", "encoder_hidden_states", "pooled_projections")
        leaves = {f"input.{name}": io[name].requires_grad_() for name in differentiable}
        sample = forward(model, io)
        grads = gradients((sample * io["grad_output"]).sum(), leaves | dict(model.named_parameters()))
        model.save_pretrained(directory)
        half = bf16_outputs(forward, model, inputs(variant))
        save_tensors(directory / "io.safetensors", io | {"sample": sample} | grads | half)
        report(directory)


if __name__ == "__main__":
    main()
