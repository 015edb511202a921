"""LoRAs on the medium35 transformer, saved by PEFT and by diffusers, with their outputs and (of the plain one) gradients."""

import json

import torch
from diffusers import StableDiffusion3Pipeline
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict

import make_sd3
from common import arguments, fresh, gradients, randn, report, save_json, save_tensors

BASE = "medium35"
TARGETS = [
    "attn.add_k_proj", "attn.add_q_proj", "attn.add_v_proj", "attn.to_add_out",
    "attn.to_k", "attn.to_out.0", "attn.to_q", "attn.to_v",
]


def lora_config() -> LoraConfig:
    return LoraConfig(r=4, lora_alpha=8, init_lora_weights="gaussian", target_modules=TARGETS)


def pattern_config() -> LoraConfig:
    """Layers by an expression, and ranks and alphas of their own for some."""
    return LoraConfig(
        r=2, lora_alpha=3, init_lora_weights="gaussian", target_modules=r".*\.attn\.to_[qkv]",
        rank_pattern={"to_q": 3, r"transformer_blocks\.1\.attn\.to_k": 1}, alpha_pattern={"attn.to_q": 9, "to_v": 0.5},
    )


def short_name(name: str) -> str:
    """The tensor's name in the file, less the wrapper's prefix."""
    return name.removeprefix("base_model.model.").replace(".default.", ".")


def randomise_adapter(model) -> dict[str, torch.nn.Parameter]:
    """Draws A and B anew, in the order of their names, and returns them by name."""
    generator = torch.Generator().manual_seed(701)
    named = {short_name(n): p for n, p in sorted(model.named_parameters()) if "lora_" in n}
    with torch.no_grad():
        for parameter in named.values():
            parameter.copy_(randn(generator, *parameter.shape, std=0.3))
    return named


def ordered(value):
    """PEFT keeps target names in a set, whose order changes from run to run."""
    return sorted(value) if isinstance(value, (set, list)) else value


def save_diffusers(directory, config: LoraConfig) -> None:
    """The same adapter as diffusers writes it, with its metadata in the file's header."""
    transformer = make_sd3.build(BASE)
    transformer.add_adapter(config)
    randomise_adapter(transformer)
    metadata = {key: ordered(value) for key, value in transformer.peft_config["default"].to_dict().items()}
    StableDiffusion3Pipeline.save_lora_weights(
        directory,
        transformer_lora_layers=get_peft_model_state_dict(transformer),
        transformer_lora_adapter_metadata=metadata,
    )


def save_peft(model, directory) -> None:
    model.save_pretrained(directory)
    (directory / "README.md").unlink(missing_ok=True)
    config = json.loads((directory / "adapter_config.json").read_text())
    save_json(directory / "adapter_config.json", {key: ordered(value) for key, value in config.items()})


def plain(out) -> None:
    directory = fresh(out / "lora-peft")
    model = get_peft_model(make_sd3.build(BASE), lora_config())
    named, io = randomise_adapter(model), make_sd3.inputs(BASE)
    save_peft(model, directory)
    # In float64: in float32 these gradients are off by up to 8e-6, other processors' in other ways.
    model.double()
    sample = make_sd3.forward(model, {name: tensor.double() for name, tensor in io.items()})
    exact = {"sample": sample} | gradients((sample * io["grad_output"]).sum(), named)
    save_tensors(directory / "io.safetensors", io | {name: tensor.float() for name, tensor in exact.items()})
    save_diffusers(directory, lora_config())
    report(directory)


def patterns(out) -> None:
    directory = fresh(out / "lora-patterns")
    model = get_peft_model(make_sd3.build(BASE), pattern_config())
    randomise_adapter(model)
    with torch.no_grad():
        sample = make_sd3.forward(model, make_sd3.inputs(BASE))
    save_peft(model, directory)
    save_tensors(directory / "io.safetensors", {"sample": sample})
    save_diffusers(directory, pattern_config())
    report(directory)


def main() -> None:
    out = arguments(__doc__).out
    plain(out)
    patterns(out)


if __name__ == "__main__":
    main()
