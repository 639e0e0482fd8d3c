"""Deep resistive networks: layers of units joined by crossbars (Kendall et al. 2020; Scellier 2024, Section 3).

`network` recognises the layers in a `Circuit` and maps their values back to names, `amplification` the rows of
bidirectional amplifiers between them; `descent` finds their steady state by exact block coordinate descent of two
colours, batched, in JAX.
"""

from .descent import LayeredState, steady_state
from .network import LayeredNetwork

__all__ = ["LayeredNetwork", "LayeredState", "steady_state"]
