"""Gradients of what a circuit does with respect to any number of its netlist, by adjoints.

In: a circuit, names of parameters, derivatives of a loss by signals. Out: its derivatives by the parameters, at the
cost of about one more solution, however many parameters there are.

differentiable_point     one operating point, by name: `point`; `forward`: by one parameter, of all signals
DifferentiablePoints     many samples at once, as arrays: `points`; `adjoint`, `loops`: its compiled loops; `threads`
node_voltages            the same as a JAX function: `function`
readings                 signals and powers as sums over unknowns and currents, and the way back
parametrisation          named parameters to all numbers of the netlist; `origins`: which name a number has
free_parameters, dependence    `.param`s and the expressions that they stand in
layout                   all numbers to what the solver needs, a group at a time
pullbacks                derivatives of physics as machine code
"""

from __future__ import annotations

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
from .trajectories import DifferentiableTransient as DifferentiableTransient
from .trajectories import Trajectory as Trajectory
from .transient import TransientSensitivity as TransientSensitivity
from .transient import differentiable_transient as differentiable_transient
