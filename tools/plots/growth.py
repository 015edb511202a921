"""Draws what `meander bench --growth ... --json` measured: seconds against each quantity, both axes logarithmic, with the fitted pieces.

    ./meander bench --growth batch,size,steps,group,completions --json > growth.json
    python growth.py growth.json growth.svg

Needs matplotlib (3.10).
"""

import json
import sys

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.hashsalt": "growth", "svg.fonttype": "none", "font.size": 9})
import matplotlib.pyplot as plt
from matplotlib.ticker import LogLocator, StrMethodFormatter

UNITS = {"batch": "samples in a pass", "size": "side in pixels", "steps": "denoising steps", "group": "samples of a prompt",
         "completions": "completed steps"}


def main(source, target):
    with open(source) as file:
        measured = json.load(file)
    quantities = list(dict.fromkeys(p["quantity"] for p in measured["points"]))
    figure, axes = plt.subplots(1, len(quantities), figsize=(2.6 * len(quantities), 2.6), squeeze=False, layout="constrained")
    for axis, quantity in zip(axes[0], quantities):
        works = dict.fromkeys(p["work"] for p in measured["points"] if p["quantity"] == quantity)
        for colour, work in zip(("C0", "C1"), works):
            points = [p for p in measured["points"] if (p["quantity"], p["work"]) == (quantity, work)]
            fit = next((f for f in measured["fits"] if (f["quantity"], f["work"]) == (quantity, work)), None)
            label = f"{work}, {fit['exponent_before']:.2f} then {fit['exponent_after']:.2f}" if fit else work
            axis.plot([p["value"] for p in points], [p["seconds"] for p in points], "o-", color=colour, markersize=3, linewidth=1, label=label)
            if fit:
                axis.axvline(fit["breaks_at"], color=colour, linewidth=0.6, linestyle=":")
        values = sorted({p["value"] for p in measured["points"] if p["quantity"] == quantity})
        axis.set(xscale="log", yscale="log", xlabel=UNITS[quantity], xticks=values, xticklabels=values)
        axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axis.minorticks_off()
        axis.tick_params(axis="x", labelrotation=90)
        axis.legend(fontsize=6)
        axis.grid(alpha=0.3)
    axes[0][0].set_ylabel("seconds")
    figure.savefig(target, metadata={"Date": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
