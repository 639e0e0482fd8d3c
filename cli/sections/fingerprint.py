"""A fingerprint's quality: its response to challenges, how often a turned bit changes it, how dies differ."""

from __future__ import annotations

import jax
import numpy as np

from ...netlist import Mismatch
from ...solvers.dynamics import DynamicalSystem
from ...training import Run
from ...training.dynamics.circumstances import Circumstances
from ...training.dynamics.engine import flips, grid_of
from ...training.dynamics.responses import flip_bias, hard_bit, reliability, uniformity, uniqueness
from ...training.dynamics.simulation import Wiring
from ...training.dynamics.stars import Stars
from ...training.dynamics.trainer import TEST_DIES
from ..answers import engineering
from ..figure import ACCENT, MUTED, SECOND, drawing
from ..results import Absent, Results
from .section import Section, Tile, picture

NAME, TITLE = "fingerprint", "Challenges and responses"
DIES = 12
"""Dies that are asked the same challenges."""
COMPARATOR, ASKED = 1e-3, 16
"""The comparator's noise in volts, of one standard deviation, and how often each challenge is asked under it."""


def section(results: Results) -> Section:
    """Histograms of the response and of the share of ones a die, and how often each bit changes the response."""
    run = results.run
    if not flips(run.experiment):
        raise Absent("This run is no fingerprint.")
    outputs = np.asarray(results.predictions.outputs, dtype=float)
    share = run.experiment.dynamics.challenges
    dies = len(outputs) // share
    if not dies:
        raise Absent("The test set has no whole die; give data.test more samples.")
    volts = outputs[: dies * share].reshape(dies, share, -1)
    bits = np.asarray(hard_bit(jax.numpy.asarray(volts)))
    bias = float(flip_bias(jax.numpy.asarray(bits[..., 0]), jax.numpy.asarray(bits[..., 1:])))
    ones = np.asarray(uniformity(jax.numpy.asarray(bits[..., 0])))
    changes = np.abs(bits[..., 1:] - bits[..., :1]).mean(axis=(0, 1))
    tiles = [
        Tile("I2O", f"{bias:.4f}", "0 is best, 0.5 worst"),
        Tile("Uniformity", f"{ones.mean():.3f}", f"share of ones; from {ones.min():.2f} to {ones.max():.2f} a die"),
    ]
    again = volts[..., 0] + COMPARATOR * np.random.default_rng(0).standard_normal((ASKED, *volts.shape[:2]))
    same = float(reliability(jax.numpy.asarray(bits[..., 0]), hard_bit(jax.numpy.asarray(again))))
    tiles.append(Tile("Reliability", f"{same:.3f}", f"same response with {engineering(COMPARATOR, 'V', 3)} of noise"))
    differ = _uniqueness(run)
    if differ is not None:
        tiles.append(Tile("Uniqueness", f"{differ:.3f}", f"share in which two of {DIES} dies differ; 0.5 is best"))
    lead = (
        f"{dies} fresh dies, {share} challenges each, every one with its {bits.shape[2] - 1} one-bit flips: a turned "
        f"bit changes the response in {changes.mean():.1%} of the cases."
    )
    return Section(NAME, TITLE, lead, picture(_figure(volts[..., 0], ones, changes), _CAPTION), tiles=tuple(tiles))


_CAPTION = "The response is the sign of the centres' difference; dashes mark what would be best."


def _figure(volts: np.ndarray, ones: np.ndarray, changes: np.ndarray) -> str:
    with drawing(NAME, 8.0, 2.6, "Responses, ones a die, changes a bit") as sheet:
        left, middle, right = sheet.figure.subplots(1, 3)
        left.hist(volts.ravel() * 1e3, bins=48, color=ACCENT)
        left.axvline(0.0, color=MUTED, linewidth=0.8, linestyle=(0, (4, 2)))
        left.set_title(f"Challenges by difference, mV (σ {engineering(float(volts.std()), 'V', 3)})")
        middle.hist(ones, bins=np.linspace(0.0, 1.0, 21).tolist(), color=SECOND)
        middle.axvline(0.5, color=MUTED, linewidth=0.8, linestyle=(0, (4, 2)))
        middle.set_title("Dies by their share of ones")
        right.bar(np.arange(len(changes)), changes, color=SECOND, width=0.8)
        right.axhline(0.5, color=MUTED, linewidth=0.8, linestyle=(0, (4, 2)))
        right.set_ylim(0.0, max(0.6, 1.1 * float(changes.max())))
        right.set_title("Changed responses by turned bit")
        for axes in (left, middle, right):
            axes.grid(axis="x", visible=False)
    return sheet.svg


def _uniqueness(run: Run) -> float | None:
    """How much dies differ that are asked the same; None where the circuit is not solved by its ports."""
    if run.experiment.dynamics.method != "ports":
        return None
    share, wiring, mismatch = run.experiment.dynamics.challenges, Wiring.of(run.circuit), Mismatch.of(run.circuit)
    asked = run.encoder.voltages(run.dataset.test_inputs[:share])
    if len(asked) < share or not mismatch.spreads:
        return None
    with jax.enable_x64(True):
        system = DynamicalSystem.of(run.circuit, wiring.parameters, mismatch.kinds)
        stars = Stars.of(system, wiring, grid_of(run.circuit, run.experiment.dynamics.steps), share)
        first = TEST_DIES // share
        draws = jax.numpy.asarray(mismatch.array(run.experiment.seed, range(first, first + DIES)))
        inputs = jax.numpy.asarray(np.tile(asked.T, (1, DIES)))
        found = stars({}, inputs, Circumstances(draws, jax.random.PRNGKey(0)))
        return float(uniqueness(hard_bit(found[0]).reshape(DIES, share)))
