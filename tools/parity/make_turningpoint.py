"""Credit of the steps, their advantages, and steps of TurningPoint-GRPO, computed by a checkout of it.

The checkout (github.com/YunzeTong/TurningPoint-GRPO, MIT licence) is named with --turningpoint and never copied here; the
committed fixtures come from its commit 994d26a. Its credit is a block in the middle of the training script, which is
taken out of the parsed file and run on random rewards.
"""

import ast
import pathlib
import types

import numpy as np
import torch
from diffusers import FlowMatchEulerDiscreteScheduler

from common import arguments, assigns, load, randn, save_json, save_tensors, statements

SCRIPT = "scripts/my_train_sd3_fast_with_op3.py"
STEPS, SHIFT = 6, 3.0
LATENT = (3, 2, 4)
DYNAMICS = {"flow-sde": ("sde", 0.7), "cps": ("cps", 0.8)}
SAMPLES, TRAINED, GROUPS = 12, 5, 3

# A turning point's reward R[n] - R[j-1] in the place of r[j], as the paper has it.
REPLACE = dict(take_delta_global_as_main=False, use_sde_minus_rt=True, drop_original_reward_when_having_bonus=True)
# R[n] - R[0] at every step and eta*r[j] on top.
BONUS = dict(take_delta_global_as_main=True)
DEFAULTS = dict(
    apply_first_step_bonus=True, use_delta_global=True, take_delta_global_as_main=False, eta=1.0,
    turn_on_bonus_global_step=0, select_first_step_only_from_consistent_trajectory=False,
    select_only_positive_intermediate_step=False, use_balanced_bonus=False,
    select_inter_step_only_from_consistent_trajectory=False, use_sde_minus_rt=False,
    drop_original_reward_when_having_bonus=False, propagate_bonus_to_future_steps=False,
    indicator_wo_delta_global_constraint=False,
)
CONSISTENT = dict(
    select_first_step_only_from_consistent_trajectory=True, select_inter_step_only_from_consistent_trajectory=True
)
BALANCED = dict(use_balanced_bonus=True)
CASES = {
    "incremental": REPLACE | dict(turn_on_bonus_global_step=100),
    "turning points": REPLACE,
    "never first": REPLACE | dict(apply_first_step_bonus=False),
    "consistent": REPLACE | CONSISTENT,
    "any flip": REPLACE | dict(indicator_wo_delta_global_constraint=True),
    "positive": REPLACE | dict(select_only_positive_intermediate_step=True),
    "balanced": REPLACE | BALANCED,
    "consistent, balanced": REPLACE | CONSISTENT | BALANCED,
    "propagated": REPLACE | dict(propagate_bonus_to_future_steps=True),
    "bonus": BONUS,
    "half bonus": BONUS | dict(eta=0.5),
    "bonus, balanced": BONUS | BALANCED,
    "bonus, delayed": BONUS | dict(turn_on_bonus_global_step=100),
}
COMPARED = ("incremental", "turning points", "bonus")  # advantages too


def credit_block(node):
    """The body of the loop over batches that turns rewards into process rewards."""
    if isinstance(node, ast.For) and any(assigns(line, "timestep_rewards") for line in node.body):
        return node.body
    return None


def rewards(seed: int, grain: int) -> torch.Tensor:
    """R[0..n] of every sample, multiples of 1/grain: differences are exact, and a coarse grain makes many zeros."""
    generator = torch.Generator().manual_seed(seed)
    return torch.round(randn(generator, SAMPLES, TRAINED + 1) * grain) / grain


def credit(code, trace: torch.Tensor, **options) -> tuple[torch.Tensor, torch.Tensor]:
    """The process rewards [N, n], and which of them a bonus went into."""
    sample = {
        "rewards": {"avg": trace[:, -1]}, "ode_rewards": {"avg": trace[:, 0]},
        "intermediate_results": [
            {"sde_steps_count": j, "rewards": {"avg": trace[:, j]}} for j in range(TRAINED, 0, -1)
        ],
    }
    config = types.SimpleNamespace(**(DEFAULTS | options))
    names = {"torch": torch, "sample": sample, "config": config, "global_step": 7}
    exec(code, names)
    return sample["process_rewards"], torch.stack(names["indicator_list"], dim=1) > 0


def balance_is_clear(code, trace: torch.Tensor, options: dict, points: torch.Tensor) -> bool:
    """Whether something was balanced away and no tie decided what: in a tie the reference is arbitrary."""
    _, before = credit(code, trace, **(options | dict(use_balanced_bonus=False)))
    overall = (trace[:, -1:] - trace[:, :1]).expand(-1, TRAINED)
    value = trace.diff(dim=1) if options["take_delta_global_as_main"] else overall
    dropped = before & ~points & (value != 0)
    sides = [side & dropped for side in (value > 0, value < 0)]
    return dropped.any() and not any(
        side.any() and value[points & (value.sign() == sign)].abs().min() <= value[side].abs().max()
        for side, sign in zip(sides, (1, -1))
    )


def credit_cases(code) -> list[dict]:
    cases = []
    for name, options in CASES.items():
        balanced = options.get("use_balanced_bonus", False)
        for seed in range(911, 1911):
            trace = rewards(seed, 4096 if balanced else 4)
            paid, points = credit(code, trace, **options)
            # A turning point worth nothing gets r[j] from the reference, because there a bonus of 0 is no bonus.
            worth_nothing = (points & (trace[:, -1:] == trace[:, :-1])).any()
            if not worth_nothing and (not balanced or balance_is_clear(code, trace, options, points)):
                break
        else:
            raise SystemExit(f"{name}: every draw has a tie")
        case = {"name": name, "rewards": trace.tolist(), "paid": paid.tolist()}
        if not options.get("propagate_bonus_to_future_steps"):  # which marks more than the turning points
            case["points"] = points.tolist()
        cases.append(case)
    return cases


def advantages(tracker, paid: list) -> dict:
    """One tracker for every step, as the training script keeps them."""
    paid = np.array(paid, dtype=np.float32)
    groups = [i % GROUPS for i in range(SAMPLES)]
    prompts = [f"prompt {g}" for g in groups]
    result = {"groups": groups}
    for key, whole in (("group_std", False), ("global_std", True)):
        steps = [tracker(global_std=whole).update(prompts, paid[:, t]) for t in range(TRAINED)]
        result[key] = np.stack(steps, axis=1).tolist()
    return result


def sampler_tensors(step) -> tuple[dict, list]:
    """Every step of the schedule at once, batch entry k being step k."""
    scheduler = FlowMatchEulerDiscreteScheduler(shift=SHIFT)
    scheduler.set_timesteps(STEPS)
    sigmas = scheduler.sigmas
    generator = torch.Generator().manual_seed(921)
    shape = (STEPS, *LATENT)
    x, v, noise = randn(generator, *shape), randn(generator, *shape), randn(generator, *shape)
    tensors = {"x": x, "v": v, "noise": noise, "sigmas": sigmas}
    cases = []
    for name, (kind, level) in DYNAMICS.items():
        common = dict(model_output=v, timestep=scheduler.timesteps, sample=x, noise_level=level, sde_type=kind)
        _, _, mean, s = step(scheduler, prev_sample=x, **common)
        std = s * torch.sqrt(sigmas[:-1] - sigmas[1:]).view_as(s) if kind == "sde" else s
        prev = mean + std * noise
        _, logprob, _, _ = step(scheduler, prev_sample=prev, **common)
        tensors |= {f"{name}.mean": mean, f"{name}.noise_level": s.flatten(), f"{name}.prev_sample": prev,
                    f"{name}.logprob": logprob}
        cases.append({"name": name, "dynamics": name, "noise_level": level})
    return tensors, cases


def main() -> None:
    flag = (("--turningpoint",), dict(type=pathlib.Path, required=True, help="checkout of TurningPoint-GRPO"))
    options = arguments(__doc__, flag)
    options.out.mkdir(parents=True, exist_ok=True)
    step = load(options.turningpoint, "flow_grpo/diffusers_patch/sd3_sde_with_logprob.py").sde_step_with_logprob
    tensors, sampler = sampler_tensors(step)
    save_tensors(options.out / "turningpoint.safetensors", tensors)
    tracker = load(options.turningpoint, "flow_grpo/stat_tracking.py").PerPromptStatTracker
    cases = credit_cases(statements(options.turningpoint, SCRIPT, credit_block))
    for case in cases:
        if case["name"] in COMPARED:
            case["advantages"] = advantages(tracker, case["paid"])
    save_json(
        options.out / "turningpoint.json", {"steps": STEPS, "shift": SHIFT, "sampler": sampler, "credit": cases}
    )


if __name__ == "__main__":
    main()
