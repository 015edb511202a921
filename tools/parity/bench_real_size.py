"""diffusers beside `meander bench --real-size`: the same transformer with random weights, the same passes, the same threads.

    python bench_real_size.py [--model sd35-medium] [--dtype bfloat16] [--threads N] [--passes 3]

prints seconds (the median), and the process's peak memory after each kind of pass. One sample of 512 x 512 pixels, 333 text
tokens, flow_grpo's LoRA (rank 32 on the attention projections of both streams).
"""

import argparse
import resource
import statistics
import time

import torch
from diffusers import SD3Transformer2DModel
from peft import LoraConfig

SHARED = dict(
    sample_size=128, patch_size=2, in_channels=16, out_channels=16, num_layers=24, attention_head_dim=64, num_attention_heads=24,
    joint_attention_dim=4096, caption_projection_dim=1536, pooled_projection_dim=2048,
)
MODELS = {
    "sd35-medium": dict(SHARED, pos_embed_max_size=384, dual_attention_layers=tuple(range(13)), qk_norm="rms_norm"),
    "sd3-medium": dict(SHARED, pos_embed_max_size=192),
}
TARGETS = ["attn.add_k_proj", "attn.add_q_proj", "attn.add_v_proj", "attn.to_add_out", "attn.to_k", "attn.to_out.0", "attn.to_q", "attn.to_v"]


def build(name: str, dtype: torch.dtype, blocks: int) -> SD3Transformer2DModel:
    """Random weights without a float32 copy of the whole."""
    config = dict(MODELS[name])
    if blocks:
        config["num_layers"] = blocks
        config["dual_attention_layers"] = tuple(i for i in config.get("dual_attention_layers", ()) if i < blocks)
    with torch.device("meta"):
        model = SD3Transformer2DModel(**config)
    model = model.to(dtype).to_empty(device="cpu").eval().requires_grad_(False)
    with torch.no_grad():
        for tensor in [*model.parameters(), *model.buffers()]:
            tensor.normal_(0, 0.02)
    return model


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
    parser.add_argument("--model", choices=MODELS, default="sd35-medium")
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--blocks", type=int, default=0, help="fewer than the model has, for a quick look")
    parser.add_argument("--passes", type=int, default=3)
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    dtype = getattr(torch, options.dtype)
    model = build(options.model, dtype, options.blocks)
    inputs = dict(
        hidden_states=torch.randn(1, 16, 64, 64, dtype=dtype), encoder_hidden_states=torch.randn(1, 333, 4096, dtype=dtype),
        pooled_projections=torch.randn(1, 2048, dtype=dtype), timestep=torch.tensor([500.0]), return_dict=False,
    )

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
