"""Whole tiny StableDiffusion3Pipelines, without and with T5: directory, prompts, embeddings, noise, latents and image."""

import json
import logging

import torch
from diffusers import AutoencoderKL, FlowMatchEulerDiscreteScheduler, SD3Transformer2DModel, StableDiffusion3Pipeline
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import CLIPTextConfig, CLIPTextModelWithProjection, T5Config, T5EncoderModel

from common import arguments, fresh, randn, randomise, report, save_json, save_tensors
from tokenizing import END, START, clip_tokenizer, clip_vocabulary, save_clip_vocabulary, t5_tokenizer

LENGTH = 16
T5_LENGTH = 24
STEPS, GUIDANCE, HEIGHT, WIDTH = 10, 4.5, 16, 24

# Upper case, doubled spaces, digits, a contraction, an accent, "!" (the second tokenizer's padding) and truncation.
PROMPTS = [
    "a photo of a red circle",
    "Red STAR  isn't 4, é!",
    "a photo of a green triangle left of a yellow star above a purple cross below a white square and a red circle",
]
NEGATIVE = ""

CORPUS = [
    f"a photo of {count} {colour} {shape} {relation} a {colour} {shape}"
    for count in ("a", "two", "three")
    for colour in ("red", "blue", "green", "yellow", "purple", "white")
    for shape in ("circle", "squares", "triangle", "star", "cross")
    for relation in ("left of", "right of", "above", "below")
]


def merges(count: int) -> list[tuple[str, str]]:
    """Byte-pair merges learned from the corpus."""
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.BpeTrainer(vocab_size=100 + count, end_of_word_suffix="</w>", show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    learned = json.loads(tokenizer.to_str())["model"]["merges"]
    return [tuple(pair) for pair in learned][:count]


def text_encoder(seed: int, vocab: dict[str, int], **config) -> CLIPTextModelWithProjection:
    full = CLIPTextConfig(vocab_size=len(vocab), max_position_embeddings=LENGTH, bos_token_id=vocab[START],
                          num_attention_heads=2, num_hidden_layers=2, **config)
    return randomise(CLIPTextModelWithProjection(full), torch.Generator().manual_seed(seed))


def vae(seed: int, sample_size: int = 24) -> AutoencoderKL:
    model = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 3, up_block_types=("UpDecoderBlock2D",) * 3,
        block_out_channels=(4, 4, 8), layers_per_block=1, latent_channels=4, norm_num_groups=2, sample_size=sample_size,
        scaling_factor=1.5305, shift_factor=0.0609, use_quant_conv=False, use_post_quant_conv=False,
    )
    return randomise(model, torch.Generator().manual_seed(seed))


def t5(seed: int, width: int) -> dict:
    """An encoder and its tokenizer."""
    words = t5_tokenizer(CORPUS, 90, "identity", 3, 512)
    config = T5Config(vocab_size=len(words), d_model=width, d_kv=6, d_ff=16, num_layers=2, num_heads=2,
                      feed_forward_proj="gated-gelu")
    return {"encoder": randomise(T5EncoderModel(config), torch.Generator().manual_seed(seed)), "tokenizer": words}


def build(with_t5: bool) -> StableDiffusion3Pipeline:
    pairs = merges(60)
    vocab = clip_vocabulary(pairs)
    transformer = SD3Transformer2DModel(
        sample_size=6, patch_size=2, in_channels=4, out_channels=4, num_layers=2, num_attention_heads=2,
        attention_head_dim=6, joint_attention_dim=24, caption_projection_dim=12, pooled_projection_dim=16,
        pos_embed_max_size=6, dual_attention_layers=(0,), qk_norm="rms_norm",
    )
    third = t5(606, 24) if with_t5 else {"encoder": None, "tokenizer": None}
    return StableDiffusion3Pipeline(
        transformer=randomise(transformer, torch.Generator().manual_seed(601)),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0),
        vae=vae(602),
        text_encoder=text_encoder(603, vocab, hidden_size=8, intermediate_size=16, projection_dim=6,
                                  hidden_act="quick_gelu", eos_token_id=2, pad_token_id=vocab[END]),
        tokenizer=clip_tokenizer(vocab, pairs, END, LENGTH),
        text_encoder_2=text_encoder(604, vocab, hidden_size=12, intermediate_size=20, projection_dim=10,
                                    hidden_act="gelu", eos_token_id=vocab[END], pad_token_id=vocab["!"]),
        tokenizer_2=clip_tokenizer(vocab, pairs, "!", LENGTH),
        text_encoder_3=third["encoder"],
        tokenizer_3=third["tokenizer"],
    )


def token_ids(tokenizer, prompts: list[str], length: int = LENGTH) -> torch.Tensor:
    return tokenizer(prompts, padding="max_length", max_length=length, truncation=True, return_tensors="pt").input_ids


def sample(pipe, noise: torch.Tensor, guidance: float, max_sequence_length: int) -> torch.Tensor:
    """The latents after every step, [T, B, C, h, w]."""
    states = []

    def keep(_, step, timestep, tensors):
        states.append(tensors["latents"].clone())
        return tensors

    with torch.no_grad():
        pipe(PROMPTS, negative_prompt=[NEGATIVE] * len(PROMPTS), height=HEIGHT, width=WIDTH, latents=noise,
             num_inference_steps=STEPS, guidance_scale=guidance, max_sequence_length=max_sequence_length,
             output_type="latent", callback_on_step_end=keep)
    return torch.stack(states)


def decode(pipe, latents: torch.Tensor) -> torch.Tensor:
    config = pipe.vae.config
    with torch.no_grad():
        return pipe.vae.decode(latents / config.scaling_factor + config.shift_factor).sample


def embeddings(pipe, max_sequence_length: int) -> tuple[torch.Tensor, ...]:
    """Embeddings of the prompts and of the negative ones, then their pooled forms."""
    with torch.no_grad():
        return pipe.encode_prompt(PROMPTS, None, None, negative_prompt=[NEGATIVE] * len(PROMPTS),
                                  max_sequence_length=max_sequence_length)


def noise_of(seed: int, height: int = HEIGHT, width: int = WIDTH) -> torch.Tensor:
    return randn(torch.Generator().manual_seed(seed), len(PROMPTS), 4, height // 4, width // 4)


def save(pipe, directory, clip: tuple[str, ...]) -> None:
    pipe.save_pretrained(directory)
    for name in clip:
        pairs = merges(60)
        save_clip_vocabulary(directory / name, clip_vocabulary(pairs), pairs)


def without_t5(out) -> None:
    directory = fresh(out / "pipe-sd3")
    pipe = build(False)
    pipe.set_progress_bar_config(disable=True)
    save(pipe, directory, ("tokenizer", "tokenizer_2"))
    positive, negative, pooled, negative_pooled = embeddings(pipe, 256)
    if positive[:, LENGTH:].any() or negative[:, LENGTH:].any():
        raise AssertionError("the T5 rows are not zero")
    noise = noise_of(605)
    trajectory = sample(pipe, noise, GUIDANCE, 256)
    decoded = decode(pipe, trajectory[-1])
    save_tensors(directory / "io.safetensors", {
        "input_ids": token_ids(pipe.tokenizer, PROMPTS),
        "input_ids_2": token_ids(pipe.tokenizer_2, PROMPTS),
        "negative_input_ids": token_ids(pipe.tokenizer, [NEGATIVE]),
        "negative_input_ids_2": token_ids(pipe.tokenizer_2, [NEGATIVE]),
        "clip_prompt_embeds": positive[:, :LENGTH],
        "negative_clip_prompt_embeds": negative[:, :LENGTH],
        "pooled_prompt_embeds": pooled,
        "negative_pooled_prompt_embeds": negative_pooled,
        "noise": noise,
        "trajectory": trajectory,
        "latents": trajectory[-1],
        "latents.guidance_1": sample(pipe, noise, 1.0, 256)[-1],
        "latents.t5_rows_128": sample(pipe, noise, GUIDANCE, 128)[-1],
        "decoded": decoded,
        "image": (decoded / 2 + 0.5).clamp(0, 1),
    })
    save_json(directory / "io.json", {
        "prompts": PROMPTS, "negative_prompt": NEGATIVE, "steps": STEPS, "guidance_scale": GUIDANCE,
        "height": HEIGHT, "width": WIDTH, "t5_rows": positive.shape[1] - LENGTH,
    })
    report(directory)


def with_t5(out) -> None:
    directory = fresh(out / "pipe-sd3-t5")
    pipe = build(True)
    pipe.set_progress_bar_config(disable=True)
    save(pipe, directory, ("tokenizer", "tokenizer_2"))
    for name in ("tokenizer", "tokenizer_2"):
        (directory / name / "tokenizer.json").unlink()  # as in the published directories
    positive, negative, pooled, negative_pooled = embeddings(pipe, T5_LENGTH)
    noise = noise_of(607)
    save_tensors(directory / "io.safetensors", {
        "input_ids_3": token_ids(pipe.tokenizer_3, PROMPTS, T5_LENGTH),
        "prompt_embeds": positive,
        "negative_prompt_embeds": negative,
        "pooled_prompt_embeds": pooled,
        "negative_pooled_prompt_embeds": negative_pooled,
        "noise": noise,
        "trajectory": sample(pipe, noise, GUIDANCE, T5_LENGTH),
        "latents.256": sample(pipe, noise, GUIDANCE, 256)[-1],
    })
    save_json(directory / "io.json", {
        "prompts": PROMPTS, "negative_prompt": NEGATIVE, "steps": STEPS, "guidance_scale": GUIDANCE,
        "height": HEIGHT, "width": WIDTH, "t5_tokens": T5_LENGTH,
    })
    report(directory)


def main() -> None:
    out = arguments(__doc__).out
    logging.getLogger("diffusers").setLevel(logging.ERROR)
    without_t5(out)
    with_t5(out)


if __name__ == "__main__":
    main()
