"""Every learning rule on its task, and all of them on one task: accuracies, losses and learning curves.

    python benchmarks/rules/run.py [TASK …] [--rules NAME …] [--seeds 0 1 2] [--draw]

Runs live in `runs/rules/`, one folder a task, rule and seed; those that are there are not trained again. Writes
`results.csv`, a row a task and rule, and `curves.svg` beside itself; `--draw` does only that.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tellegen.training import load_experiment
from tellegen.training.engines import Engine
from tellegen.training.metrics import read_metrics
from tellegen.training.progress import silent
from tellegen.training.run import ABOUT, METRICS
from tellegen.training.session import Session

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent
RUNS = ROOT / "runs" / "rules"
SEEDS = (0, 1, 2)
POINTS = 60
"""Points of a curve in the figure."""

NUDGED = {"optimiser.rate": "6.0", "rule.beta": "1e-4"}
CLAMPED = {"optimiser.rate": "1000.0"}


class Entry(NamedTuple):
    """A task by a rule: the settings put over its experiment, and what counts as solved.

    With `accuracy` at least that part of the held-out samples must be read right, with `factor` the loss must fall by
    it. Seeds change start values where `drawn` (log-uniform, else the netlist's), and split and order of the samples.
    """

    task: str
    rule: str
    settings: dict[str, str]
    accuracy: float = 0.0
    factor: float = 0.0
    drawn: bool = False

    def folder(self, seed: int) -> Path:
        return RUNS / f"{self.task}-{self.rule}-{seed}"

    def done(self, seed: int) -> bool:
        return (self.folder(seed) / ABOUT).is_file()


def allostery(rule: str, settings: dict[str, str], name: str = "") -> Entry:
    """The task that all rules do, from start values drawn by the seed."""
    return Entry(
        "allostery",
        name or rule,
        {"rule.name": rule, "training.steps": "10", "training.epochs": "25", **settings},
        factor=1e3,
        drawn=True,
    )


ENTRIES = (
    Entry("laboratory_iris", "coupled", {}, accuracy=0.95),
    Entry("regression", "adjoint", {}, factor=1e3),
    Entry("iris", "backpropagation", {"rule.name": "backpropagation"}, accuracy=0.95),
    Entry("disordered_iris", "frequency", {}, accuracy=0.95),
    Entry("two_moons", "centred equilibrium", {}, accuracy=0.97),
    Entry("laboratory_xor", "coupled", {}, accuracy=1.0),
    Entry("laboratory_regression", "centred equilibrium", {}, factor=10),
    allostery("coupled", CLAMPED),
    allostery("contrastive", CLAMPED),
    allostery("equilibrium", {**NUDGED, "rule.variant": "centred"}, "centred equilibrium"),
    allostery("equilibrium", {**NUDGED, "rule.variant": "positive"}, "positive equilibrium"),
    allostery("equilibrium", {**NUDGED, "rule.variant": "negative", "rule.beta": "1e-5"}, "negative equilibrium"),
    allostery("agnostic", {**NUDGED, "rule.compliance": "10.0"}),
    allostery("frequency", {**NUDGED, "rule.samples": "4"}),
    allostery("adjoint", NUDGED),
    allostery("implicit", NUDGED),
    allostery("backpropagation", {**NUDGED, "rule.nudged_sweeps": "40", "rule.sweeps": "40"}),
)


def train(entry: Entry, seeds: tuple[int, ...]) -> None:
    """The runs of an entry that are missing; its circuit is compiled once."""
    engine: Engine | None = None
    for seed in seeds:
        if entry.done(seed):
            continue
        drawn = {"initial.r*": '{ kind = "log_uniform", low = 1e-4, high = 3e-3 }'} if entry.drawn else {}
        settings = {"seed": str(seed), **drawn, **entry.settings}
        experiment = load_experiment(ROOT / "circuits" / f"{entry.task}.toml", settings)
        session = Session.of(experiment, entry.folder(seed), silent)
        session.engine = engine or session.engine
        engine = session.engine
        session.train(session.begin(resume=True))
        print(entry.task, entry.rule, seed, *summary(entry, seed), flush=True)


def summary(entry: Entry, seed: int) -> tuple[float, float, float]:
    """Held-out accuracy, loss after learning, and loss in the first epoch over that."""
    rows = read_metrics(entry.folder(seed) / METRICS)
    first, last = float(rows[0]["train_loss"]), float(rows[-1]["train_loss"])
    return 1.0 - float(rows[-1]["test_error"]), last, first / last


def table(seeds: tuple[int, ...]) -> Iterator[dict[str, object]]:
    """A row an entry with what there is of it: means and standard deviations over the seeds."""
    for entry in ENTRIES:
        found = np.array([summary(entry, seed) for seed in seeds if entry.done(seed)])
        if not len(found):
            continue
        accuracy, loss, factor = found.T
        solved = (accuracy >= entry.accuracy) & (factor >= entry.factor)
        rows = [read_metrics(entry.folder(seed) / METRICS) for seed in seeds if entry.done(seed)]
        yield {
            "task": entry.task,
            "rule": entry.rule,
            "seeds": len(found),
            "accuracy": f"{accuracy.mean():.4f}",
            "accuracy_deviation": f"{accuracy.std():.4f}",
            "loss": f"{np.exp(np.log(loss).mean()):.2e}",
            "loss_fell_by": f"{np.exp(np.log(factor).mean()):.3g}",
            "asked": f"accuracy {entry.accuracy:g}" if entry.accuracy else f"loss / {entry.factor:g}",
            "mean_meets_it": bool(
                accuracy.mean() >= entry.accuracy and np.exp(np.log(factor).mean()) >= max(entry.factor, 1e-300)
            ),
            "seeds_that_do": int(solved.sum()),
            "epochs": len(rows[0]),
            "train_seconds": f"{np.median([sum(float(row['train_seconds']) for row in each) for each in rows]):.2f}",
            "compile_seconds": f"{max(float(each[0]['compile_seconds']) for each in rows):.1f}",
        }


def draw(seeds: tuple[int, ...]) -> None:
    """`curves.svg`: the training loss by epoch, a panel a task, a line a seed; all rules' means on allostery."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "tellegen"
    from matplotlib import pyplot

    tasks = list(dict.fromkeys(entry.task for entry in ENTRIES))
    figure, grid = pyplot.subplots(2, 4, figsize=(13, 5.5), layout="constrained")
    for axes, task in zip(grid.flat, tasks, strict=True):
        entries = [entry for entry in ENTRIES if entry.task == task]
        for place, entry in enumerate(entries):
            curves = [_curve(entry, seed) for seed in seeds if entry.done(seed)]
            colour = f"C{place}"
            if len(entries) > 1 and curves:
                mean = np.exp(np.log(np.array([losses for _, losses in curves])).mean(axis=0))
                curves = [(curves[0][0], mean)]
            for number, (epochs, losses) in enumerate(curves):
                axes.semilogy(epochs, losses, color=colour, lw=1.1, label=None if number else entry.rule)
        axes.set_title(task.replace("_", " "), fontsize=10)
        axes.set_xlabel("epoch", fontsize=8)
        axes.set_ylabel("loss, V²", fontsize=8)
        axes.tick_params(labelsize=7)
        axes.legend(fontsize=6, frameon=False)
    figure.savefig(FOLDER / "curves.svg", metadata={"Date": None})
    pyplot.close(figure)


def _curve(entry: Entry, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Epochs and training losses, thinned."""
    losses = np.array([float(row["train_loss"]) for row in read_metrics(entry.folder(seed) / METRICS)])
    chosen = np.unique(np.linspace(0, len(losses) - 1, POINTS).round().astype(int))
    return chosen + 1, np.maximum(losses[chosen], np.finfo(float).tiny)


def main() -> None:
    """Train what is missing, then write the table and the figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", nargs="*", choices=[[], *{entry.task for entry in ENTRIES}])
    parser.add_argument("--rules", nargs="*", choices=sorted({entry.rule for entry in ENTRIES}))
    parser.add_argument("--seeds", nargs="*", type=int, default=list(SEEDS))
    parser.add_argument("--draw", action="store_true")
    given = parser.parse_args()
    seeds = tuple(given.seeds)
    for entry in ENTRIES:
        named = entry.task in (given.tasks or [entry.task]) and entry.rule in (given.rules or [entry.rule])
        if named and not given.draw:
            train(entry, seeds)
    rows = list(table(seeds))
    with (FOLDER / "results.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        out.writeheader()
        out.writerows(rows)
    draw(seeds)
    print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
