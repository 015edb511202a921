"""diffusers beside `meander bench --real-size`: the same transformer with random weights, the same passes, the same threads.

    python bench_real_size.py [--model sd35-medium] [--dtype bfloat16] [--threads N] [--passes 3] [--blocks 6,12]

prints seconds (the median), and the process's peak memory after each kind of pass. One sample of 512 x 512 pixels, 333 text
tokens for Stable Diffusion 3 and 512 for FLUX, flow_grpo's LoRA (rank 32 on the attention projections of both streams). FLUX
has 6 double and 12 single blocks of its 19 and 38 unless --blocks says otherwise.
"""

import argparse
import resource
import statistics
import time

import torch
from diffusers import FluxPipeline, FluxTransformer2DModel, SD3Transformer2DModel
from peft import LoraConfig

SHARED = dict(
    sample_size=128, patch_size=2, in_channels=16, out_channels=16, num_layers=24, attention_head_dim=64, num_attention_heads=24,
    joint_attention_dim=4096, caption_projection_dim=1536, pooled_projection_dim=2048,
)
MODELS = {
    "sd35-medium": dict(SHARED, pos_embed_max_size=384, dual_attention_layers=tuple(range(13)), qk_norm="rms_norm"),
    "sd3-medium": dict(SHARED, pos_embed_max_size=192),
}
FLUX = dict(
    patch_size=1, in_channels=64, num_layers=6, num_single_layers=12, attention_head_dim=128, num_attention_heads=24,
    joint_attention_dim=4096, pooled_projection_dim=768, guidance_embeds=True, axes_dims_rope=(16, 56, 56),
)
TARGETS = ["attn.add_k_proj", "attn.add_q_proj", "attn.add_v_proj", "attn.to_add_out", "attn.to_k", "attn.to_out.0", "attn.to_q", "attn.to_v"]


def sd3(name: str, blocks: list[int]) -> SD3Transformer2DModel:
    config = dict(MODELS[name])
    if blocks:
        [config["num_layers"]] = blocks
        config["dual_attention_layers"] = tuple(i for i in config.get("dual_attention_layers", ()) if i < blocks[0])
    return SD3Transformer2DModel(**config)


def flux(blocks: list[int]) -> FluxTransformer2DModel:
    config = dict(FLUX)
    if blocks:
        config["num_layers"], config["num_single_layers"] = blocks
    return FluxTransformer2DModel(**config)


def build(name: str, dtype: torch.dtype, blocks: list[int]):
    """Random weights without a float32 copy of the whole."""
    with torch.device("meta"):
        model = flux(blocks) if name == "flux1-dev" else sd3(name, blocks)
    model = model.to(dtype).to_empty(device="cpu").eval().requires_grad_(False)
    with torch.no_grad():
        for tensor in [*model.parameters(), *model.buffers()]:
            tensor.normal_(0, 0.02)
    return model


def inputs_of(name: str, dtype: torch.dtype) -> dict:
    """One sample of 64 x 64 latent cells; FLUX takes them packed, two by two, and with their positions."""
    if name != "flux1-dev":
        return dict(
            hidden_states=torch.randn(1, 16, 64, 64, dtype=dtype), encoder_hidden_states=torch.randn(1, 333, 4096, dtype=dtype),
            pooled_projections=torch.randn(1, 2048, dtype=dtype), timestep=torch.tensor([500.0]), return_dict=False,
        )
    return dict(
        hidden_states=torch.randn(1, 1024, 64, dtype=dtype), encoder_hidden_states=torch.randn(1, 512, 4096, dtype=dtype),
        pooled_projections=torch.randn(1, 768, dtype=dtype), timestep=torch.tensor([0.5]), guidance=torch.tensor([3.5]),
        img_ids=FluxPipeline._prepare_latent_image_ids(1, 32, 32, "cpu", torch.float32), txt_ids=torch.zeros(512, 3),
        return_dict=False,
    )


def measure(what: str, passes: int, work) -> None:
    work()
    times = []
    for _ in range(passes):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what}: {statistics.median(times):.2f} s, peak {peak:.0f} MiB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=[*MODELS, "flux1-dev"], default="sd35-medium")
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--blocks", default="", help="other numbers of blocks, e.g. 2, or 1,2 for FLUX")
    parser.add_argument("--passes", type=int, default=3)
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    dtype = getattr(torch, options.dtype)
    model = build(options.model, dtype, [int(n) for n in options.blocks.split(",") if n])
    inputs = inputs_of(options.model, dtype)

    def forward() -> None:
        with torch.no_grad():
            model(**inputs)

    def train() -> None:
        model(**inputs)[0].float().square().mean().backward()
        model.zero_grad()

    measure("forward", options.passes, forward)
    model.add_adapter(LoraConfig(r=32, lora_alpha=64, init_lora_weights="gaussian", target_modules=TARGETS))
    for name, parameter in model.named_parameters():
        if "lora_" in name:
            parameter.data = parameter.data.float()
    model.enable_gradient_checkpointing()
    model.train()
    with torch.autocast("cpu", dtype=dtype, enabled=dtype != torch.float32):
        measure("LoRA forward and backward, recomputed", options.passes, train)
        model.disable_gradient_checkpointing()
        measure("LoRA forward and backward", options.passes, train)


if __name__ == "__main__":
    main()
