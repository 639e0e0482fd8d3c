"""The netlist's parameters of a device: its model's and its card's, by the names that `prepare` reads."""

from __future__ import annotations

from ...netlist.declaration import MULTIPLIER, Parameter
from ...netlist.elements import KINDS
from ...netlist.model_parameters import MODEL_PARAMETERS


def declared_parameters(model_type: str, letter: str, *card: str) -> dict[str, Parameter]:
    """All parameters of a model of that type, and those named of a card of that letter, which go before the model's.

    A card's `m` is `multiplicity`; its temperatures reach a device in another form.
    """
    own = KINDS[letter].parameters or {}
    return {**MODEL_PARAMETERS[model_type], **{name: own[name] for name in card}, "multiplicity": MULTIPLIER}
