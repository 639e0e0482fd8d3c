"""Names that ngspice reads unharmed, and the way back.

A Tellegen name may hold brackets, commas and dots (`h[7]`, `rw[3,7]`, `x1.n`), which ngspice's expressions take for
something else; some plain words (`time`, `gnd`, `all`) mean something to ngspice already. Such names are spelled with
letters, digits and underscores; a number is added where two would fall together. Names that are safe keep themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

_VECTORS = frozenset({"time", "temper", "hertz", "frequency", "all", "allv", "alli", "ally"})
_CONSTANTS = frozenset({"yes", "no", "true", "false", "pi", "c", "e", "i", "kelvin", "echarge", "boltz", "planck"})
RESERVED = _VECTORS | _CONSTANTS | {"gnd", "none", "null", "const", "list", "void"}
"""Words that ngspice gives a meaning of its own where a node's name may stand."""

_UNSAFE = re.compile(r"[^a-z0-9_]+")
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_MODEL = re.compile(r"[a-z][a-z0-9_]*(\.[0-9]+)?")
_NUMBER = re.compile(r"[1-9][0-9]*")


@dataclass(frozen=True)
class Names:
    """A one-to-one map between Tellegen's names and ngspice's: `to_spice` and its inverse `to_tellegen`."""

    to_spice: Mapping[str, str]
    to_tellegen: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """ngspice's spelling of a Tellegen name."""
        return self.to_spice[name]

    def __len__(self) -> int:
        return len(self.to_spice)


def node_names(nodes: Iterable[str]) -> Names:
    """Safe names for nodes. Ground, `0`, stays itself. Linear in the number of names."""
    return _one_to_one(((node, "n", _safe_node(node)) for node in nodes), letter_first=False)


def element_names(letters: Iterable[tuple[str, str]]) -> Names:
    """Safe names for (element, SPICE letter) pairs: the letter comes first, since it says what the card is.

    The letter is the exported card's, which is not always the element's own: an ideal diode written as a B source
    becomes `b_d1`.
    """
    entries = ((name, letter.lower(), _safe_element(name, letter)) for name, letter in letters)
    return _one_to_one(entries, letter_first=True)


def model_names(models: Iterable[str]) -> Names:
    """Safe names for models and subcircuits; `nm.1`, a bin of the model `nm`, is one."""
    entries = ((model, "m", bool(_MODEL.fullmatch(model)) and model not in RESERVED) for model in models)
    return _one_to_one(entries, letter_first=False)


def _safe_node(node: str) -> bool:
    return node == "0" or (bool(_WORD.fullmatch(node)) and node not in RESERVED) or bool(_NUMBER.fullmatch(node))


def _safe_element(name: str, letter: str) -> bool:
    return len(name) > 1 and name[0] == letter.lower() and bool(_WORD.fullmatch(name))


def _one_to_one(entries: Iterable[tuple[str, str, bool]], letter_first: bool) -> Names:
    """Safe names keep themselves, so that no spelled one takes their place; then the others get a free spelling.

    An entry is a name, the prefix of its spelling where one is needed (always, with `letter_first`, unless the name
    starts with it), and whether it is safe.
    """
    to_spice: dict[str, str] = {}
    to_tellegen: dict[str, str] = {}
    unsafe: dict[str, str] = {}
    for name, prefix, safe in entries:
        to_spice[name] = name
        if safe:
            to_tellegen[name] = name
        else:
            unsafe[name] = prefix
    for name, prefix in unsafe.items():
        spelled = _free(_spelled(name, prefix, letter_first), to_tellegen)
        to_spice[name] = spelled
        to_tellegen[spelled] = name
    return Names(MappingProxyType(to_spice), MappingProxyType(to_tellegen))


def _spelled(name: str, prefix: str, letter_first: bool) -> str:
    word = _UNSAFE.sub("_", name.lower()).strip("_") or "x"
    fits = word[0].isalpha() and word not in RESERVED and len(word) > 1
    return word if fits and (not letter_first or word[0] == prefix) else f"{prefix}_{word}"


def _free(word: str, taken: Mapping[str, str]) -> str:
    if word not in taken:
        return word
    number = 2
    while f"{word}_{number}" in taken:
        number += 1
    return f"{word}_{number}"
