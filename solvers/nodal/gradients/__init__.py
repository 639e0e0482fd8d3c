"""Gradients of what a circuit does with respect to any number of its netlist, by adjoints.

In: a circuit, names of parameters, derivatives of a loss by signals. Out: its derivatives by the parameters, at the
cost of about one more solution, however many parameters there are.

differentiable_point       one operating point, by name: `point`; `forward`: by one parameter, of all signals
differentiable_sweep       a `.dc` card: `sweep`
differentiable_response    an `.ac` card, through the operating point: `response`; `slopes`: second derivatives
differentiable_transient   a `.tran` card: `transient`; `trajectories`: as arrays; `backward`: the discrete adjoint of
                           its `steps`; `starting`: where it began; `shapes`: waveforms; `pieces`: what is kept of it;
                           `reader`: signals
DifferentiablePoints       many samples at once, as arrays: `points`; `adjoint`, `loops`: compiled; `threads`
virtual_work               what two states tell of a parameter, without an adjoint: `work`
node_voltages              the same as a JAX function: `function`; `callback` in double precision whoever calls

readings                   signals and powers as sums over unknowns and currents, and the way back
parametrisation            named parameters to all numbers of the netlist; `origins`: which name a number has
free_parameters            the expressions that `.param`s stand in; `dependence`: compiled
layout                     all numbers to what the solver needs, a group at a time
pullbacks                  derivatives of physics as machine code
"""

from __future__ import annotations

from .callback import call_out as call_out
from .function import NodalFunction as NodalFunction
from .function import State as State
from .function import node_voltages as node_voltages
from .point import PointSensitivity as PointSensitivity
from .point import differentiable_point as differentiable_point
from .points import DifferentiablePoints as DifferentiablePoints
from .points import Solved as Solved
from .response import DifferentiableResponse as DifferentiableResponse
from .response import ResponseSensitivity as ResponseSensitivity
from .response import differentiable_response as differentiable_response
from .sweep import SweepSensitivity as SweepSensitivity
from .sweep import differentiable_sweep as differentiable_sweep
from .trajectories import DifferentiableTransient as DifferentiableTransient
from .trajectories import Trajectory as Trajectory
from .transient import TransientSensitivity as TransientSensitivity
from .transient import differentiable_transient as differentiable_transient
from .work import virtual_work as virtual_work
