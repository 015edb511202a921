"""T5EncoderModel: one transformers directory per variant, with ids, output and gradients."""

import torch
from transformers import T5Config, T5EncoderModel

from common import arguments, bf16_outputs, fresh, gradients, randn, randomise, report, save_tensors

# name -> (seed, sequence length, config). The attention is d_kv * num_heads wide, which need not be d_model.
VARIANTS = {
    "short": (
        311, 9, dict(vocab_size=40, d_model=12, d_kv=4, d_ff=20, num_layers=3, num_heads=3,
                     relative_attention_num_buckets=8, relative_attention_max_distance=12),
    ),
    "long": (
        312, 160, dict(vocab_size=30, d_model=10, d_kv=3, d_ff=14, num_layers=2, num_heads=2),
    ),
}


def build(variant: str) -> T5EncoderModel:
    """A T5 encoder with seeded random weights."""
    seed, _, config = VARIANTS[variant]
    model = T5EncoderModel(T5Config(feed_forward_proj="gated-gelu", **config))
    return randomise(model, torch.Generator().manual_seed(seed))


def ids(variant: str) -> torch.Tensor:
    """Random tokens, an end and padding, which the pipelines do not mask."""
    seed, length, config = VARIANTS[variant]
    tokens = torch.randint(2, config["vocab_size"], (3, length), generator=torch.Generator().manual_seed(seed + 1000))
    for row, end in enumerate((length // 2, length - 1, 0)):
        tokens[row, end] = 1
        tokens[row, end + 1:] = 0
    return tokens


def forward(model, io: dict[str, torch.Tensor]) -> torch.Tensor:
    return model(io["input_ids"])[0]


def main() -> None:
    out = arguments(__doc__).out
    for variant in VARIANTS:
        directory = fresh(out / f"t5-{variant}")
        model, io = build(variant), {"input_ids": ids(variant)}
        output = forward(model, io)
        io["last_hidden_state"] = output
        io["grad_output"] = randn(torch.Generator().manual_seed(5), *output.shape)
        grads = gradients((output * io["grad_output"]).sum(), dict(model.named_parameters()))
        model.save_pretrained(directory)
        half = bf16_outputs(forward, model, {"input_ids": io["input_ids"]})
        save_tensors(directory / "io.safetensors", io | grads | half)
        report(directory)


if __name__ == "__main__":
    main()
