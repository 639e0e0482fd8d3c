"""The residual of kkt.py, cheaply while iterating: what is left at the nodes is known already."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .network import Network

# Potentials this small beside what the current sources would cause alone are rounding errors of a true zero.
FAINT = 1e-9


@dataclass(frozen=True)
class Scales:
    """What a volt and an ampere are compared with: `volts`, and `nodes` (n + 1), `diodes` (k) in amperes (kkt.py)."""

    volts: float
    nodes: np.ndarray
    diodes: np.ndarray

    @classmethod
    def of(cls, network: Network, x: np.ndarray) -> Scales:
        """The scales at potentials x (n + 1), without what only makes them larger at diodes. O(n + m + k)."""
        volts = max(_largest(x), _largest(network.e), _largest(network.drop), FAINT * _driven(network)) or 1.0
        nodes = volts * network.strength
        nodes[:-1] = np.maximum(nodes[:-1], np.abs(network.injection))
        nodes[-1] = 0.0
        typical = _largest(nodes) or 1.0
        nodes = np.where(network.strength > 0, nodes, typical)
        nodes[-1] = 0.0
        return cls(volts, nodes, volts * network.through)


def _driven(network: Network) -> float:
    """The largest voltage that an injected current would cause at its own node, in volts."""
    tied = network.strength[:-1] > 0
    return _largest(network.injection[tied] / network.strength[:-1][tied])


def residual(network: Network, x: np.ndarray, current: np.ndarray, leaving: np.ndarray) -> float:
    """The largest scaled part: `leaving` (n + 1) at the nodes, reverse current, forward voltage, complementarity."""
    scales = Scales.of(network, x)
    slack = (network.drop - x[network.anode] + x[network.cathode]) / scales.volts
    through = current / scales.diodes
    pairing = np.minimum(through, slack)
    kirchhoff = _largest(leaving[:-1] / scales.nodes[:-1])
    return max(kirchhoff, -float(np.min(pairing, initial=0.0)), float(np.max(pairing, initial=0.0)))


def _largest(values: np.ndarray) -> float:
    return float(np.max(np.abs(values), initial=0.0))
