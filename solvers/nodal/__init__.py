"""Any SPICE circuit by modified nodal analysis: d/dt q(x) + i(x, t) = 0."""
