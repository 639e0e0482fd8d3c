"""Every learning rule on its task, and all of them on one task: accuracies, losses and learning curves.

    python benchmarks/rules/run.py [TASK …] [--rules NAME …] [--seeds 10 11 12 13 14] [--draw]

Runs live in `runs/rules/`, one folder a task, rule and seed; those that are there are not trained again. Writes
`results.csv`, a row a task and rule, `seeds.csv`, a row a run, and `curves.svg` beside itself; `--draw` does only that.
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
SEEDS = (10, 11, 12, 13, 14)
"""None of them chose a circuit, a rate or a number of epochs; the seeds from 0 to 9 did."""
POINTS = 60
"""Points of a curve in the figure."""
DRAWN = '{ kind = "log_uniform", low = 1e-4, high = 3e-3 }'
"""Where every resistor of a disordered network starts, drawn by the seed: the range its netlist was drawn from."""

NUDGED = {"optimiser.rate": "6.0", "rule.beta": "1e-4"}
CLAMPED = {"optimiser.rate": "1000.0"}


class Entry(NamedTuple):
    """A task by a rule: the settings put over its experiment, and what counts as solved.

    With `accuracy` at least that part of the held-out samples must be read right, with `factor` the loss must fall by
    it. Seeds change the start values, the split of the samples and their order.
    """

    task: str
    rule: str
    settings: dict[str, str]
    accuracy: float = 0.0
    factor: float = 0.0

    def folder(self, seed: int) -> Path:
        return RUNS / f"{self.task}-{self.rule}-{seed}"

    @property
    def asked(self) -> str:
        accuracy = [f"accuracy {self.accuracy:g}"] if self.accuracy else []
        return " and ".join([*accuracy, *([f"loss / {self.factor:g}"] if self.factor else [])])

    def done(self, seed: int) -> bool:
        return (self.folder(seed) / ABOUT).is_file()


def allostery(rule: str, settings: dict[str, str], name: str = "") -> Entry:
    """The task that all rules do, from start values drawn by the seed."""
    return Entry(
        "allostery",
        name or rule,
        {"rule.name": rule, **settings},
        accuracy=1.0,
        factor=1e3,
    )


ENTRIES = (
    Entry("laboratory_iris", "coupled", {}, accuracy=0.95),
    Entry("regression", "adjoint", {}, accuracy=1.0, factor=1e3),
    Entry("iris", "backpropagation", {"rule.name": "backpropagation"}, accuracy=0.95),
    Entry("disordered_iris", "frequency", {}, accuracy=0.95),
    Entry("two_moons", "centred equilibrium", {}, accuracy=0.97),
    Entry("laboratory_xor", "coupled", {}, accuracy=1.0),
    Entry("laboratory_regression", "centred equilibrium", {}, accuracy=1.0),
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
        drawn = {} if entry.task == "iris" else {"initial.r*": DRAWN}
        settings = {"seed": str(seed), **drawn, **entry.settings}
        experiment = load_experiment(ROOT / "circuits" / f"{entry.task}.toml", settings)
        session = Session.of(experiment, entry.folder(seed), silent)
        session.engine = engine or session.engine
        engine = session.engine
        session.train(session.begin(resume=True))
        print(entry.task, entry.rule, seed, *summary(entry, seed), flush=True)


class Found(NamedTuple):
    """What a run came to: held-out accuracy, loss after learning, and loss in the first epoch over that."""

    seed: int
    accuracy: float
    loss: float
    factor: float
    solved: bool


def summary(entry: Entry, seed: int) -> Found:
    """A finished run by its entry's measure."""
    rows = read_metrics(entry.folder(seed) / METRICS)
    first, last = (max(float(rows[place]["train_loss"]), np.finfo(float).tiny) for place in (0, -1))
    accuracy, factor = 1.0 - float(rows[-1]["test_error"]), first / last
    return Found(seed, accuracy, last, factor, accuracy >= entry.accuracy and factor >= entry.factor)


def table(seeds: tuple[int, ...]) -> Iterator[dict[str, object]]:
    """A row an entry with what there is of it: mean, standard deviation and worst over the seeds."""
    for entry in ENTRIES:
        found = [summary(entry, seed) for seed in seeds if entry.done(seed)]
        if not found:
            continue
        accuracy, loss, factor = (np.array([getattr(each, name) for each in found]) for name in Found._fields[1:4])
        rows = [read_metrics(entry.folder(each.seed) / METRICS) for each in found]
        yield {
            "task": entry.task,
            "rule": entry.rule,
            "asked": entry.asked,
            "seeds": len(found),
            "seeds_that_do": sum(each.solved for each in found),
            "accuracy": f"{accuracy.mean():.4f}",
            "accuracy_deviation": f"{accuracy.std(ddof=1) if len(found) > 1 else 0.0:.4f}",
            "accuracy_worst": f"{accuracy.min():.4f}",
            "loss": f"{np.exp(np.log(loss).mean()):.2e}",
            "loss_worst": f"{loss.max():.2e}",
            "loss_fell_by": f"{np.exp(np.log(factor).mean()):.3g}",
            "loss_fell_by_worst": f"{factor.min():.3g}",
            "steps": int(rows[0][-1]["step"]),
            "train_seconds": f"{np.median([sum(float(row['train_seconds']) for row in each) for each in rows]):.2f}",
            "compile_seconds": f"{max(float(each[0]['compile_seconds']) for each in rows):.1f}",
        }


def every_seed(seeds: tuple[int, ...]) -> Iterator[dict[str, object]]:
    """A row a run."""
    for entry in ENTRIES:
        for found in (summary(entry, seed) for seed in seeds if entry.done(seed)):
            yield {
                "task": entry.task,
                "rule": entry.rule,
                "seed": found.seed,
                "accuracy": f"{found.accuracy:.4f}",
                "loss": f"{found.loss:.2e}",
                "loss_fell_by": f"{found.factor:.3g}",
                "meets_it": found.solved,
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
    for name, rows in (("results.csv", list(table(seeds))), ("seeds.csv", list(every_seed(seeds)))):
        with (FOLDER / name).open("w", newline="", encoding="utf-8") as file:
            out = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            out.writeheader()
            out.writerows(rows)
    draw(seeds)
    print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
