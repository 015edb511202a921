"""CLIP text encoders: one transformers directory per variant, with ids, hidden states, pooled output and gradients."""

import torch
from safetensors.torch import load_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from common import arguments, fresh, gradients, randn, randomise, report, save_tensors

SHARED = dict(vocab_size=40, hidden_size=12, intermediate_size=20, num_hidden_layers=3, num_attention_heads=3,
              max_position_embeddings=10, bos_token_id=38, pad_token_id=0)

# Legacy files say eos_token_id 2 and mean the largest id, here 39. Id 2 appears on the way, and the padding
# is once another id and once the end token itself, so that the first of several must be found.
LEGACY_IDS = [
    [38, 7, 2, 11, 39, 0, 0, 0],
    [38, 5, 39, 39, 39, 39, 39, 39],
    [38, 2, 21, 30, 36, 17, 9, 39],
]

# A real end id, 6, which is not the largest; the last sequence lacks it, so position 0 is taken.
END_IDS = [
    [38, 37, 2, 11, 6, 0, 0, 0],
    [38, 39, 6, 6, 6, 6, 6, 6],
    [38, 2, 21, 30, 36, 17, 9, 39],
]

# name -> (seed, class, ids, config)
VARIANTS = {
    "quickgelu": (301, CLIPTextModelWithProjection, LEGACY_IDS,
                  dict(hidden_act="quick_gelu", eos_token_id=2, projection_dim=7)),
    "gelu": (302, CLIPTextModelWithProjection, END_IDS,
             dict(hidden_act="gelu", eos_token_id=6, projection_dim=16)),
    "text": (303, CLIPTextModel, END_IDS, dict(hidden_act="quick_gelu", eos_token_id=6, projection_dim=12)),
}


def build(kind: type, seed: int, config: dict):
    """A CLIP text encoder with seeded random weights."""
    return randomise(kind(CLIPTextConfig(**config)), torch.Generator().manual_seed(seed))


def io_tensors(model, ids: torch.Tensor, seed: int) -> dict[str, torch.Tensor]:
    """Outputs of the model for the ids, and gradients of a random combination of them."""
    generator = torch.Generator().manual_seed(seed)
    output = model(ids, output_hidden_states=True)
    pooled_name = "text_embeds" if isinstance(model, CLIPTextModelWithProjection) else "pooler_output"
    io = {"input_ids": ids, "last_hidden_state": output.last_hidden_state, pooled_name: output[pooled_name]}
    io |= {f"hidden_states.{i}": state for i, state in enumerate(output.hidden_states)}
    penultimate = f"hidden_states.{len(output.hidden_states) - 2}"
    loss = 0
    for name in ("last_hidden_state", penultimate, pooled_name):
        io[f"grad_output.{name}"] = randn(generator, *io[name].shape)
        loss = loss + (io[name] * io[f"grad_output.{name}"]).sum()
    return io | gradients(loss, dict(model.named_parameters()))


def main() -> None:
    out = arguments(__doc__).out
    for variant, (seed, kind, ids, config) in VARIANTS.items():
        directory = fresh(out / f"clip-{variant}")
        model = build(kind, seed, SHARED | config)
        model.save_pretrained(directory)
        save_tensors(directory / "io.safetensors", io_tensors(model, torch.tensor(ids), seed + 1000))
        report(directory)

    # The same encoder as `text` with the names that transformers 4 wrote: a prefix, and the position ids.
    prefixed = {f"text_model.{k}": v for k, v in load_file(out / "clip-text/model.safetensors").items()}
    prefixed["text_model.embeddings.position_ids"] = torch.arange(SHARED["max_position_embeddings"]).expand(1, -1)
    save_tensors(out / "clip-text/model-prefixed.safetensors", prefixed)
    report(out / "clip-text")


if __name__ == "__main__":
    main()
