"""Table 1 with means over seeds, and the test error by epoch: `summary.csv`, `epochs.csv` and `curves.svg`.

    python benchmarks/table1/draw.py

Errors are those of `results.csv`. Epochs are those of the runs that are there and those that `epochs.csv` has already.
"""

from __future__ import annotations

import itertools
from statistics import mean, stdev

from run import FOLDER, NETWORKS, PAPER, RULES, TABLE, Entry, place, read, write

EPOCHS = FOLDER / "epochs.csv"
KEPT = ("epoch", "test_error", "train_error", "train_seconds")
Rows = list[dict[str, str]]


def epochs() -> Rows:
    """Every epoch that is known, those of the runs that are there anew."""
    rows = {place(row): row for row in read(EPOCHS)}
    for network, rule, seed in itertools.product(NETWORKS, RULES, range(5)):
        about = {"network": network, "rule": rule, "seed": str(seed)}
        for measured in Entry(network, rule, seed).rows():
            row = about | {key: f"{float(measured[key]):.6g}" for key in KEPT}
            rows[place(row)] = row
    return [rows[key] for key in sorted(rows)]


def summary() -> Rows:
    """A row a network and rule: mean and deviation of the seeds that ran to the end, else of all."""
    found = []
    for (network, rule), group in itertools.groupby(read(TABLE), lambda row: (row["network"], row["rule"])):
        rows = list(group)
        rows = [row for row in rows if row["epochs"] == row["of"]] or rows
        figures = {
            name: [float(row[name]) for row in rows]
            for name in ("test_error_percent", "train_error_percent", "train_minutes")
        }
        tests = figures["test_error_percent"]
        test, train, minutes = PAPER.get((network, rule), ("", "", ""))
        found.append(
            {
                "network": network,
                "rule": rule,
                "seeds": str(len(rows)),
                "epochs": f"{rows[0]['epochs']} of {rows[0]['of']}",
                "test_error_percent": f"{mean(tests):.2f}",
                "deviation": f"{stdev(tests):.2f}" if len(tests) > 1 else "",
                "paper_test_percent": test and f"{test:.2f}",
                "train_error_percent": f"{mean(figures['train_error_percent']):.2f}",
                "paper_train_percent": train and f"{train:.2f}",
                "train_minutes": f"{mean(figures['train_minutes']):.1f}",
                "paper_minutes_on_an_a100": str(minutes),
            }
        )
    return found


def draw(rows: Rows) -> None:
    """Test error by epoch, a panel a rule, a line a run; dots are the paper's errors after its last epoch."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "tellegen"
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, 2, figsize=(9, 3.6), layout="constrained", sharey=True)
    for axes, rule in zip(panels, RULES, strict=True):
        mine = [row for row in rows if row["rule"] == rule]
        for colour, network in enumerate(name for name in NETWORKS if not name.endswith("-fashion")):
            runs = itertools.groupby((row for row in mine if row["network"] == network), lambda row: row["seed"])
            for number, (_, run) in enumerate(runs):
                points = [(int(row["epoch"]), 100 * float(row["test_error"])) for row in run]
                axes.loglog(*zip(*points, strict=True), color=f"C{colour}", lw=1.1, label=None if number else network)
            test, last = PAPER[network, rule][0], Entry(network, rule, 0).epochs
            axes.plot([last], [test], "o", color=f"C{colour}", ms=5, mfc="none")
        axes.set_title(rule, fontsize=10)
        axes.set_xlabel("epoch (circles: Scellier 2024)", fontsize=8)
        axes.set_ylim(1.2, 20)
        for axis, marks in ((axes.xaxis, (1, 2, 5, 10, 20, 50, 100)), (axes.yaxis, (1.5, 2, 3, 5, 10, 20))):
            axis.set_ticks(marks, labels=[f"{mark:g}" for mark in marks])
            axis.set_ticks([], minor=True)
        axes.tick_params(labelsize=7)
        axes.legend(fontsize=7, frameon=False)
    panels[0].set_ylabel("test error, %", fontsize=8)
    figure.savefig(FOLDER / "curves.svg", metadata={"Date": None})
    pyplot.close(figure)


def main() -> None:
    """Write the tables, draw the figure, and print the means."""
    every = epochs()
    write(EPOCHS, every)
    rows = summary()
    write(FOLDER / "summary.csv", rows)
    draw(every)
    for row in rows:
        print(*row.values(), sep=" | ")


if __name__ == "__main__":
    main()
