"""The model types a `.model` card may have, and the element kind each belongs to."""

from __future__ import annotations

from collections.abc import Mapping

from .elements import KINDS

MODEL_TYPES: Mapping[str, str] = {type_: kind.letter for kind in KINDS.values() for type_ in kind.model_types}
"""Letter of the element kind by model type."""

OTHER_TYPES = frozenset({"nmf", "pmf", "urc", "ltra", "txl", "cpl", "nhfet", "phfet", "numd", "nbjt", "numos"})
"""Model types of ngspice whose elements are not read; the cards are kept as data."""
