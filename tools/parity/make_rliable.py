"""Interquartile means, probabilities of improvement and their intervals by rliable (arXiv 2108.13264).

Needs requirements-rliable.txt in an environment of its own, and runs alone. The tables are made up; some scores are equal.
"""

import argparse
import json
import pathlib

import numpy as np
from rliable import library, metrics

OUT = pathlib.Path(__file__).resolve().parents[2] / "core/src/test/resources/parity/rliable.json"
REPETITIONS = 10_000
PAIRS = 2_000  # each asks SciPy for a rank test of every task, which is slow


def table(runs: int, tasks: int, level: float, seed: int) -> np.ndarray:
    """[runs, tasks], rounded to hundredths so that there are ties."""
    random = np.random.RandomState(seed)
    return np.round(level + 0.1 * random.randn(runs, tasks) + 0.05 * np.arange(tasks), 2)


def interval(scores, statistic, repetitions: int = REPETITIONS) -> list[float]:
    np.random.seed(7)  # the stratified bootstrap draws from NumPy's own generator
    _, ends = library.get_interval_estimates(
        {"x": scores}, lambda *arrays: np.array([statistic(*arrays)]), reps=repetitions, random_state=np.random.RandomState(7)
    )
    return ends["x"].ravel().tolist()


def trainings(gains: np.ndarray) -> list[float]:
    """The interval of the mean over [task, run, prompt] when whole runs, and prompts within their task, are drawn."""
    random = np.random.RandomState(11)
    tasks, runs, prompts = gains.shape
    drawn = []
    for _ in range(REPETITIONS):
        rows = random.randint(runs, size=runs)
        chosen = [gains[t][rows][:, random.randint(prompts, size=prompts)].mean() for t in range(tasks)]
        drawn.append(np.mean(chosen))
    return np.percentile(drawn, [2.5, 97.5]).tolist()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, default=OUT)
    a, b = table(5, 6, 0.10, 1), table(4, 6, 0.14, 2)
    random = np.random.RandomState(3)
    # A run's own level is in all its prompts, and a prompt's in all runs.
    gains = 0.05 * random.randn(1, 5, 1) + 0.2 * random.randn(3, 1, 20) + 0.1 * random.randn(3, 5, 20)
    document = {
        "a": a.tolist(), "b": b.tolist(),
        "mean": {"a": float(metrics.aggregate_mean(a)), "b": float(metrics.aggregate_mean(b))},
        "interquartile_mean": {"a": float(metrics.aggregate_iqm(a)), "b": float(metrics.aggregate_iqm(b))},
        "mean_95": interval(a, metrics.aggregate_mean),
        "interquartile_mean_95": interval(a, metrics.aggregate_iqm),
        "improvement": float(metrics.probability_of_improvement(a, b)),
        "improvement_95": interval((a, b), metrics.probability_of_improvement, PAIRS),
        "gains": gains.tolist(), "trainings_mean_95": trainings(gains),
    }
    parser.parse_args().out.write_text(json.dumps(document) + "\n")


if __name__ == "__main__":
    main()
