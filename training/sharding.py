"""Data-parallel training: a batch spread over JAX devices, the values that learn copied to each of them.

Every device relaxes its part of the batch; the compiler sums the gradients between them, so that a step is the one
that a single device takes, to round-off (Xu et al. 2021, arXiv:2105.04663).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from ..netlist.errors import ExperimentError

BATCH = "batch"
"""The name of the mesh's only axis."""


@dataclass(frozen=True)
class Sharding:
    """Where arrays of a step go; on one device nowhere in particular, so that nothing changes there."""

    mesh: Mesh | None = None

    @classmethod
    def of(cls, devices: int, batch: int) -> Sharding:
        """A batch of that many samples over the first `devices` that JAX has.

        Raises:
            ExperimentError: JAX has fewer devices, or the batch is no multiple of their number.
        """
        if devices == 1:
            return cls()
        found = jax.devices()
        if devices > len(found):
            raise ExperimentError(
                f"[training] devices is {devices}, but JAX has {len(found)} ({found[0].platform}); set fewer, or on a "
                f"processor set XLA_FLAGS=--xla_force_host_platform_device_count={devices} before the start"
            )
        if batch % devices:
            raise ExperimentError(
                f"[training] batch is {batch}, which {devices} devices cannot share evenly; "
                f"set it to a multiple such as {batch + -batch % devices}"
            )
        return cls(Mesh(np.array(found[:devices]), (BATCH,)))

    def copied(self, tree: Any) -> Any:
        """Every array whole on every device."""
        return tree if self.mesh is None else jax.device_put(tree, NamedSharding(self.mesh, PartitionSpec()))

    def split(self, tree: Any, axis: int) -> Any:
        """Every array cut along its batch axis."""
        return tree if self.mesh is None else jax.device_put(tree, self.cut(axis))

    def cut(self, axis: int) -> NamedSharding | None:
        """Where an array goes whose batch axis has that number."""
        return None if self.mesh is None else NamedSharding(self.mesh, PartitionSpec(*[None] * axis, BATCH))
