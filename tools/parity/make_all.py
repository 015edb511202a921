"""Runs every fixture script; with --check compares against the committed fixtures instead of replacing them."""

import argparse
import filecmp
import pathlib
import subprocess
import sys
import tempfile

from common import DEFAULT_OUT

HERE = pathlib.Path(__file__).resolve().parent
SCRIPTS = (
    "make_sd3", "make_flux", "make_vae", "make_clip", "make_t5", "make_tokens", "make_schedule", "make_pipeline",
    "make_flux_pipeline", "make_lora", "make_adamw", "make_preference",
)


# Scripts that run a checkout of a reference implementation, by the option that names it.
REFERENCES = {"reference": "make_sampler", "dancegrpo": "make_dancegrpo", "turningpoint": "make_turningpoint"}


def generate(out: pathlib.Path, options: argparse.Namespace) -> None:
    for script in SCRIPTS:
        subprocess.run([sys.executable, HERE / f"{script}.py", "--out", out], check=True)
    for option, script in REFERENCES.items():
        checkout = getattr(options, option)
        if checkout is None:
            print(f"{script} left out: it needs --{option}", file=sys.stderr)
        else:
            command = [sys.executable, HERE / f"{script}.py", "--out", out, f"--{option}", checkout]
            subprocess.run(command, check=True)


def differing(made: pathlib.Path, committed: pathlib.Path) -> list[str]:
    """Names of the generated files whose bytes differ from the committed ones, or that are not committed."""
    names = [f.relative_to(made) for f in sorted(made.rglob("*")) if f.is_file()]
    return [
        str(name) for name in names
        if not (committed / name).is_file() or not filecmp.cmp(made / name, committed / name, shallow=False)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, default=DEFAULT_OUT, help="fixture directory")
    parser.add_argument("--reference", type=pathlib.Path, help="checkout of flow_grpo, for the sampler fixtures")
    parser.add_argument("--dancegrpo", type=pathlib.Path, help="checkout of DanceGRPO")
    parser.add_argument("--turningpoint", type=pathlib.Path, help="checkout of TurningPoint-GRPO")
    parser.add_argument("--check", action="store_true", help="write to a temporary directory and compare")
    options = parser.parse_args()
    if not options.check:
        generate(options.out, options)
        return
    with tempfile.TemporaryDirectory() as scratch:
        generate(pathlib.Path(scratch), options)
        changed = differing(pathlib.Path(scratch), options.out)
    if changed:
        raise SystemExit("these fixtures differ: " + ", ".join(changed))
    print("every generated file has the committed bytes")


if __name__ == "__main__":
    main()
