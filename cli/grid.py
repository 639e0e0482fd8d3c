"""A grid of settings: every combination of the values to sweep over, and every seed, each with a folder of its own."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from .exits import Misuse


@dataclass(frozen=True)
class Point:
    """One run of a sweep: its settings by name, as text, and its seed."""

    settings: dict[str, str]
    seed: int

    @property
    def folder(self) -> str:
        """The name of the run's folder, such as `hardware.measurement_bits=4,seed=0`."""
        parts = [f"{name}={value}" for name, value in (*self.settings.items(), ("seed", str(self.seed)))]
        return ",".join(part.replace("/", "_") for part in parts)


def points(over: Sequence[str], seeds: str) -> list[Point]:
    """All combinations of `["name=1,2", …]` with seeds `"0,1,2"`, the seeds changing fastest."""
    axes: dict[str, list[str]] = {}
    for axis in over:
        name, equals, values = (part.strip() for part in axis.partition("="))
        found = [value.strip() for value in values.split(",") if value.strip()]
        if not (name and equals and found):
            raise Misuse(f"--over {axis} is no axis; write --over name=1,2,3 without spaces")
        if name in axes or name == "seed":
            cure = "give seeds by --seeds" if name == "seed" else "give all its values at once"
            raise Misuse(f"--over {name} cannot be given like this; {cure}")
        if len(set(found)) < len(found):
            raise Misuse(f"--over {axis} gives a value twice; keep one of them")
        axes[name] = found
    grid = [dict(zip(axes, chosen, strict=True)) for chosen in itertools.product(*axes.values())]
    return [Point(settings, seed) for settings in grid for seed in _seeds(seeds)]


def _seeds(text: str) -> list[int]:
    """The seeds of a list, each once."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or not all(word.isdigit() and word.isascii() for word in words):
        raise Misuse(f"--seeds {text} is no list of seeds; write whole numbers such as --seeds 0,1,2")
    return list(dict.fromkeys(map(int, words)))
