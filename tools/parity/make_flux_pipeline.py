"""Whole tiny FluxPipelines, with and without guidance embedding: directory, prompts, embeddings, noise, latents, image."""

import logging

import torch
from diffusers import FlowMatchEulerDiscreteScheduler, FluxPipeline, FluxTransformer2DModel
from transformers import CLIPTextConfig, CLIPTextModel

from common import arguments, fresh, randomise, report, save_json, save_tensors
from make_pipeline import (
    HEIGHT, LENGTH, NEGATIVE, PROMPTS, STEPS, T5_LENGTH, WIDTH, decode, merges, noise_of, save, t5, token_ids, vae,
)
from tokenizing import END, START, clip_tokenizer, clip_vocabulary

GUIDANCE, TRUE_CFG = 3.5, 2.5
LARGE = (24, 32)  # the second size: other image tokens, hence another shift
SHARED = dict(patch_size=1, in_channels=16, joint_attention_dim=20, pooled_projection_dim=8, num_attention_heads=2,
              attention_head_dim=8, axes_dims_rope=(2, 2, 4), num_layers=1, num_single_layers=1)
# The published numbers of tokens are far above those of tiny images.
DYNAMIC = dict(shift=3.0, use_dynamic_shifting=True, base_shift=0.5, max_shift=1.15, base_image_seq_len=4,
               max_image_seq_len=16)


def build(seed: int, guidance: bool, scheduler: dict) -> FluxPipeline:
    pairs = merges(60)
    vocab = clip_vocabulary(pairs)
    text = CLIPTextConfig(
        vocab_size=len(vocab), max_position_embeddings=LENGTH, bos_token_id=vocab[START], eos_token_id=2,
        pad_token_id=vocab[END], num_attention_heads=2, num_hidden_layers=2, hidden_size=8, intermediate_size=16,
        projection_dim=8, hidden_act="quick_gelu",
    )
    transformer = FluxTransformer2DModel(guidance_embeds=guidance, **SHARED)
    second = t5(seed + 3, 20)
    pipe = FluxPipeline(
        transformer=randomise(transformer, torch.Generator().manual_seed(seed)),
        scheduler=FlowMatchEulerDiscreteScheduler(**scheduler),
        vae=vae(seed + 1, 16),
        text_encoder=randomise(CLIPTextModel(text), torch.Generator().manual_seed(seed + 2)),
        tokenizer=clip_tokenizer(vocab, pairs, END, LENGTH),
        text_encoder_2=second["encoder"],
        tokenizer_2=second["tokenizer"],
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


def sample(pipe, noise: torch.Tensor, size: tuple[int, int] = (HEIGHT, WIDTH), **options) -> torch.Tensor:
    """The latents after every step, unpacked: [T, B, C, h, w]."""
    states = []

    def keep(_, step, timestep, tensors):
        states.append(FluxPipeline._unpack_latents(tensors["latents"], *size, pipe.vae_scale_factor))
        return tensors

    with torch.no_grad():
        pipe(PROMPTS, height=size[0], width=size[1], latents=FluxPipeline._pack_latents(noise, *noise.shape),
             num_inference_steps=STEPS, output_type="latent", callback_on_step_end=keep,
             **(dict(max_sequence_length=T5_LENGTH) | options))
    return torch.stack(states)


def keep_in(module: torch.nn.Module, dtype: torch.dtype) -> torch.nn.Module:
    """Rounds the weights so that the type holds them exactly."""
    for parameter in module.parameters():
        parameter.data = parameter.data.to(dtype).to(torch.float32)
    return module


def settings(directory, **more) -> None:
    save_json(directory / "io.json", {
        "prompts": PROMPTS, "negative_prompt": NEGATIVE, "steps": STEPS, "height": HEIGHT, "width": WIDTH,
        "t5_tokens": T5_LENGTH, **more,
    })
    report(directory)


def dev(out) -> None:
    """Guidance embedding and dynamic shift; the transformer and T5 are saved in several files."""
    directory = fresh(out / "pipe-flux-dev")
    pipe = build(621, True, DYNAMIC)
    save(pipe, directory, ("tokenizer",))
    for name in ("transformer", "text_encoder_2"):
        component = fresh(directory / name)
        getattr(pipe, name).save_pretrained(component, max_shard_size="30KB" if name == "transformer" else "6KB")
    with torch.no_grad():
        embeds, pooled, _ = pipe.encode_prompt(PROMPTS, max_sequence_length=T5_LENGTH)
        negative, negative_pooled, _ = pipe.encode_prompt([NEGATIVE], max_sequence_length=T5_LENGTH)
    noise, large = noise_of(625), noise_of(626, *LARGE)
    trajectory = sample(pipe, noise, guidance_scale=GUIDANCE)
    cfg = dict(negative_prompt=[NEGATIVE] * len(PROMPTS), true_cfg_scale=TRUE_CFG, guidance_scale=1.0)
    save_tensors(directory / "io.safetensors", {
        "input_ids": token_ids(pipe.tokenizer, PROMPTS),
        "input_ids_2": token_ids(pipe.tokenizer_2, PROMPTS, T5_LENGTH),
        "prompt_embeds": embeds, "pooled_prompt_embeds": pooled,
        "negative_prompt_embeds": negative, "negative_pooled_prompt_embeds": negative_pooled,
        "noise": noise, "trajectory": trajectory, "decoded": decode(pipe, trajectory[-1]),
        "latents.true_cfg": sample(pipe, noise, **cfg)[-1],
        "latents.512": sample(pipe, noise, guidance_scale=GUIDANCE, max_sequence_length=512)[-1],
        "noise.large": large,
        "latents.large": sample(pipe, large, LARGE, guidance_scale=GUIDANCE)[-1],
    })
    settings(directory, guidance_scale=GUIDANCE, true_cfg_scale=TRUE_CFG)


def schnell(out) -> None:
    """No guidance embedding and shift 1; weights in bfloat16 and float16."""
    directory = fresh(out / "pipe-flux-schnell")
    pipe = build(631, False, dict(shift=1.0))
    types = {"transformer": torch.bfloat16, "text_encoder_2": torch.bfloat16, "text_encoder": torch.float16,
             "vae": torch.float16}
    for name, dtype in types.items():
        keep_in(getattr(pipe, name), dtype)
    noise = noise_of(635)
    trajectory = sample(pipe, noise)
    io = {"noise": noise, "trajectory": trajectory, "decoded": decode(pipe, trajectory[-1])}
    for name, dtype in types.items():
        getattr(pipe, name).to(dtype)
    save(pipe, directory, ("tokenizer",))
    (directory / "tokenizer" / "tokenizer.json").unlink()  # as in the published directories
    save_tensors(directory / "io.safetensors", io)
    settings(directory)


def main() -> None:
    out = arguments(__doc__).out
    logging.getLogger("diffusers").setLevel(logging.ERROR)
    dev(out)
    schnell(out)


if __name__ == "__main__":
    main()
