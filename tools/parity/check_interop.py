"""Compares what Meander generates with what diffusers generates from the same noise.

    python check_interop.py --run runs/quickstart [--model models/toybox-sd3]

checks, in this order: (a) the bare model, (b) the LoRA that the run trained, from its PEFT files and from its
pytorch_lora_weights.safetensors, the raw one too where the run kept an average, and (c) the directory that `meander merge`
makes of it. It calls Meander itself. No pixel may differ by more than --pixels 255ths.

    python check_interop.py --model DIR --noise noise.safetensors --latents out.safetensors --prompt "a red circle"

compares one file that Meander wrote before. The noise file holds `noise` [B, C, h, w], the other one `latents` of that shape
and may hold `image` [B, 3, H, W] in 0..1. One prompt serves the whole batch; otherwise give one for each sample.

DIR is a diffusers directory (no T5). Every tensor name of the model and of the adapter must be one that diffusers or PEFT
knows, and none may be missing.
"""

import argparse
import json
import logging
import pathlib
import subprocess
import sys
import tempfile

import torch
from diffusers import StableDiffusion3Pipeline
from peft import PeftModel, get_peft_model_state_dict
from safetensors.torch import load_file, save_file

from common import settle

COMPONENTS = ("transformer", "vae", "text_encoder", "text_encoder_2")
HOME = pathlib.Path(__file__).resolve().parents[2]
PROMPTS = ["a photo of two red circles", "a photo of a blue star", "a photo of a green square above a yellow circle", "a photo of a cross"]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, default=HOME / "models/toybox-sd3")
    parser.add_argument("--run", type=pathlib.Path, help="directory of a finished `meander train` with a LoRA")
    parser.add_argument("--meander", type=pathlib.Path, default=HOME / "meander", help="the launcher")
    parser.add_argument("--noise", type=pathlib.Path)
    parser.add_argument("--latents", type=pathlib.Path)
    parser.add_argument("--adapter", type=pathlib.Path, help="PEFT directory, or diffusers' pytorch_lora_weights")
    parser.add_argument("--prompt", action="append", default=[])
    parser.add_argument("--prompts", type=pathlib.Path, help="text file, a prompt a line, or JSON with a `prompts` list")
    parser.add_argument("--negative-prompt", default="")
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--guidance", type=float, default=4.5)
    parser.add_argument("--max-sequence-length", type=int,
                        help="zero rows that stand for T5's output (default: what DIR/meander.json says, else 256)")
    parser.add_argument("--tolerance", type=float, default=1e-4, help="largest difference, relative to the largest value")
    parser.add_argument("--pixels", type=float, default=2, help="with --run: largest difference of a pixel, in 255ths")
    options = parser.parse_args()
    if not options.run and not (options.noise and options.latents):
        parser.error("give --run, or both --noise and --latents")
    if options.max_sequence_length is None:
        settings = options.model / "meander.json"
        options.max_sequence_length = json.loads(settings.read_text())["t5_tokens"] if settings.is_file() else 256
    return options


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
    if adapter.is_file():
        file, prefix = adapter, "transformer."
        pipe.load_lora_weights(adapter.parent, weight_name=adapter.name)
    elif (adapter / "adapter_config.json").is_file():
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


def pixels(name: str, ours: torch.Tensor, theirs: torch.Tensor, allowed: float) -> bool:
    largest = (ours - theirs).abs().max().item() * 255
    bytes_differ = ((ours * 255).round() != (theirs * 255).round()).float().mean().item()
    verdict = "ok" if largest <= allowed else "TOO LARGE"
    print(f"{name}: largest difference {largest:.3g}/255, {bytes_differ:.2%} of the 8-bit values differ: {verdict}", flush=True)
    return largest <= allowed


def meander(options: argparse.Namespace, *words) -> None:
    subprocess.run([options.meander, *map(str, words)], check=True, stdout=subprocess.DEVNULL)


def draw(options: argparse.Namespace, scratch: pathlib.Path, texts: list[str], *words) -> torch.Tensor:
    """The pictures that Meander makes from scratch/noise.safetensors."""
    out = scratch / "ours.safetensors"
    meander(options, "generate", *texts, "--noise", scratch / "noise.safetensors", "--save-latents", out,
            "--steps", options.steps, "--guidance", options.guidance, "--negative", options.negative_prompt,
            "--out", scratch / "sheet.png", *words)
    return tensor(out, "image")


def check_run(options: argparse.Namespace, scratch: pathlib.Path) -> bool:
    pipe = load_pipeline(options.model)
    config = pipe.transformer.config
    texts = options.prompt or PROMPTS
    generator = torch.Generator().manual_seed(20)
    noise = torch.randn(len(texts), config.in_channels, config.sample_size, config.sample_size, generator=generator)
    save_file({"noise": noise}, str(scratch / "noise.safetensors"))

    def theirs(model: pathlib.Path, adapter: pathlib.Path | None = None) -> torch.Tensor:
        fresh = load_pipeline(model)
        if adapter:
            add_adapter(fresh, adapter)
        return generate(fresh, noise, texts, options)["image"]

    bare = draw(options, scratch, texts, "--model", options.model)
    passed = [pixels("(a) the model", bare, theirs(options.model), options.pixels)]
    for name in ("adapter", "adapter-raw"):
        directory = options.run / name
        if not directory.is_dir():
            continue
        ours = draw(options, scratch, texts, "--model", options.model, "--adapter", directory)
        changed = (ours - bare).abs().max().item() * 255
        print(f"    {name} changes the pictures by up to {changed:.0f}/255")
        passed.append(changed > options.pixels)
        passed.append(pixels(f"(b) {name}, PEFT", ours, theirs(options.model, directory), options.pixels))
        file = directory / "pytorch_lora_weights.safetensors"
        passed.append(pixels(f"(b) {name}, diffusers", ours, theirs(options.model, file), options.pixels))
        if name == "adapter":
            merged = scratch / "merged"
            meander(options, "merge", options.run, "--model", options.model, "--out", merged)
            again = draw(options, scratch, texts, "--model", merged)
            passed.append(pixels("(c) the merged directory", again, theirs(merged), options.pixels))
            print(f"    beside the adapter, the merged weights' rounding changes up to {(again - ours).abs().max().item() * 255:.3g}/255")
    return all(passed)


def main() -> None:
    options = arguments()
    settle()
    logging.getLogger("diffusers").setLevel(logging.ERROR)
    if options.run:
        with tempfile.TemporaryDirectory() as scratch:
            sys.exit(0 if check_run(options, pathlib.Path(scratch)) else 1)
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
