"""Steps, noise levels and best-of-n of DanceGRPO, computed by a checkout of it.

The checkout (github.com/XueZeyue/DanceGRPO, Apache-2.0 licence) is named with --dancegrpo and never copied here; the
committed fixtures come from its commit 15cc71d. Its training scripts need a cluster's libraries to import, so the
functions and statements are taken out of the parsed files.
"""

import math
import pathlib
import types

import torch

from common import arguments, assigns, functions, randn, save_json, save_tensors, statements

FLUX, VIDEO = "fastvideo/train_grpo_flux.py", "fastvideo/train_grpo_hunyuan.py"
STEPS, SHIFT = 12, 3.0
LATENT = (3, 2, 4)
ETAS = (0.1, 0.3, 0.7)
GROUP, BEST_OF = 12, 6
COEFFICIENTS = (1.0, 0.5)


def sampler_tensors(step, shift) -> tuple[dict, list]:
    """Every step of the schedule but the last, batch entry k being step k, for each eta."""
    sigmas = shift(SHIFT, torch.linspace(1, 0, STEPS + 1))
    generator = torch.Generator().manual_seed(901)
    shape = (STEPS - 1, *LATENT)
    x, v, noise = randn(generator, *shape), randn(generator, *shape), randn(generator, *shape)
    v_new = v + randn(generator, *shape, std=0.05)
    tensors = {"x": x, "v": v, "v_new": v_new, "noise": noise, "sigmas": sigmas}
    cases = []
    for eta in ETAS:
        rows = []
        for k in range(STEPS - 1):
            one = slice(k, k + 1)
            mean, _ = step(v[one], x[one], eta, sigmas, k, None, grpo=False, sde_solver=True)
            std = eta * torch.sqrt(sigmas[k] - sigmas[k + 1])
            prev = mean + std * noise[one]
            _, _, logprob = step(v[one], x[one], eta, sigmas, k, prev, grpo=True, sde_solver=True)
            moved = v_new[one].clone().requires_grad_()
            _, _, logprob_new = step(moved, x[one], eta, sigmas, k, prev, grpo=True, sde_solver=True)
            (grad,) = torch.autograd.grad(logprob_new.sum(), moved)
            rows.append(dict(mean=mean, prev_sample=prev, logprob=logprob, logprob_new=logprob_new, grad=grad))
        name = f"dance-{eta}"
        tensors |= {f"{name}.{key}": torch.cat([row[key] for row in rows]) for key in rows[0]}
        cases.append({"name": name, "eta": eta})
    return tensors, cases


def best_of_n(code) -> dict:
    """The advantages of two rewards, their sum, and which samples of the one group are trained."""
    generator = torch.Generator().manual_seed(902)
    rewards = {"vq_rewards": randn(generator, GROUP), "mq_rewards": 20 + randn(generator, GROUP, std=5)}
    options = types.SimpleNamespace(
        num_generations=GROUP, bestofn=BEST_OF, vq_coef=COEFFICIENTS[0], mq_coef=COEFFICIENTS[1]
    )
    names = {"torch": torch, "args": options, "samples": dict(rewards)}
    exec(code, names)
    samples = names["samples"]
    return {
        "best_of": BEST_OF, "weights": COEFFICIENTS, "rewards": [r.tolist() for r in rewards.values()],
        "advantages": [samples["vq_advantages"].tolist(), samples["mq_advantages"].tolist()],
        "total": names["total_scores"].tolist(), "kept": sorted(names["selected_indices"].tolist()),
    }


def best_of_n_statements(node):
    """From the number of groups to the chosen indices."""
    body = getattr(node, "body", None)
    if not isinstance(body, list):
        return None
    first = [i for i, line in enumerate(body) if assigns(line, "vq_advantages")]
    last = [i for i, line in enumerate(body) if assigns(line, "selected_indices")]
    return body[first[0] - 1:last[0] + 1] if first and last else None


def main() -> None:
    flag = (("--dancegrpo",), dict(type=pathlib.Path, required=True, help="checkout of DanceGRPO"))
    options = arguments(__doc__, flag)
    options.out.mkdir(parents=True, exist_ok=True)
    own = functions(options.dancegrpo, FLUX, ("flux_step", "sd3_time_shift"), torch=torch, math=math)
    tensors, cases = sampler_tensors(own["flux_step"], own["sd3_time_shift"])
    save_tensors(options.out / "dancegrpo.safetensors", tensors)
    best = best_of_n(statements(options.dancegrpo, VIDEO, best_of_n_statements))
    save_json(options.out / "dancegrpo.json", {"steps": STEPS, "shift": SHIFT, "cases": cases, "best_of_n": best})


if __name__ == "__main__":
    main()
