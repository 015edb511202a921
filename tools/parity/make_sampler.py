"""Flow-SDE and CPS steps, and group-relative advantages, computed by a checkout of flow_grpo.

The checkout (github.com/yifan123/flow_grpo, MIT licence) is named with --reference and never copied here. It must
be recent enough to know CPS (sde_type="cps"); the committed fixtures come from its commit 54809b5.
"""

import pathlib

import numpy as np
import torch
from diffusers import FlowMatchEulerDiscreteScheduler

from common import arguments, load, randn, save_json, save_tensors

STEPS, SHIFT = 10, 3.0
LATENT = (3, 2, 4)
DYNAMICS = {"flow-sde": "sde", "cps": "cps"}
NOISE_LEVELS = (0.3, 0.7, 1.0)


def sampler_tensors(step) -> tuple[dict, list]:
    """Every step of the schedule at once, batch entry k being step k, under each dynamics and noise level."""
    scheduler = FlowMatchEulerDiscreteScheduler(shift=SHIFT)
    scheduler.set_timesteps(STEPS)
    sigma, sigma_next = scheduler.sigmas[:-1], scheduler.sigmas[1:]
    generator = torch.Generator().manual_seed(501)
    shape = (STEPS, *LATENT)
    x, v, drift = randn(generator, *shape), randn(generator, *shape), randn(generator, *shape, std=0.05)
    noise_seed = 502
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(noise_seed))
    tensors = {"x": x, "v": v, "v_new": v + drift, "noise": noise, "sigma": sigma, "sigma_next": sigma_next,
               "timestep": scheduler.timesteps}
    cases = []
    for dynamics, kind in DYNAMICS.items():
        for level in NOISE_LEVELS:
            name = f"{dynamics}-{level}"
            common = dict(timestep=scheduler.timesteps, sample=x, noise_level=level, sde_type=kind)
            prev, logprob, mean, s = step(
                scheduler, model_output=v, generator=torch.Generator().manual_seed(noise_seed), **common
            )
            std = s * torch.sqrt(sigma - sigma_next).view_as(s) if kind == "sde" else s
            torch.testing.assert_close(prev, mean + std * noise)
            v_new = tensors["v_new"].clone().requires_grad_()
            _, logprob_new, mean_new, _ = step(scheduler, model_output=v_new, prev_sample=prev, **common)
            (grad,) = torch.autograd.grad(logprob_new.sum(), v_new)
            tensors |= {
                f"{name}.prev_sample": prev, f"{name}.mean": mean, f"{name}.noise_level": s.flatten(),
                f"{name}.std": std.flatten(), f"{name}.logprob": logprob, f"{name}.mean_new": mean_new,
                f"{name}.logprob_new": logprob_new, f"{name}.grad.v_new": grad,
            }
            cases.append({"name": name, "dynamics": dynamics, "noise_level": level})
    return tensors, cases


def advantage_cases(tracker) -> list[dict]:
    """Group-relative advantages with the group's and with the batch's standard deviation."""
    random = np.random.default_rng(503)
    batches = {
        "even": ([g for g in range(4) for _ in range(6)], random.random(24)),
        "interleaved": ([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2], random.normal(20, 2, 12)),
        "constant group": ([0, 0, 0, 1, 1, 1], np.array([0.5, 0.5, 0.5, 0.0, 1.0, 0.25])),
        "all constant": ([0, 0, 1, 1], np.array([1.0, 1.0, 1.0, 1.0])),
    }
    cases = []
    for name, (groups, rewards) in batches.items():
        prompts = [f"prompt {g}" for g in groups]
        cases.append({
            "name": name, "groups": groups, "rewards": rewards.tolist(),
            "group_std": tracker(global_std=False).update(prompts, rewards).tolist(),
            "global_std": tracker(global_std=True).update(prompts, rewards).tolist(),
        })
    return cases


def main() -> None:
    flag = (("--reference",), dict(type=pathlib.Path, required=True, help="checkout of flow_grpo"))
    options = arguments(__doc__, flag)
    options.out.mkdir(parents=True, exist_ok=True)
    step = load(options.reference, "flow_grpo/diffusers_patch/sd3_sde_with_logprob.py").sde_step_with_logprob
    if "sde_type" not in step.__code__.co_varnames:
        raise SystemExit(f"{options.reference} is too old: its step does not know CPS")
    tensors, cases = sampler_tensors(step)
    save_tensors(options.out / "sampler.safetensors", tensors)
    save_json(options.out / "sampler.json", {"steps": STEPS, "shift": SHIFT, "cases": cases})
    tracker = load(options.reference, "flow_grpo/stat_tracking.py").PerPromptStatTracker
    save_json(options.out / "advantage.json", {"epsilon": 1e-4, "cases": advantage_cases(tracker)})


if __name__ == "__main__":
    main()
