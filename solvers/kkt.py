"""How far a point is from being the steady state: the Karush-Kuhn-Tucker residual, in amperes and volts.

Every part is divided by a stated scale, so that one number serves every circuit:

* volts by V, the largest of |x|, |e|, |d| (1 V where all are zero);
* amperes at node k by s_k, the largest of V·G_k, |c_k| and the diode currents there, G_k the sum of the node's
  conductances; where no resistor meets the node, by the largest s of all nodes (1 A where all are zero);
* amperes through a diode by the larger s of its ends.

The scale is the node's own, so a corner of the circuit that lives on nanoamperes is held to as many digits as one that
lives on amperes. Complementarity is the smaller of scaled current and scaled slack (not their product, which would
call 1e-5 times 1e-5 solved to 1e-10).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .qp import QP
from .scatter import scatter


@dataclass(frozen=True)
class Residual:
    """The parts of the KKT residual: raw maxima in amperes and volts, and the scaled maximum of all.

    `kirchhoff`: largest |sum of currents| at a node, amperes. `reverse`: most negative diode current, amperes (≥ 0).
    `overlap`: largest forward voltage beyond a diode's drop, volts (≥ 0). `complementarity`: largest of the smaller of
    scaled current and scaled slack. `scaled` is the largest of all four over their scales, at supernode `worst` (n is
    ground).
    """

    kirchhoff: float
    reverse: float
    overlap: float
    complementarity: float
    scaled: float
    worst: int


def voltage_scale(problem: QP, x: np.ndarray) -> float:
    """V: the largest voltage that occurs, in volts; 1 where there is none."""
    largest = max(_largest(x), _largest(problem.offset), _largest(problem.drop))
    return largest if largest > 0 else 1.0


def current_scales(problem: QP, volts: float, diode_currents: np.ndarray) -> np.ndarray:
    """s (n + 1, ground last with 0), in amperes. O(m + k + n)."""
    graph = problem.topology
    size = graph.nodes + 1
    strength = np.abs(problem.conductance)
    total = scatter(strength, graph.resistor_a, size) + scatter(strength, graph.resistor_b, size)
    scales = volts * total
    scales[:-1] = np.maximum(scales[:-1], np.abs(problem.injection))
    np.maximum.at(scales, graph.diode_a, np.abs(diode_currents))
    np.maximum.at(scales, graph.diode_b, np.abs(diode_currents))
    scales[-1] = 0.0
    largest = _largest(scales) or 1.0
    return np.where(total > 0, scales, largest) * np.append(np.ones(graph.nodes), 0.0)


def kkt_residual(problem: QP, x: np.ndarray, diode_currents: np.ndarray) -> Residual:
    """The residual of potentials `x` (n, volts) and diode currents (k, amperes). O(m + k + n)."""
    graph = problem.topology
    if not (np.all(np.isfinite(x)) and np.all(np.isfinite(diode_currents))):
        return Residual(np.inf, np.inf, np.inf, np.inf, np.inf, graph.nodes)
    volts = voltage_scale(problem, x)
    scales = current_scales(problem, volts, diode_currents)
    kirchhoff = problem.imbalance(x) + graph.diodes.leaving(diode_currents)
    through = np.maximum(scales[graph.diode_a], scales[graph.diode_b])
    slack = problem.slack(x)
    current = diode_currents / _positive(through)
    at_nodes = np.abs(kirchhoff) / _positive(scales[:-1])
    reverse, overlap = np.maximum(-current, 0.0), np.maximum(-slack / volts, 0.0)
    pairing = np.maximum(np.minimum(current, slack / volts), 0.0)
    at_diodes = np.maximum(np.maximum(reverse, overlap), pairing)
    scaled, worst = _worst(at_nodes, at_diodes, np.minimum(graph.diode_a, graph.diode_b), graph.nodes)
    return Residual(
        kirchhoff=_largest(kirchhoff),
        reverse=_largest(np.minimum(diode_currents, 0.0)),
        overlap=_largest(np.minimum(slack, 0.0)),
        complementarity=_largest(pairing),
        scaled=scaled,
        worst=worst,
    )


def _worst(at_nodes: np.ndarray, at_diodes: np.ndarray, diode_nodes: np.ndarray, ground: int) -> tuple[float, int]:
    """The largest of both, and the node it belongs to."""
    node, diode = _largest(at_nodes), _largest(at_diodes)
    if node >= diode:
        return node, int(np.argmax(at_nodes)) if len(at_nodes) else ground
    return diode, int(diode_nodes[np.argmax(at_diodes)])


def _largest(values: np.ndarray) -> float:
    return float(np.max(np.abs(values), initial=0.0))


def _positive(scales: np.ndarray) -> np.ndarray:
    """The scales with 1 for 0, where only an exact zero is divided."""
    return np.where(scales > 0, scales, 1.0)
