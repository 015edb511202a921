"""The quickstart's loop as a careful user of PyTorch, diffusers and PEFT would write it, beside `meander train quickstart`.

    python bench_loop.py [--turns 3] [--rollouts 3] [--threads 2] [--kinds eager,compile,bfloat16]

runs Meander and every kind of loop turn about, each in a process of its own, and prints seconds of sampling (with decoding),
of updating and of both, peak memory, and how many times Meander's images/s are the other's: the median and the spread over
turns. The first rollout of each process, which warms up and compiles, does not count. Same model, prompts a rollout, group
size, steps, window, adapters, batches and optimizer; rewards, which take next to nothing, are left out of the loop.

    python bench_loop.py --run eager|compile|bfloat16 [--rollouts 3] [--threads 2]

is one loop alone, as JSON. Build Meander before (./meander --version). `compile` needs a C++ compiler, `bfloat16` a processor
that multiplies it (elsewhere it is slow, not wrong).
"""

import argparse
import json
import math
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

HOME = pathlib.Path(__file__).resolve().parents[2]
PROMPTS, GROUP, STEPS, WINDOW, NOISE = 12, 16, 10, 4, 0.7
UPDATES, MICRO, RANK, ALPHA, CLIP, NORM = 2, 96, 16, 32, 1e-4, 1.0
TARGETS = ["attn.add_k_proj", "attn.add_q_proj", "attn.add_v_proj", "attn.to_add_out", "attn.to_k", "attn.to_out.0", "attn.to_q", "attn.to_v"]


def loop(kind: str, rollouts: int, threads: int) -> dict:
    import torch
    from diffusers import StableDiffusion3Pipeline
    from peft import LoraConfig

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    pipe = StableDiffusion3Pipeline.from_pretrained(
        HOME / "models/toybox-sd3", dtype=torch.float32, text_encoder_3=None, tokenizer_3=None)
    transformer, vae = pipe.transformer, pipe.vae
    transformer.requires_grad_(False)
    vae.requires_grad_(False)
    transformer.add_adapter(LoraConfig(r=RANK, lora_alpha=ALPHA, init_lora_weights="gaussian", target_modules=TARGETS))
    trained = [p for p in transformer.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=2e-3, fused=True)
    network = torch.compile(transformer) if kind == "compile" else transformer
    decode = torch.compile(vae.decode) if kind == "compile" else vae.decode
    mixed = torch.autocast("cpu", dtype=torch.bfloat16, enabled=kind == "bfloat16")
    pipe.scheduler.set_timesteps(STEPS)
    sigmas = pipe.scheduler.sigmas.double()

    colours = ["red", "green", "blue", "yellow", "cyan", "purple"]
    prompts = [f"a photo of a {a} circle and a {b} square" for a in colours[:4] for b in colours[3:]][:PROMPTS]
    with torch.no_grad():
        rows, _, pooled, _ = pipe.encode_prompt(
            prompt=prompts, prompt_2=None, prompt_3=None, do_classifier_free_guidance=False, max_sequence_length=0)
    rows, pooled = rows.repeat_interleave(GROUP, 0), pooled.repeat_interleave(GROUP, 0)
    images = PROMPTS * GROUP

    def step(x, v, k):
        """flow_grpo's SDE step: mean and deviation for steps k, one a row."""
        sigma, after = sigmas[k].float().view(-1, 1, 1, 1), sigmas[k + 1].float().view(-1, 1, 1, 1)
        dt = after - sigma
        top = torch.where(sigma == 1, sigmas[1].float(), sigma)
        level = NOISE * torch.sqrt(sigma / (1 - top))
        mean = x * (1 + level**2 / (2 * sigma) * dt) + v * (1 + level**2 * (1 - sigma) / (2 * sigma)) * dt
        return mean, level * torch.sqrt(-dt)

    def density(x, mean, deviation):
        return (-((x - mean) ** 2) / (2 * deviation**2) - deviation.log() - 0.5 * math.log(2 * math.pi)).mean((1, 2, 3))

    def velocity(x, k, rows, pooled):
        with mixed:
            return network(hidden_states=x, timestep=sigmas[k].float() * 1000, encoder_hidden_states=rows,
                           pooled_projections=pooled, return_dict=False)[0].float()

    def sample():
        x = torch.randn(images, 16, 8, 8)
        before, after, densities = [], [], []
        with torch.no_grad():
            for k in range(STEPS):
                at = torch.full((images,), k)
                v = velocity(x, at, rows, pooled)
                if k < WINDOW:
                    mean, deviation = step(x, v, at)
                    y = mean + deviation * torch.randn_like(mean)
                    before.append(x)
                    after.append(y)
                    densities.append(density(y, mean, deviation))
                    x = y
                else:
                    x = x + v * (sigmas[k + 1] - sigmas[k]).float()
            pixels = []
            for some in x.split(16):
                with mixed:
                    pixels.append(decode(some / vae.config.scaling_factor + vae.config.shift_factor, return_dict=False)[0].float())
            pixels = ((torch.cat(pixels).clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
        return pixels, torch.stack(before, 1), torch.stack(after, 1), torch.stack(densities, 1)

    def update(before, after, densities):
        advantages = torch.randn(images)  # what a reward would say
        size = images // UPDATES
        for u in range(UPDATES):
            row = torch.arange(u * size, (u + 1) * size).repeat_interleave(WINDOW)
            column = torch.arange(WINDOW).repeat(size)
            for i, j in zip(row.split(MICRO), column.split(MICRO)):
                v = velocity(before[i, j], j, rows[i], pooled[i])
                mean, deviation = step(before[i, j], v, j)
                ratio = (density(after[i, j], mean, deviation) - densities[i, j]).exp()
                a = advantages[i]
                loss = torch.maximum(-a * ratio, -a * ratio.clamp(1 - CLIP, 1 + CLIP)).sum() / len(row)
                loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, NORM)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)

    sampling, updating = [], []
    for _ in range(rollouts + 1):
        start = time.perf_counter()
        _, *transitions = sample()
        middle = time.perf_counter()
        update(*transitions)
        sampling.append(middle - start)
        updating.append(time.perf_counter() - middle)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"sampling": sampling[1:], "updating": updating[1:], "peak_mebibytes": peak}


def meander(rollouts: int, threads: int, more: list[str]) -> dict:
    with tempfile.TemporaryDirectory() as directory:
        run = pathlib.Path(directory) / "run"
        settings = [f"rollouts={rollouts + 1}", f"threads={threads}", "evaluation.limit=1", "evaluation.every=0",
                    "insight.every=0", "checkpoints.every=1000", *more]
        command = [HOME / "meander", "train", "quickstart", "--out", run]
        for setting in settings:
            command += ["--set", setting]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        events = [json.loads(line) for line in open(run / "metrics.jsonl")]
    seconds = lambda kind: [e["timing"]["seconds"] for e in events if e["type"] == kind][1:]
    peak = max(e["timing"]["peak_mebibytes"] for e in events if e["type"] == "memory_measured")
    return {"sampling": seconds("rollout_finished"), "updating": seconds("update_finished"), "peak_mebibytes": peak}


def apart(kind: str, rollouts: int, threads: int) -> dict:
    command = [sys.executable, __file__, "--run", kind, "--rollouts", str(rollouts), "--threads", str(threads)]
    env = dict(os.environ, OMP_NUM_THREADS=str(threads))
    return json.loads(subprocess.run(command, check=True, env=env, stdout=subprocess.PIPE).stdout)


def compare(options) -> None:
    runs = {"meander": lambda: meander(options.rollouts, options.threads, options.set)}
    for kind in options.kinds.split(","):
        runs[kind] = lambda kind=kind: apart(kind, options.rollouts, options.threads)
    found = {name: [] for name in runs}
    for turn in range(options.turns):
        for name, run in runs.items():
            result = run()
            result["both"] = [a + b for a, b in zip(result["sampling"], result["updating"])]
            found[name].append(result)
            print(f"turn {turn + 1}, {name}: " + ", ".join(
                f"{part} {statistics.median(result[part]):.2f} s" for part in ("sampling", "updating", "both"))
                + f", peak {result['peak_mebibytes']:.0f} MiB", flush=True)
    print(f"\nMeander's images/s over the loop's, {options.threads} threads, {PROMPTS * GROUP} images a rollout:"
          " median of turns (lowest to highest)")
    for kind in list(runs)[1:]:
        line = []
        for part in ("sampling", "updating", "both"):
            ratios = sorted(statistics.median(theirs[part]) / statistics.median(ours[part])
                            for ours, theirs in zip(found["meander"], found[kind]))
            line.append(f"{part} {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")
        memory = statistics.median(o["peak_mebibytes"] / t["peak_mebibytes"] for o, t in zip(found["meander"], found[kind]))
        print(f"{kind}: " + ", ".join(line) + f"; memory {memory:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", choices=["eager", "compile", "bfloat16"])
    parser.add_argument("--kinds", default="eager")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--rollouts", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of Meander's run")
    options = parser.parse_args()
    if options.run:
        print(json.dumps(loop(options.run, options.rollouts, options.threads)))
    else:
        compare(options)


if __name__ == "__main__":
    main()
