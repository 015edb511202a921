"""Rebuilds the adapter of a run outside of Meander and says how far it is from the run's own.

    python replay_run.py RUN [--model DIR] [--tolerance 1e-3]

Written from docs/equations.md alone, with PyTorch's autograd and AdamW, diffusers' transformer and encoders and PEFT's
adapters. Of the run it reads recipe.yaml, the prompts and rewards in traces/ (images are not drawn again), and the weights of
the last checkpoint; everything else is computed anew: noise, trajectories, densities, credits, advantages, the choice of
steps, losses, updates and the moving average. For every rollout it prints the largest differences of credits and advantages
from those in the trace and counts turning points and trained steps that differ; at the end the distance of the weights,
relative to the change that training made. Exits with 1 where that is above the tolerance.

Stable Diffusion 3 models without T5, LoRA, float32, one process.
"""

import argparse
import json
import logging
import math
import pathlib
import sys

import numpy as np
import torch
import yaml
import diffusers
import transformers
from diffusers import StableDiffusion3Pipeline
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file

HOME = pathlib.Path(__file__).resolve().parents[2]
MASK = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15
EDGE = 2e-6  # ratios so close to the clip's edge may be clipped by one program and not by the other
WINDOW, SELECTION, START, STEP, ADAPTER = 0x2B71, 0x3C05, 0x4D92, 0x5E47, 0x6F18


# --- Random numbers ------------------------------------------------------------------------------------------------------

def mix(z: int) -> int:
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
    return z ^ (z >> 31)


def fold(*words: int) -> int:
    h = GAMMA
    for word in words:
        h = (mix(h ^ mix((word + GAMMA) & MASK)) + GAMMA) & MASK
    return mix(h)


def key(tag: int, seed: int, *counters: int) -> int:
    return fold(fold(tag), seed & MASK, *counters)


class Stream:
    def __init__(self, key: int):
        self.state = key

    def uniform(self) -> float:
        self.state = (self.state + GAMMA) & MASK
        return (mix(self.state) >> 11) * 2.0**-53

    def below(self, bound: int) -> int:
        return int(self.uniform() * bound)


def normals(key: int, count: int) -> np.ndarray:
    even = count + count % 2
    with np.errstate(over="ignore"):
        z = np.uint64(key) + np.uint64(GAMMA) * np.arange(1, even + 1, dtype=np.uint64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    uniform = (z >> np.uint64(11)).astype(np.float64) * 2.0**-53
    radius = np.sqrt(-2 * np.log(1 - uniform[0::2]))
    angle = 2 * np.pi * uniform[1::2]
    pairs = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return pairs.reshape(-1)[:count].astype(np.float32)


def string_hash(text: str) -> int:
    h = 0
    for character in text:
        h = (31 * h + ord(character)) & 0xFFFFFFFF
    return h - (1 << 32) if h >= 1 << 31 else h


# --- Schedule and steps --------------------------------------------------------------------------------------------------

def shifted(s: float, u: float) -> float:
    return s * u / (1 + (s - 1) * u)


def schedule(spec: dict | None, steps: int, scheduler) -> np.ndarray:
    if spec is None:
        scheduler.set_timesteps(steps)
        return scheduler.sigmas.numpy().astype(np.float32)
    kind, s = spec["type"], spec.get("shift")
    if kind == "uniform_shift":
        return np.array([shifted(s, u) for u in np.linspace(1, 0, steps + 1)], dtype=np.float32)
    if kind == "flux_shift":
        return np.array([shifted(s, u) for u in np.linspace(1, 1 / steps, steps)] + [0], dtype=np.float32)
    if kind == "static_shift":
        points = np.linspace(1, shifted(s, 0.001), steps)
        return np.array([shifted(s, u) for u in points] + [0], dtype=np.float32)
    raise SystemExit(f"sampling.schedule: {kind} is not one that this replay knows")


class Dynamics:
    """One step's mean, standard deviation, noise level and log-density."""

    def __init__(self, settings: dict, sigmas: np.ndarray):
        self.kind = settings["type"]
        self.settings = settings
        self.sigmas = sigmas.astype(np.float64)

    def level(self, k: int) -> float:
        sigma, after = self.sigmas[k], self.sigmas[k + 1]
        if self.kind == "flow_sde":
            return self.settings["noise_level"] * math.sqrt(sigma / (1 - (self.sigmas[1] if sigma == 1 else sigma)))
        if self.kind == "dance_sde":
            return self.settings["eta"]
        if self.kind == "cps":
            return after * math.sin(self.settings["noise_level"] * math.pi / 2)
        raise SystemExit(f"method.dynamics: {self.kind} is not one that this replay knows")

    def std(self, k: int) -> float:
        root = 1 if self.kind == "cps" else math.sqrt(float(np.float32(self.sigmas[k]) - np.float32(self.sigmas[k + 1])))
        return self.level(k) * root

    def step(self, x: torch.Tensor, v: torch.Tensor, steps: list[int]):
        def each(values):
            return torch.tensor(values, dtype=torch.float32).reshape(-1, 1, 1, 1)

        sigma, after = each([self.sigmas[k] for k in steps]), each([self.sigmas[k + 1] for k in steps])
        s, std, dt = each([self.level(k) for k in steps]), each([self.std(k) for k in steps]), after - sigma
        noise = x + v * (1 - sigma)
        if self.kind == "flow_sde":
            pull = s**2 / (2 * sigma)
            mean = x * (1 + pull * dt) + v * ((1 + pull * (1 - sigma)) * dt)
        elif self.kind == "dance_sde":
            mean = x + (v + s**2 / (2 * sigma) * noise) * dt
        else:
            mean = (x - sigma * v) * (1 - after) + noise * (after**2 - s**2).sqrt()
        return mean, std, s

    def log_prob(self, following: torch.Tensor, mean: torch.Tensor, std: torch.Tensor) -> torch.Tensor:
        distance = (following - mean) ** 2
        density = -distance if self.kind == "cps" else (
            -distance / (2 * std**2) - std.log() - 0.5 * math.log(2 * math.pi))
        return density.flatten(1).mean(1)


def window(settings: dict, steps: int, seed: int, rollout: int) -> range:
    kind = settings["type"]
    if kind == "full":
        return range(0, steps - 1)
    if kind == "fixed":
        return range(settings["start"], settings["start"] + settings["size"])
    size = settings["size"]
    if kind == "random":
        room = settings["to"] - settings["from"] - size + 1
        first = settings["from"] + Stream(key(WINDOW, seed, rollout)).below(room)
    elif kind == "sliding":
        first = min(steps - 1 - size, settings["stride"] * (rollout // settings["interval"]))
    else:
        raise SystemExit(f"method.window: {kind} is not one that this replay knows")
    return range(first, first + size)


# --- Credit --------------------------------------------------------------------------------------------------------------

class Trajectory:
    """R[0..n] as a rule sees it; `own` is the step of a branch, None for a whole trajectory."""

    def __init__(self, rewards, own=None):
        self.R, self.own, self.n = [float(r) for r in rewards], own, len(rewards) - 1

    def r(self, j):
        return self.R[j] - self.R[j - 1]

    def agg(self, j):
        return self.R[self.n] - self.R[j - 1]

    def overall(self):
        return self.R[self.n] - self.R[0]

    def earned(self, j):
        return self.own is None or self.own == j


def sign(x: float) -> int:
    return (x > 0) - (x < 0)


def turns(rule: dict, t: Trajectory, j: int) -> bool:
    kind = rule["type"]

    def agreement(at, trend=None):
        overall = (trend or rule.get("trend", "remaining")) == "overall"
        return sign(t.r(at)) * sign(t.overall() if overall else t.agg(at))

    if kind == "turning_point_consistent" and sign(t.r(j)) * sign(t.R[t.n] - t.R[j]) <= 0:
        return False
    if j == 1:
        return rule.get("first_step", "qualifies") == "qualifies" and agreement(1, "overall") > 0
    if kind == "turning_point_any_flip":
        return sign(t.r(j - 1)) * sign(t.r(j)) < 0
    if kind == "turning_point_positive" and t.overall() <= 0:
        return False
    return agreement(j - 1) < 0 and agreement(j) > 0


def marks(rule: dict, trajectories: list[Trajectory], ends: bool) -> list[list[bool]]:
    """Turning points after balancing; `ends`: branches' own steps count too."""
    at = [[(ends or t.own != j) and turns(rule, t, j) for j in range(1, t.n + 1)] for t in trajectories]
    balance = rule.get("balance", "none")
    if balance == "none":
        return at
    value = {"aggregated": Trajectory.agg, "incremental": Trajectory.r, "overall": lambda t, j: t.overall()}[balance]
    points = [(value(t, j), i, j) for i, t in enumerate(trajectories) for j in range(1, t.n + 1)
              if at[i][j - 1] and t.earned(j)]
    gains, losses = [p for p in points if p[0] > 0], [p for p in points if p[0] < 0]
    count = min(len(gains), len(losses))
    if count == 0:
        return at
    stay = {(i, j) for side in (gains, losses) for _, i, j in sorted(side, key=lambda p: -abs(p[0]))[:count]}
    return [[at[i][j - 1] and (not t.earned(j) or (i, j) in stay) for j in range(1, t.n + 1)]
            for i, t in enumerate(trajectories)]


def pay(rule: dict, trajectories: list[Trajectory], rollout: int):
    """What every step earns, and the turning points."""
    kind = rule["type"]
    steps = range(1, trajectories[0].n + 1)
    if kind == "incremental":
        return [[t.r(j) for j in steps] for t in trajectories], [[False for _ in steps] for _ in trajectories]
    if kind == "turning_point_delayed":
        inner = rule["rule"] if isinstance(rule["rule"], dict) else {"type": rule["rule"]}
        if rollout >= rule["start"]:
            return pay(inner, trajectories, rollout)
        return paid(inner, trajectories, [[False for _ in steps] for _ in trajectories])
    if kind in ("turning_point_bonus", "turning_point_propagated"):
        inner = rule["points"] if isinstance(rule["points"], dict) else {"type": rule["points"]}
        return paid(rule, trajectories, marks(inner, trajectories, True))
    return paid(rule, trajectories, marks(rule, trajectories, False))


def paid(rule: dict, trajectories: list[Trajectory], at: list[list[bool]]):
    kind, rewards = rule["type"], []
    for t, turned in zip(trajectories, at):
        steps = range(1, t.n + 1)
        if kind == "turning_point_bonus":
            row = [t.overall() + (rule["eta"] * t.r(j) if turned[j - 1] else 0) for j in steps]
        elif kind == "turning_point_propagated":
            reach = [sum(turned[q - 1] and t.agg(q) > 0 for q in range(1, j + 1))
                     + sum(turned[q - 1] and t.agg(q) < 0 for q in range(j, t.n + 1)) for j in steps]
            row = [reach[j - 1] * t.agg(j) or t.r(j) for j in steps]
        else:
            row = [t.agg(j) if turned[j - 1] else t.r(j) for j in steps]
        rewards.append(row)
    return rewards, at


def credit(rule: dict, trace: dict, term: int, n: int, rollout: int):
    """[N][n] credits and turning points of one reward, from the rewards in the trace."""
    rows = trace["rows"]
    terms = [row["terms"][term] for row in rows]
    if rule["type"] == "terminal":
        rewards = [t["rewards"] if len(t["rewards"]) == n > 1 or branches(trace) else [t["rewards"][-1]] * n for t in terms]
        return rewards, [[False] * n for _ in rows]
    if not branches(trace):
        return pay(rule, [Trajectory(t["rewards"]) for t in terms], rollout)
    trajectories, where = [], []
    for row, t in zip(rows, terms):
        if row["trunk"]:
            where.append([len(trajectories)] * n)
            trajectories.append(Trajectory(t["trunk"]))
            continue
        where.append([])
        for j in range(1, n + 1):
            where[-1].append(len(trajectories))
            trajectories.append(Trajectory(t["trunk"][:j] + [t["rewards"][j - 1]] * (n + 1 - j), j))
    rewards, at = pay(rule, trajectories, rollout)
    pick = lambda values: [[values[where[i][j]][j] for j in range(n)] for i in range(len(rows))]
    return pick(rewards), pick(at)


def branches(trace: dict) -> bool:
    return trace["kind"] == "BRANCHES"


# --- Advantages ----------------------------------------------------------------------------------------------------------

def normalised(values: np.ndarray, groups: list[list[int]], scope: str) -> np.ndarray:
    out = np.zeros_like(values)
    for group in groups:
        for j in range(values.shape[1]):
            own = values[group, j]
            if (own != own[0]).any():
                std = values[:, j].std() if scope == "global" else own.std()
                out[group, j] = (own - own.mean()) / (std + 1e-4)
    return out


def advantages(config: dict, credits: list[np.ndarray], groups: list[list[int]]) -> np.ndarray:
    scope, weights = config["method"]["std"]["type"], [term["weight"] for term in config["rewards"]]
    kind = config["mix"]["type"]
    if kind == "weighted_sum":
        total = normalised(sum(w * c for w, c in zip(weights, credits)), groups, scope)
    else:
        scope = "group" if kind == "gdpo" else scope
        total = sum(w * normalised(c, groups, scope) for w, c in zip(weights, credits))
        if kind == "gdpo":
            total = total / (total.std(axis=0) + 1e-4)
    limit = config["method"]["advantage_clamp"]
    return np.clip(total, -limit, limit)


def chosen(selection: dict, groups: list[list[int]], advantage: np.ndarray, each: bool, seed: int, rollout: int):
    rows, n = advantage.shape
    keep = np.zeros((rows, n), dtype=bool)
    count = max(1, math.floor(selection["step_fraction"] * n + 0.5))
    for i in range(rows):
        stream, left = Stream(key(SELECTION, seed, rollout, i)), count
        for j in range(n):
            keep[i, j] = stream.below(n - j) < left
            left -= int(keep[i, j])
    b = selection["best_and_worst"]
    if b > 0:
        best = np.zeros_like(keep)
        for group in groups:
            for j in range(n):
                judged = advantage[group, j] if each else advantage[group].sum(axis=1)
                order = [group[i] for i in np.argsort(judged, kind="stable")]
                best[order[:b] + order[-b:], j] = True
        keep &= best
    return keep


# --- The run -------------------------------------------------------------------------------------------------------------

class Replay:
    def __init__(self, run: pathlib.Path, model: pathlib.Path | None, batch: int):
        self.run, self.batch = run, batch
        self.config = yaml.safe_load((run / "recipe.yaml").read_text())
        path = model or pathlib.Path(self.config["model"]["path"])
        self.path = path if path.is_dir() else HOME / path
        if self.config["policy"]["type"] != "lora" or self.config["model"]["dtype"] != "float32":
            raise SystemExit("this replay knows policy lora in float32 alone")
        self.pipe = StableDiffusion3Pipeline.from_pretrained(
            self.path, text_encoder_3=None, tokenizer_3=None, dtype=torch.float32, local_files_only=True)
        size = (self.config["model"]["height"], self.config["model"]["width"])
        self.shape = (self.pipe.transformer.config.in_channels, *(s // self.pipe.vae_scale_factor for s in size))
        self.steps = self.config["sampling"]["steps"]
        self.sigmas = schedule(self.config["sampling"].get("schedule"), self.steps, self.pipe.scheduler)
        self.dynamics = Dynamics(self.config["method"]["dynamics"], self.sigmas)
        self.guidance = self.config["sampling"]["guidance"]
        self.texts: dict[str, tuple] = {}
        self.adapt()

    def adapt(self) -> None:
        lora = self.config["policy"]["lora"]
        for parameter in self.pipe.transformer.parameters():
            parameter.requires_grad_(False)
        self.model = get_peft_model(self.pipe.transformer, LoraConfig(
            r=lora["rank"], lora_alpha=lora["alpha"], target_modules=lora["targets"]))
        self.parameters = {
            name.removeprefix("base_model.model.").replace(".default", ""): parameter
            for name, parameter in self.model.named_parameters() if parameter.requires_grad}
        seed = key(ADAPTER, self.config["seed"])
        with torch.no_grad():
            for name, parameter in self.parameters.items():
                draw = fold(seed, string_hash(name) & MASK, len(name))
                if name.endswith("lora_B.weight"):
                    parameter.zero_()
                elif lora["init"] == "gaussian":
                    parameter.copy_(torch.from_numpy(normals(draw, parameter.numel()).reshape(parameter.shape))
                                    * np.float32(1 / lora["rank"]))
                else:
                    values = [(2 * (fold(draw, i) >> 11) * 2.0**-53 - 1) / math.sqrt(parameter.shape[1])
                              for i in range(parameter.numel())]
                    parameter.copy_(torch.tensor(values).reshape(parameter.shape))
        update = self.config["update"]
        self.adam = torch.optim.AdamW(self.parameters.values(), lr=0, betas=(update["beta1"], update["beta2"]),
                                      eps=update["epsilon"], weight_decay=update["weight_decay"])
        self.start = {name: p.detach().clone() for name, p in self.parameters.items()}
        self.average = {name: p.detach().clone() for name, p in self.parameters.items()}
        self.updates = 0

    # The network

    def text(self, prompt: str):
        if prompt not in self.texts:
            settings = self.path / "meander.json"
            rows = self.config["model"]["t5_tokens"]
            if rows < 0:
                rows = json.loads(settings.read_text())["t5_tokens"] if settings.is_file() else 256
            with torch.no_grad():
                tokens, _, pooled, _ = self.pipe.encode_prompt(
                    prompt, None, None, do_classifier_free_guidance=False, max_sequence_length=rows)
            self.texts[prompt] = (tokens, pooled)
        return self.texts[prompt]

    def velocity(self, x: torch.Tensor, steps: list[int], prompts: list[str]) -> torch.Tensor:
        def one(texts):
            tokens, pooled = zip(*(self.text(t) for t in texts))
            time = torch.tensor([float(self.sigmas[k]) * 1000 for k in steps])
            return self.model(hidden_states=x, timestep=time, encoder_hidden_states=torch.cat(tokens),
                              pooled_projections=torch.cat(pooled), return_dict=False)[0]

        v = one(prompts)
        if self.guidance <= 1:
            return v
        negative = one([""] * len(prompts))
        return negative + self.guidance * (v - negative)

    # A rollout

    @torch.no_grad()
    def sample(self, rows: list[dict], at: range) -> dict:
        """Latents before and after every transition, old densities and means, reference means: [n][N]."""
        method, size = self.config["method"], self.config["data"]["group_size"]
        tree = method["plan"]["type"] == "branches"
        successors = method["plan"]["branches"] if tree else 1
        trunks = []
        for first in range(0, len(rows), size):
            count = size // successors
            noises = count if tree else method["plan"]["noises"] or count
            for member in range(count):
                trunks.append((rows[first]["group"], member, member // (count // noises), first + member * successors))
        out = {name: [[None] * len(rows) for _ in at] for name in ("before", "after", "log_prob", "mean", "reference")}
        dims = int(np.prod(self.shape))
        penalised = method["kl"]["type"] != "none"
        for begin in range(0, len(trunks), self.batch):
            part = trunks[begin:begin + self.batch]
            prompts = [rows[first]["prompt"] for *_, first in part]
            draw = lambda keys: torch.from_numpy(np.stack([normals(q, dims) for q in keys])).reshape(-1, *self.shape)
            seed = self.config["seed"]
            x = draw([key(START, seed, group, noise) for group, _, noise, _ in part])
            for k in range(at.stop):
                v = self.velocity(x, [k] * len(part), prompts)
                straight = x + v * float(self.sigmas[k + 1] - self.sigmas[k])
                if k not in at:
                    x = straight
                    continue
                j = k - at.start
                mean, std, _ = self.dynamics.step(x, v, [k] * len(part))
                if penalised:
                    with self.model.disable_adapter():
                        reference = self.dynamics.step(x, self.velocity(x, [k] * len(part), prompts), [k] * len(part))[0]
                following = straight
                for b in range(successors):
                    after = mean + std * draw([key(STEP, seed, group, member, k, b) for group, member, *_ in part])
                    density = self.dynamics.log_prob(after, mean, std)
                    if b == 0 and (not tree or method["plan"]["trunk"] == "sde"):
                        following = after
                    for i, (*_, first) in enumerate(part):
                        out["before"][j][first + b], out["after"][j][first + b] = x[i], after[i]
                        out["log_prob"][j][first + b], out["mean"][j][first + b] = density[i], mean[i]
                        out["reference"][j][first + b] = reference[i] if penalised else None
                x = following
        return out

    # An update

    def rate(self) -> float:
        s, u = self.config["update"]["learning_rate"], self.updates
        if u < s["warm_up"] and s["type"] != "warmup_stable_decay":
            return s["peak"] * (u + 1) / s["warm_up"]
        if s["type"] == "constant":
            return s["peak"]
        if s["type"] == "cosine":
            update = self.config["update"]
            total = s.get("total") or update["updates_per_rollout"] * update["epochs"] * self.config["rollouts"]
            progress = min(1, (u - s["warm_up"]) / (total - s["warm_up"]))
            return s["floor"] + (s["peak"] - s["floor"]) * (1 + math.cos(math.pi * progress)) / 2
        raise SystemExit(f"update.learning_rate: {s['type']} is not one that this replay knows")

    def loss(self, pairs, data, rows, at, advantage, weights) -> torch.Tensor:
        """The sum over the pairs."""
        method = self.config["method"]
        take = lambda name: torch.stack([data[name][j][i] for i, j in pairs])
        steps = [at[j] for _, j in pairs]
        x = take("before")
        mean, std, s = self.dynamics.step(x, self.velocity(x, steps, [rows[i]["prompt"] for i, _ in pairs]), steps)
        log_ratio = self.dynamics.log_prob(take("after"), mean, std) - take("log_prob")
        weight = torch.tensor([weights[j] for _, j in pairs], dtype=torch.float32)
        if method["objective"]["type"] == "guard":
            flat = std.flatten()
            moved = ((mean - take("mean")) ** 2).flatten(1).mean(1)
            log_ratio = (log_ratio + moved / (2 * flat**2)) * flat
            weight = weight / torch.tensor([float(self.sigmas[k] - self.sigmas[k + 1]) for k in steps])
        ratio, c = log_ratio.exp(), method["objective"]["clip_range"]
        margin = ((ratio.detach() - 1).abs() - c).abs()
        self.on_edge += int((margin < EDGE).sum())
        a = torch.tensor([advantage[i, j] for i, j in pairs], dtype=torch.float32)
        total = (weight * torch.maximum(-a * ratio, -a * ratio.clamp(1 - c, 1 + c))).sum()
        if method["kl"]["type"] != "none":
            scale = s if method["kl"]["type"] == "flow_grpo" else std
            distance = ((mean - take("reference")) ** 2).flatten(1).mean(1) / (2 * scale.flatten() ** 2)
            total = total + method["kl"]["beta"] * distance.sum()
        return total

    def update(self, share, *inputs) -> None:
        update = self.config["update"]
        for begin in range(0, len(share), self.batch):
            (self.loss(share[begin:begin + self.batch], *inputs) / len(share)).backward()
        torch.nn.utils.clip_grad_norm_(self.parameters.values(), update["max_grad_norm"])
        for group in self.adam.param_groups:
            group["lr"] = self.rate()
        self.adam.step()
        self.adam.zero_grad()
        self.updates += 1
        if "ema" in update and self.updates % update["ema"]["every"] == 0:
            before = self.updates - 1
            decay = min(update["ema"]["decay"], (1 + before) / (update["ema"]["warm_up"] + before))
            for name, average in self.average.items():
                average.lerp_(self.parameters[name].detach(), 1 - decay)

    def rollout(self, number: int) -> str:
        trace = json.loads((self.run / f"traces/rollout-{number:06d}.json").read_text())
        rows, method, seed = trace["rows"], self.config["method"], self.config["seed"]
        self.on_edge = 0
        at = window(method["window"], self.steps, seed, number - 1)
        if trace["steps"] != list(at):
            raise SystemExit(f"rollout {number}: trained steps {trace['steps']} in the trace, {list(at)} by the recipe")
        noise = self.noise_weights(method["weight"], at)
        credits, points = zip(*(credit(method["credit"], trace, r, len(at), number - 1)
                                for r in range(len(self.config["rewards"]))))
        credits = [np.array(c, dtype=np.float64) for c in credits]
        seeded = method["grouping"]["type"] == "seed"
        names = [(row["group"], row["noise"] if seeded else 0) for row in rows]
        groups = [[i for i, name in enumerate(names) if name == wanted] for wanted in dict.fromkeys(names)]
        advantage = advantages(self.config, credits, groups)
        keep = chosen(method["selection"], groups, advantage, branches(trace), seed, number - 1)
        data = self.sample(rows, at)
        shares = self.config["update"]["updates_per_rollout"]
        size = len(rows) // shares
        for _ in range(self.config["update"]["epochs"]):
            for s in range(shares):
                share = [(i, j) for j in range(len(at)) for i in range(s * size, (s + 1) * size) if keep[i, j]]
                self.update(share, data, rows, at, advantage, noise)
        traced = lambda name: [np.array([row["terms"][r][name] for row in rows]) for r in range(len(credits))]
        return ("credits %.1e, advantages %.1e apart; %d turning points and %d trained steps differ;"
                " %d ratios on the clip's edge") % (
            max(np.abs(a - b).max() for a, b in zip(credits, traced("credit"))),
            np.abs(advantage - np.array([row["advantages"] for row in rows])).max(),
            sum((np.array(a) != b).sum() for a, b in zip(points, traced("turning_points"))),
            (keep != np.array([row["trained"] for row in rows])).sum(),
            self.on_edge)

    def noise_weights(self, settings: dict, at: range) -> list[float]:
        stds = [self.dynamics.std(k) for k in at]
        if settings["type"] == "uniform":
            return [1.0] * len(stds)
        if settings["type"] == "noise_aware":
            return [std * len(stds) / sum(stds) for std in stds]
        return [std * settings["scale"] for std in stds]

    def compare(self, name: str, ours: dict, file: pathlib.Path, tolerance: float) -> bool:
        theirs = {key.removeprefix("base_model.model."): value for key, value in load_file(file).items()}
        theirs = {key: value for key, value in theirs.items() if key in ours}
        if theirs.keys() != ours.keys():
            raise SystemExit(f"{file} lacks {sorted(ours.keys() - theirs.keys())[:3]}")
        norm = lambda a, b: math.sqrt(sum(float(((a[k] - b[k]).double() ** 2).sum()) for k in ours))
        change = norm(theirs, self.start)
        relative = norm({k: v.detach() for k, v in ours.items()}, theirs) / change
        print(f"{name}: training changed it by {change:.4g}; rebuilt to {relative:.2e} of that"
              f" ({'ok' if relative <= tolerance else 'TOO FAR'})", flush=True)
        return relative <= tolerance


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path, metavar="RUN", help="directory of a finished run")
    parser.add_argument("--model", type=pathlib.Path, help="the model (default: the recipe's)")
    parser.add_argument("--tolerance", type=float, default=1e-3, help="largest distance, relative to the change of training")
    parser.add_argument("--batch", type=int, default=96, help="samples in one pass")
    options = parser.parse_args()
    for library in (diffusers, transformers):
        library.utils.logging.disable_progress_bar()
        library.utils.logging.set_verbosity(logging.ERROR)
    checkpoints = sorted((options.run / "checkpoints").glob("step-*"))
    if not checkpoints:
        raise SystemExit(f"{options.run} has no checkpoints: is it the directory of a run?")
    last = checkpoints[-1]
    if int(last.name.removeprefix("step-")) == 0:
        raise SystemExit(f"{options.run} has trained nothing yet: its only checkpoint is {last.name}")
    replay = Replay(options.run, options.model, options.batch)
    for number in range(1, int(last.name.removeprefix("step-")) + 1):
        print(f"rollout {number}: {replay.rollout(number)}", flush=True)
    passed = [replay.compare("policy", replay.parameters, last / "policy.safetensors", options.tolerance)]
    if "ema" in replay.config["update"]:
        passed.append(replay.compare("average", replay.average, last / "ema.safetensors", options.tolerance))
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
