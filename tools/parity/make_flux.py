"""FluxTransformer2DModel: one diffusers component directory per variant, with inputs, output and gradients."""

import torch
from diffusers import FluxPipeline, FluxTransformer2DModel
from peft import LoraConfig, get_peft_model

from common import arguments, bf16_outputs, fresh, gradients, randn, randomise, report, save_tensors
from make_lora import TARGETS, randomise_adapter

SHARED = dict(patch_size=1, in_channels=16, joint_attention_dim=20, pooled_projection_dim=10)

# name -> (seed, latent height, latent width, text tokens, sigmas, guidance, config). Guidance is small: angles of the
# time features grow to 1000 times its value, where PyTorch's rounding of the frequencies shows. The whole pipeline is
# run with the usual 3.5.
VARIANTS = {
    "dev": (
        111, 8, 4, 5, [0.31, 0.6183], [0.5, 0.25],
        dict(guidance_embeds=True, num_layers=1, num_single_layers=2, num_attention_heads=2, attention_head_dim=8,
             axes_dims_rope=(2, 2, 4)),
    ),
    "schnell": (
        112, 4, 12, 7, [0.9127, 0.5, 0.0781], None,
        dict(guidance_embeds=False, num_layers=2, num_single_layers=1, num_attention_heads=2, attention_head_dim=6,
             axes_dims_rope=(2, 2, 2)),
    ),
    "onehead": (
        113, 6, 6, 3, [0.7371, 0.125], [1.0, 0.6],
        dict(guidance_embeds=True, num_layers=1, num_single_layers=1, num_attention_heads=1, attention_head_dim=10,
             axes_dims_rope=(2, 4, 4)),
    ),
}
LORA = "dev"


def build(variant: str) -> FluxTransformer2DModel:
    """The transformer of one variant with its seeded random weights."""
    seed, *_, config = VARIANTS[variant]
    return randomise(FluxTransformer2DModel(**SHARED, **config), torch.Generator().manual_seed(seed))


def inputs(variant: str) -> dict[str, torch.Tensor]:
    """The inputs of one variant, latents as the VAE has them, and the gradient that is fed back into its output."""
    seed, height, width, tokens, sigmas, guidance, _ = VARIANTS[variant]
    generator = torch.Generator().manual_seed(seed + 1000)
    batch, channels = len(sigmas), SHARED["in_channels"] // 4
    io = {
        "latent": randn(generator, batch, channels, height, width),
        "encoder_hidden_states": randn(generator, batch, tokens, SHARED["joint_attention_dim"]),
        "pooled_projections": randn(generator, batch, SHARED["pooled_projection_dim"]),
        "sigma": torch.tensor(sigmas),
        "grad_output": randn(generator, batch, channels, height, width),
    }
    return io if guidance is None else io | {"guidance": torch.tensor(guidance)}


def bf16_inputs(variant: str) -> dict[str, torch.Tensor]:
    """As `inputs`, with powers of two for noise levels and guidance: diffusers rounds these to bfloat16."""
    io = inputs(variant)
    return io | {name: io[name].log2().round().exp2() for name in ("sigma", "guidance") if name in io}


def forward(model, io: dict[str, torch.Tensor]) -> torch.Tensor:
    """Packed, through the model, and unpacked again, with the ids that the pipeline makes."""
    latent = io["latent"]
    batch, channels, height, width = latent.shape
    sample = model(
        hidden_states=FluxPipeline._pack_latents(latent, batch, channels, height, width),
        encoder_hidden_states=io["encoder_hidden_states"],
        pooled_projections=io["pooled_projections"],
        timestep=io["sigma"],
        guidance=io.get("guidance"),
        img_ids=FluxPipeline._prepare_latent_image_ids(batch, height // 2, width // 2, "cpu", torch.float32),
        txt_ids=torch.zeros(io["encoder_hidden_states"].shape[1], 3),
        return_dict=False,
    )[0]
    return FluxPipeline._unpack_latents(sample, height, width, 1)


def lora_gradients(io: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """A random adapter on the default targets: its tensors, the output with it, and its gradients."""
    model = get_peft_model(build(LORA), LoraConfig(r=4, lora_alpha=8, target_modules=TARGETS))
    named = randomise_adapter(model)
    sample = forward(model, io)
    grads = gradients((sample * io["grad_output"]).sum(), named)
    return {f"lora.{name}": tensor for name, tensor in (named | grads | {"sample": sample}).items()}


def main() -> None:
    out = arguments(__doc__).out
    for variant in VARIANTS:
        directory = fresh(out / f"flux-{variant}")
        model, io = build(variant), inputs(variant)
        differentiable = ("latent", "encoder_hidden_states", "pooled_projections")
        leaves = {f"input.{name}": io[name].requires_grad_() for name in differentiable}
        sample = forward(model, io)
        grads = gradients((sample * io["grad_output"]).sum(), leaves | dict(model.named_parameters()))
        model.save_pretrained(directory)
        if variant == LORA:
            save_tensors(directory / "lora.safetensors", lora_gradients(inputs(variant)))
        rounded = bf16_inputs(variant)
        half = {f"bf16.{name}": rounded[name] for name in ("sigma", "guidance") if name in rounded}
        half |= bf16_outputs(forward, model, rounded)
        save_tensors(directory / "io.safetensors", io | {"sample": sample} | grads | half)
        report(directory)


if __name__ == "__main__":
    main()
