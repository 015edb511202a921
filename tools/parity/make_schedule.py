"""FlowMatchEulerDiscreteScheduler: sigmas and timesteps, statically shifted and with the dynamic shifts of FLUX and Stable Diffusion 3."""

import json
import math

import numpy as np
from diffusers import FlowMatchEulerDiscreteScheduler
from diffusers.pipelines.flux.pipeline_flux import calculate_shift
from diffusers.pipelines.stable_diffusion_3.pipeline_stable_diffusion_3 import calculate_shift as sd3_shift

from common import arguments

STEPS = (1, 2, 3, 5, 10, 20, 28, 40, 50)
SHIFTS = (1.0, 2.0, 3.0, 5.0)
TOKENS = (64, 256, 1024, 2304, 4096, 6144)
DYNAMIC_STEPS = (4, 10, 28)


def values(scheduler) -> dict:
    """The schedule as numbers that are exact when read back as float32."""
    return {"sigmas": scheduler.sigmas.tolist(), "timesteps": scheduler.timesteps.tolist()}


def static_case(steps: int, shift: float) -> dict:
    scheduler = FlowMatchEulerDiscreteScheduler(shift=shift)
    scheduler.set_timesteps(steps)
    return {"steps": steps, "shift": shift} | values(scheduler)


def dynamic_case(steps: int, tokens: int, scheduler) -> dict:
    """As FLUX's pipeline calls it: evenly spaced sigmas down to 1/T, and mu from the image token count."""
    config = scheduler.config
    mu = calculate_shift(
        tokens, config.base_image_seq_len, config.max_image_seq_len, config.base_shift, config.max_shift
    )
    scheduler.set_timesteps(sigmas=np.linspace(1.0, 1 / steps, steps), mu=mu)
    return {"steps": steps, "tokens": tokens, "mu": mu, "exp_mu": math.exp(mu)} | values(scheduler)


def sd3_dynamic_case(steps: int, tokens: int, scheduler) -> dict:
    """As Stable Diffusion 3's pipeline calls it: mu from the image token count, sigmas from the training table."""
    config = scheduler.config
    mu = sd3_shift(tokens, config.base_image_seq_len, config.max_image_seq_len, config.base_shift, config.max_shift)
    scheduler.set_timesteps(steps, mu=mu)
    return {"steps": steps, "tokens": tokens, "mu": mu} | values(scheduler)


def flux_case(steps: int, shift: float) -> dict:
    """As FLUX's pipeline calls a scheduler without dynamic shift."""
    scheduler = FlowMatchEulerDiscreteScheduler(shift=shift)
    scheduler.set_timesteps(sigmas=np.linspace(1.0, 1 / steps, steps), mu=0.5)
    return {"steps": steps, "shift": shift} | values(scheduler)


def config_of(scheduler) -> dict:
    public = {key: value for key, value in scheduler.config.items() if not key.startswith("_")}
    return {"_class_name": type(scheduler).__name__} | public


def lines(cases: list[dict]) -> str:
    return "[\n  " + ",\n  ".join(json.dumps(case) for case in cases) + "\n ]"


def main() -> None:
    out = arguments(__doc__).out
    out.mkdir(parents=True, exist_ok=True)
    flux = FlowMatchEulerDiscreteScheduler(
        shift=3.0, use_dynamic_shifting=True, base_shift=0.5, max_shift=1.15, base_image_seq_len=256,
        max_image_seq_len=4096,
    )
    static = [static_case(steps, shift) for shift in SHIFTS for steps in STEPS]
    dynamic = [dynamic_case(steps, tokens, flux) for tokens in TOKENS for steps in DYNAMIC_STEPS]
    sd3_dynamic = [sd3_dynamic_case(steps, tokens, flux) for tokens in TOKENS for steps in DYNAMIC_STEPS]
    flux_static = [flux_case(steps, shift) for shift in (1.0, 3.0) for steps in STEPS]
    (out / "schedule.json").write_text(
        "{\n"
        f' "static_config": {json.dumps(config_of(FlowMatchEulerDiscreteScheduler(shift=3.0)))},\n'
        f' "static": {lines(static)},\n'
        f' "dynamic_config": {json.dumps(config_of(flux))},\n'
        f' "dynamic": {lines(dynamic)},\n'
        f' "sd3_dynamic": {lines(sd3_dynamic)},\n'
        f' "flux_static": {lines(flux_static)}\n'
        "}\n"
    )


if __name__ == "__main__":
    main()
