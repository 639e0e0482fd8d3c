"""The quadratic program of an ideal resistive circuit, on supernodes (Scellier 2024, Theorem 1).

    minimise  ½ Σ_r g_r (x_a(r) − x_b(r) + e_r)²  −  Σ_k c_k x_k        over x ∈ Rⁿ
    subject to  x_a(q) − x_b(q) ≤ d_q  for every ideal diode q,          x_n = 0

`x_k` is the potential in volts of free supernode k = 0 … n−1; index n is ground and everything tied to it by sources.
With the incidence matrices A (resistors) and D (diodes), a row having +1 at `a` and −1 at `b`, the optimum satisfies

    Aᵀ g (A x + e) − c + Dᵀ λ = 0,     D x ≤ d,     λ ≥ 0,     λ (d − D x) = 0

where λ_q is the current in amperes through diode q from its anode `a` to its cathode `b`.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from .incidence import Incidence


@dataclass(frozen=True, eq=False)
class Topology:
    """Who is joined to whom: what stays the same while values change, and so what a method may cache on.

    `nodes` is n, the number of free supernodes. `resistor_a`, `resistor_b` (m) and `diode_a`, `diode_b` (k, anode and
    cathode) are int64 indices in 0 … n, where n is ground. The two ends of a branch differ; parallels are legal.
    """

    nodes: int
    resistor_a: np.ndarray
    resistor_b: np.ndarray
    diode_a: np.ndarray
    diode_b: np.ndarray

    @functools.cached_property
    def resistors(self) -> Incidence:
        """A (m, n)."""
        return Incidence(self.resistor_a, self.resistor_b, self.nodes)

    @functools.cached_property
    def diodes(self) -> Incidence:
        """D (k, n)."""
        return Incidence(self.diode_a, self.diode_b, self.nodes)

    @property
    def bounds_only(self) -> bool:
        """Whether every diode has an end at ground: then the constraints are bounds and coordinate descent is exact."""
        return bool(np.all((self.diode_a == self.nodes) | (self.diode_b == self.nodes)))


@dataclass(frozen=True, eq=False)
class QP:
    """One problem: a topology and float64 values.

    `conductance` g (m) in siemens, ≥ 0 (only a nudging load may be negative, while the sum stays positive definite);
    `offset` e (m) in volts; `injection` c (n) in amperes into each supernode; `drop` d (k) in volts.
    """

    topology: Topology
    conductance: np.ndarray
    offset: np.ndarray
    injection: np.ndarray
    drop: np.ndarray

    @functools.cached_property
    def laplacian(self) -> sparse.csc_array:
        """AᵀgA (n, n), the weighted graph Laplacian grounded at node n. O(m)."""
        return self.topology.resistors.sparse_laplacian(self.conductance)

    @functools.cached_property
    def source(self) -> np.ndarray:
        """c − Aᵀ g e (n) in amperes: where no diode conducts, the Laplacian times x equals it."""
        return self.injection - self.topology.resistors.leaving(self.conductance * self.offset)

    def resistor_currents(self, x: np.ndarray) -> np.ndarray:
        """g (A x + e) (m) in amperes, from `a` to `b`."""
        return self.conductance * (self.topology.resistors.across(x) + self.offset)

    def imbalance(self, x: np.ndarray) -> np.ndarray:
        """Aᵀ g (A x + e) − c (n) in amperes: what leaves each supernode through resistors less what is injected."""
        return self.topology.resistors.leaving(self.resistor_currents(x)) - self.injection

    def slack(self, x: np.ndarray) -> np.ndarray:
        """d − D x (k) in volts: how far each diode is from conducting; negative where the point is not feasible."""
        return self.drop - self.topology.diodes.across(x)

    def energy(self, x: np.ndarray) -> float:
        """½ g·(A x + e)² − c·x in watts."""
        voltage = self.topology.resistors.across(x) + self.offset
        return float(0.5 * self.conductance @ voltage**2 - self.injection @ x)


@dataclass(frozen=True, eq=False)
class Solution:
    """A point and its certificate: `v` (n) in volts, `diode_currents` λ (k) in amperes.

    `residual` is the largest scaled KKT residual (kkt.py), `worst` the supernode where it occurs. `undetermined` marks
    supernodes whose potential the circuit does not fix (they float): any common shift of theirs is as good.
    """

    v: np.ndarray
    diode_currents: np.ndarray
    residual: float
    iterations: int
    method: str
    worst: int = -1
    undetermined: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


def with_ground(x: np.ndarray) -> np.ndarray:
    """The potentials with ground's 0 appended, so that index n reads it."""
    return np.append(x, 0.0)
