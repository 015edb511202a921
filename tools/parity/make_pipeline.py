"""A whole tiny StableDiffusion3Pipeline without T5: directory, prompts, embeddings, noise, latents and image."""

import json
import logging

import torch
from diffusers import AutoencoderKL, FlowMatchEulerDiscreteScheduler, SD3Transformer2DModel, StableDiffusion3Pipeline
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import CLIPTextConfig, CLIPTextModelWithProjection, CLIPTokenizer

from common import arguments, fresh, randn, randomise, report, save_json, save_tensors

LENGTH = 16
STEPS, GUIDANCE, HEIGHT, WIDTH = 10, 4.5, 16, 24
START, END = "<|startoftext|>", "<|endoftext|>"

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


def byte_alphabet() -> list[str]:
    """The characters that stand for the 256 bytes, in CLIP's order: printable bytes first, then the rest."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    return [chr(b) for b in printable] + [chr(256 + i) for i in range(256 - len(printable))]


def merges(count: int) -> list[tuple[str, str]]:
    """Byte-pair merges learned from the corpus."""
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.BpeTrainer(vocab_size=100 + count, end_of_word_suffix="</w>", show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    learned = json.loads(tokenizer.to_str())["model"]["merges"]
    return [tuple(pair) for pair in learned][:count]


def vocabulary(pairs: list[tuple[str, str]]) -> dict[str, int]:
    """CLIP's layout: bytes, bytes that end a word, merges, start, end."""
    alphabet = byte_alphabet()
    tokens = alphabet + [c + "</w>" for c in alphabet] + ["".join(pair) for pair in pairs] + [START, END]
    return {token: i for i, token in enumerate(tokens)}


def tokenizer(vocab: dict[str, int], pairs: list[tuple[str, str]], pad: str) -> CLIPTokenizer:
    return CLIPTokenizer(vocab=vocab, merges=pairs, pad_token=pad, model_max_length=LENGTH)


def text_encoder(seed: int, vocab: dict[str, int], **config) -> CLIPTextModelWithProjection:
    full = CLIPTextConfig(vocab_size=len(vocab), max_position_embeddings=LENGTH, bos_token_id=vocab[START],
                          num_attention_heads=2, num_hidden_layers=2, **config)
    return randomise(CLIPTextModelWithProjection(full), torch.Generator().manual_seed(seed))


def build() -> StableDiffusion3Pipeline:
    pairs = merges(60)
    vocab = vocabulary(pairs)
    transformer = SD3Transformer2DModel(
        sample_size=6, patch_size=2, in_channels=4, out_channels=4, num_layers=2, num_attention_heads=2,
        attention_head_dim=6, joint_attention_dim=24, caption_projection_dim=12, pooled_projection_dim=16,
        pos_embed_max_size=6, dual_attention_layers=(0,), qk_norm="rms_norm",
    )
    vae = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 3, up_block_types=("UpDecoderBlock2D",) * 3,
        block_out_channels=(4, 4, 8), layers_per_block=1, latent_channels=4, norm_num_groups=2, sample_size=24,
        scaling_factor=1.5305, shift_factor=0.0609, use_quant_conv=False, use_post_quant_conv=False,
    )
    return StableDiffusion3Pipeline(
        transformer=randomise(transformer, torch.Generator().manual_seed(601)),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0),
        vae=randomise(vae, torch.Generator().manual_seed(602)),
        text_encoder=text_encoder(603, vocab, hidden_size=8, intermediate_size=16, projection_dim=6,
                                  hidden_act="quick_gelu", eos_token_id=2, pad_token_id=vocab[END]),
        tokenizer=tokenizer(vocab, pairs, END),
        text_encoder_2=text_encoder(604, vocab, hidden_size=12, intermediate_size=20, projection_dim=10,
                                    hidden_act="gelu", eos_token_id=vocab[END], pad_token_id=vocab["!"]),
        tokenizer_2=tokenizer(vocab, pairs, "!"),
        text_encoder_3=None,
        tokenizer_3=None,
    )


def save_vocabulary(directory, vocab: dict[str, int], pairs: list[tuple[str, str]]) -> None:
    """The two files that published CLIP tokenizers come as, beside tokenizer.json."""
    (directory / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False))
    (directory / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in pairs))


def token_ids(tokenizer, prompts: list[str]) -> torch.Tensor:
    return tokenizer(prompts, padding="max_length", max_length=LENGTH, truncation=True, return_tensors="pt").input_ids


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


def main() -> None:
    out = arguments(__doc__).out
    logging.getLogger("diffusers").setLevel(logging.ERROR)
    directory = fresh(out / "pipe-sd3")
    pipe = build()
    pipe.set_progress_bar_config(disable=True)
    pipe.save_pretrained(directory)
    for name in ("tokenizer", "tokenizer_2"):
        pairs = merges(60)
        save_vocabulary(directory / name, vocabulary(pairs), pairs)

    with torch.no_grad():
        positive, negative, pooled, negative_pooled = pipe.encode_prompt(
            PROMPTS, None, None, negative_prompt=[NEGATIVE] * len(PROMPTS)
        )
    if positive[:, LENGTH:].any() or negative[:, LENGTH:].any():
        raise AssertionError("the T5 rows are not zero")
    noise = randn(torch.Generator().manual_seed(605), len(PROMPTS), 4, HEIGHT // 4, WIDTH // 4)
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


if __name__ == "__main__":
    main()
