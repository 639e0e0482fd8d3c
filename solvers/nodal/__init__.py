"""Any SPICE circuit by modified nodal analysis: d/dt q(x) + i(x, t) = 0.

In: a `Circuit`. Out: `Traces`.

surroundings    temperature, the junctions' gmin
instance        an element as an instance of a device (`solvers.devices`), local names to unknowns; instances: all
groups          instances of one kind compiled together: physics and its derivatives as machine code
tables          everything as flat arrays, with places in one sparse pattern; lines, switches: theirs
network         all of this for one circuit
evaluate        i, q and their derivatives at x: the one loop over instances; limiting: how far controls may move;
                lockstep: of eight dies at once; lanes: eight numbers as one
newton          Newton's method, compiled; cocontent: downhill on the co-content; homotopies: detours, reported
operating       how they are tried; points: operating points as signals, dies: of many dies
signals         unknowns back to `v(node)` and `i(element)`
stimuli, waveforms    sources over time
linear          sparse and dense factorisations

cards           analysis cards as numbers
sweep           `.dc`; knobs: what a sweep moves; following: from neighbour to neighbour, compiled
linearised      (G + jωC) x = b at a point, over frequency; derivatives: currents of all elements from it
small_signal    `.ac`; transfer: `.tf`; noise: `.noise`, of the currents that noise_sources finds
analyses        all cards of a deck
gradients       all of these by any number of the netlist
"""

from __future__ import annotations

from .analyses import analyses as analyses
from .gradients import differentiable_point as differentiable_point
from .gradients import differentiable_response as differentiable_response
from .gradients import differentiable_sweep as differentiable_sweep
from .gradients import differentiable_transient as differentiable_transient
from .gradients import node_voltages as node_voltages
from .network import Network as Network
from .noise import noise as noise
from .operating import Point as Point
from .operating import Solver as Solver
from .points import operating_point as operating_point
from .points import operating_points as operating_points
from .small_signal import small_signal as small_signal
from .sweep import dc_sweep as dc_sweep
from .transfer import transfer as transfer
