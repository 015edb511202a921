"""What every fixture script shares: seeding, random weights, gradients, files."""

import argparse
import ast
import copy
import importlib.util
import json
import math
import pathlib
import shutil
import sys

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from safetensors.torch import save_file

DEFAULT_OUT = pathlib.Path(__file__).resolve().parents[2] / "core/src/test/resources/parity"


def settle() -> None:
    """One thread and the plain attention kernel, so that a rerun gives the same bits."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)


def arguments(description: str, *extra) -> argparse.Namespace:
    """Parses --out and the script's own arguments, each a (flags, keywords) pair."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--out", type=pathlib.Path, default=DEFAULT_OUT, help="fixture directory")
    for flags, keywords in extra:
        parser.add_argument(*flags, **keywords)
    settle()
    return parser.parse_args()


def checkout_file(checkout: pathlib.Path, file: str) -> pathlib.Path:
    path = checkout / file
    if not path.is_file():
        raise SystemExit(f"{path} not found: is {checkout} the right checkout?")
    return path


def load(checkout: pathlib.Path, file: str):
    """Imports one file of a checkout without running its package."""
    path = checkout_file(checkout, file)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def functions(checkout: pathlib.Path, file: str, names: tuple[str, ...], **known) -> dict:
    """Some functions of a file whose imports are too heavy to run; `known` are the modules that they use."""
    tree = ast.parse(checkout_file(checkout, file).read_text())
    wanted = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in names]
    if len(wanted) != len(names):
        raise SystemExit(f"{file} no longer has all of {', '.join(names)}")
    exec(compile(ast.Module(wanted, []), file, "exec"), known)
    return {name: known[name] for name in names}


def statements(checkout: pathlib.Path, file: str, choose):
    """Statements in the middle of a script as one code object: `choose` picks them from each block of the tree."""
    for node in ast.walk(ast.parse(checkout_file(checkout, file).read_text())):
        chosen = choose(node)
        if chosen:
            return compile(ast.Module(chosen, []), file, "exec")
    raise SystemExit(f"{file} no longer has the statements that the fixtures come from")


def assigns(node: ast.stmt, name: str) -> bool:
    """Whether the statement assigns to the variable `name`, or to the entry `name` of a dictionary."""
    if not isinstance(node, ast.Assign):
        return False
    target = node.targets[0]
    if isinstance(target, ast.Subscript):
        return isinstance(target.slice, ast.Constant) and target.slice.value == name
    return isinstance(target, ast.Name) and target.id == name


def fresh(directory: pathlib.Path) -> pathlib.Path:
    """Empties the directory of one fixture."""
    if directory.exists():
        shutil.rmtree(directory)
    directory.mkdir(parents=True)
    return directory


def randn(generator: torch.Generator, *shape: int, std: float = 1.0) -> torch.Tensor:
    return torch.randn(shape, generator=generator) * std


def randomise(module: torch.nn.Module, generator: torch.Generator) -> torch.nn.Module:
    """Draws every parameter anew: no zero bias, no unit norm weight, activations of order one."""
    with torch.no_grad():
        for name, parameter in sorted(module.named_parameters()):
            if parameter.ndim >= 2:
                std = min(0.3, 1.2 / math.sqrt(parameter[0].numel()))
                parameter.copy_(randn(generator, *parameter.shape, std=std))
            elif name.endswith("weight"):
                parameter.copy_(1 + randn(generator, *parameter.shape, std=0.3))
            else:
                parameter.copy_(randn(generator, *parameter.shape, std=0.2))
    return module.eval()


def gradients(loss: torch.Tensor, named: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Gradients of the loss by name, keys prefixed with `grad.`; every tensor must be reached."""
    grads = torch.autograd.grad(loss, list(named.values()), retain_graph=True)
    return {f"grad.{name}": grad for name, grad in zip(named, grads)}


def bf16_outputs(forward, model: torch.nn.Module, io: dict[str, torch.Tensor],
                 exact: tuple[str, ...] = ("sigma", "timestep", "guidance")) -> dict[str, torch.Tensor]:
    """What the library itself gives for the same samples in bfloat16: in passes of several sizes, with both attention
    kernels, and with the weights converted once or on the way (autocast).

    `bf16.sample.<i>` are those outputs that differ, `bf16.spread` the largest relative difference of two of them,
    `bf16.exact` the output in float32 and `bf16.error` the largest relative difference of one of them from it.
    """
    model = copy.deepcopy(model).requires_grad_(False)
    half = copy.deepcopy(model).to(torch.bfloat16)
    io = {name: value.detach() for name, value in io.items()}
    rounded = {name: value.to(torch.bfloat16) if value.is_floating_point() and name not in exact else value
               for name, value in io.items()}
    batch = len(next(iter(io.values())))

    def part(start: int, stop: int, times: int) -> torch.Tensor:
        rows = {k: v[start:stop].repeat(times, *[1] * (v.ndim - 1)) for k, v in rounded.items()}
        return forward(half, rows).float()[: stop - start]

    outputs = []
    for kernel in (SDPBackend.FLASH_ATTENTION, SDPBackend.MATH):
        with sdpa_kernel(kernel):
            outputs += [part(0, batch, times) for times in (1, 8)]
            outputs.append(torch.cat([part(i, i + 1, 1) for i in range(batch)]))
            with torch.autocast("cpu", torch.bfloat16):
                outputs.append(forward(model, io).float())
    spread = max((a - b).norm() / b.norm() for a in outputs for b in outputs)
    distinct = [o for i, o in enumerate(outputs) if not any(torch.equal(o, p) for p in outputs[:i])]
    exact = forward(model, io)
    error = max((o - exact).norm() / exact.norm() for o in outputs)
    return {f"bf16.sample.{i}": o for i, o in enumerate(distinct)} | {
        "bf16.spread": spread.reshape(1), "bf16.exact": exact, "bf16.error": error.reshape(1)
    }


def save_tensors(path: pathlib.Path, tensors: dict[str, torch.Tensor]) -> None:
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            raise ValueError(f"{path}: {name} is not finite")
    save_file({name: t.detach().clone().contiguous() for name, t in tensors.items()}, str(path))
    path.chmod(0o644)


def save_json(path: pathlib.Path, value) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n")


def report(directory: pathlib.Path) -> None:
    """Prints the size of a finished fixture and gives its files ordinary permissions."""
    files = [f for f in directory.rglob("*") if f.is_file()]
    for file in files:
        file.chmod(0o644)
    size = sum(f.stat().st_size for f in files)
    print(f"{directory.name}: {size / 1024:.0f} KiB", file=sys.stderr)
