"""Compares diffusers' StableDiffusion3Pipeline with latents that Meander generated from the same noise.

    python check_interop.py --model DIR --noise noise.safetensors --latents out.safetensors --prompt "a red circle"

DIR is a diffusers directory (no T5). The noise file holds `noise` [B, C, h, w], the other one `latents` of that shape and
may hold `image` [B, 3, H, W] in 0..1. One prompt serves the whole batch; otherwise give one for each sample. Every
tensor name of the model and of the adapter must be one that diffusers or PEFT knows, and none may be missing.
"""

import argparse
import json
import logging
import pathlib
import sys

import torch
from diffusers import StableDiffusion3Pipeline
from peft import PeftModel, get_peft_model_state_dict
from safetensors.torch import load_file

from common import settle

COMPONENTS = ("transformer", "vae", "text_encoder", "text_encoder_2")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--noise", type=pathlib.Path, required=True)
    parser.add_argument("--latents", type=pathlib.Path, required=True)
    parser.add_argument("--adapter", type=pathlib.Path, help="PEFT directory, or diffusers' pytorch_lora_weights")
    parser.add_argument("--prompt", action="append", default=[])
    parser.add_argument("--prompts", type=pathlib.Path, help="text file, a prompt a line, or JSON with a `prompts` list")
    parser.add_argument("--negative-prompt", default="")
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--guidance", type=float, default=4.5)
    parser.add_argument("--max-sequence-length", type=int, default=256, help="zero rows that stand for T5's output")
    parser.add_argument("--tolerance", type=float, default=1e-4, help="largest difference, relative to the largest value")
    return parser.parse_args()


def prompts(options: argparse.Namespace, batch: int) -> list[str]:
    texts = list(options.prompt)
    if options.prompts:
        content = options.prompts.read_text()
        json_file = options.prompts.suffix == ".json"
        texts += json.loads(content)["prompts"] if json_file else [line for line in content.splitlines() if line]
    if len(texts) == 1:
        texts *= batch
    if len(texts) != batch:
        raise SystemExit(f"{len(texts)} prompts for {batch} noise samples: give one prompt, or one for each")
    return texts


def tensor(path: pathlib.Path, name: str) -> torch.Tensor:
    tensors = load_file(path)
    if name not in tensors:
        raise SystemExit(f"{path} has no tensor `{name}`, only {sorted(tensors)}")
    return tensors[name].float()


def complain(where: pathlib.Path, found: set[str], wanted: set[str]) -> None:
    if found != wanted:
        raise SystemExit(f"{where}: unknown tensors {sorted(found - wanted)}, missing tensors {sorted(wanted - found)}")


def load_pipeline(directory: pathlib.Path) -> StableDiffusion3Pipeline:
    """The pipeline in float32, after comparing the tensor names in its files with those diffusers expects."""
    pipe = StableDiffusion3Pipeline.from_pretrained(
        directory, text_encoder_3=None, tokenizer_3=None, dtype=torch.float32, local_files_only=True
    )
    for name in COMPONENTS:
        found = {key for file in (directory / name).glob("*.safetensors") for key in load_file(file)}
        complain(directory / name, found, set(getattr(pipe, name).state_dict()))
    pipe.set_progress_bar_config(disable=True)
    return pipe


def add_adapter(pipe: StableDiffusion3Pipeline, adapter: pathlib.Path) -> None:
    """Puts a LoRA on the transformer, after comparing its tensor names with those of the modules it targets."""
    if (adapter / "adapter_config.json").is_file():
        file, prefix = adapter / "adapter_model.safetensors", ""
        pipe.transformer = PeftModel.from_pretrained(pipe.transformer, adapter).eval()
    else:
        file, prefix = adapter / "pytorch_lora_weights.safetensors", "transformer."
        pipe.load_lora_weights(adapter, weight_name=file.name)
    name = next(iter(pipe.transformer.peft_config))
    wanted = {prefix + key for key in get_peft_model_state_dict(pipe.transformer, adapter_name=name)}
    complain(file, set(load_file(file)), wanted)


def generate(pipe, noise: torch.Tensor, texts: list[str], options: argparse.Namespace) -> dict[str, torch.Tensor]:
    scale = pipe.vae_scale_factor
    with torch.no_grad():
        latents = pipe(
            texts, negative_prompt=[options.negative_prompt] * len(texts), latents=noise,
            height=noise.shape[2] * scale, width=noise.shape[3] * scale, num_inference_steps=options.steps,
            guidance_scale=options.guidance, max_sequence_length=options.max_sequence_length, output_type="latent",
        ).images
        config = pipe.vae.config
        decoded = pipe.vae.decode(latents / config.scaling_factor + (config.shift_factor or 0)).sample
    return {"latents": latents, "image": (decoded / 2 + 0.5).clamp(0, 1)}


def within(name: str, ours: torch.Tensor, theirs: torch.Tensor, tolerance: float) -> bool:
    if ours.shape != theirs.shape:
        print(f"{name}: shape {list(ours.shape)}, diffusers has {list(theirs.shape)}")
        return False
    largest, scale = (ours - theirs).abs().max().item(), theirs.abs().max().item()
    relative = largest / scale
    verdict = "ok" if relative <= tolerance else "TOO LARGE"
    print(f"{name}: largest difference {largest:.3g} of {scale:.3g}, relative {relative:.3g}: {verdict}")
    return relative <= tolerance


def main() -> None:
    options = arguments()
    settle()
    logging.getLogger("diffusers").setLevel(logging.ERROR)
    noise = tensor(options.noise, "noise")
    texts = prompts(options, len(noise))
    pipe = load_pipeline(options.model)
    if options.adapter:
        add_adapter(pipe, options.adapter)
    theirs = generate(pipe, noise, texts, options)
    names = ["latents"] + (["image"] if "image" in load_file(options.latents) else [])
    passed = [within(name, tensor(options.latents, name), theirs[name], options.tolerance) for name in names]
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
