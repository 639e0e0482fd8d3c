"""Any SPICE circuit by modified nodal analysis: d/dt q(x) + i(x, t) = 0.

In: a `Circuit`. Out: `Traces`.

surroundings    temperature, the junctions' gmin
instances       elements as instances of devices (`solvers.devices`), local names to unknowns
groups          instances of one kind compiled together: physics and its derivatives as machine code
tables          everything as flat arrays, with places in one sparse pattern; lines, switches: theirs
network         all of this for one circuit
evaluate        i, q and their derivatives at x: the one loop over instances; limiting: how far controls may move
newton          Newton's method, compiled; operating: the operating point, with reported homotopies
signals         unknowns back to `v(node)` and `i(element)`
stimuli, waveforms    sources over time
linear          sparse and dense factorisations
"""

from __future__ import annotations

from .network import Network as Network
from .operating import Point as Point
from .operating import Solver as Solver
from .operating import operating_point as operating_point
