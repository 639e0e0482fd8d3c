"""Named signals over time, a sweep or a batch: what every solver, and ngspice, returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from .bus import split_index
from .element import empty
from .errors import CircuitError


@dataclass(frozen=True)
class Traces:
    """Signals by SPICE name: `v(node)` in volts against ground, `i(element)` in amperes in SPICE's sign convention.

    `axes` are the shared leading axes, in order, e.g. `{"sample": arange(50)}` or `{"time": t}`; an operating point has
    none. A signal of a bus or an array element has trailing axes of the bus's width or the array's shape. `about` says
    how the answer was made: engine, residual, homotopies, seconds.
    """

    signals: Mapping[str, np.ndarray]
    axes: Mapping[str, np.ndarray] = field(default_factory=empty)
    about: Mapping[str, object] = field(default_factory=empty)

    def __getitem__(self, name: str) -> np.ndarray:
        """The signal of that name; `v(h[7])` reads one line of the bus signal `v(h)`."""
        signal = self.signals.get(name.lower())
        if signal is not None:
            return signal
        whole, index = split_index(name.lower())
        if index and whole in self.signals:
            return self.signals[whole][(Ellipsis, *index)]
        raise CircuitError(f"no signal {name}; there are {', '.join(list(self.signals)[:8])}")

    def __contains__(self, name: str) -> bool:
        whole, index = split_index(name.lower())
        return name.lower() in self.signals or (bool(index) and whole in self.signals)

    def scalars(self) -> Iterator[tuple[str, np.ndarray]]:
        """Every signal as scalar lines over the axes: `v(h[7])`, `i(rw[3,7])`. Linear in the number of lines."""
        depth = len(self.axes)
        for name, signal in self.signals.items():
            extra = np.shape(signal)[depth:]
            if not extra:
                yield name, signal
                continue
            for index in np.ndindex(extra):
                yield f"{name[:-1]}[{','.join(map(str, index))}])", signal[(Ellipsis, *index)]
