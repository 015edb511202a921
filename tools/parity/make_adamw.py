"""torch.optim.AdamW on a small vector: the parameter and its moments after every step."""

import torch

from common import arguments, randn, save_json

STEPS, SIZE = 5, 6

# Gradients of ordinary size, and as small as a mean log-density makes them, where epsilon is felt.
CASES = {
    "usual": dict(scale=1.0, lr=1e-2, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-4),
    "tiny gradients": dict(scale=1e-7, lr=3e-4, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-4),
    "strong decay": dict(scale=0.1, lr=1e-3, betas=(0.9, 0.95), eps=1e-6, weight_decay=0.1),
}


def run(scale: float, generator: torch.Generator, **options) -> dict:
    parameter = torch.nn.Parameter(randn(generator, SIZE))
    optimizer = torch.optim.AdamW([parameter], foreach=False, **options)
    case = {"parameter": parameter.tolist(), "steps": []}
    for _ in range(STEPS):
        parameter.grad = randn(generator, SIZE, std=scale)
        optimizer.step()
        state = optimizer.state[parameter]
        case["steps"].append({
            "gradient": parameter.grad.tolist(), "parameter": parameter.tolist(),
            "exp_avg": state["exp_avg"].tolist(), "exp_avg_sq": state["exp_avg_sq"].tolist(),
        })
    return case


def main() -> None:
    out = arguments(__doc__).out
    out.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(801)
    cases = [{"name": name} | options | run(generator=generator, **options) for name, options in CASES.items()]
    save_json(out / "adamw.json", {"cases": cases})


if __name__ == "__main__":
    main()
