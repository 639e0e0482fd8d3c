"""The directives, declared once: what a `*@` line may say, in which words and units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Option:
    """One `key=value` of a directive. `choices` are the words it takes; without any it takes numbers or a name.

    `form` is `number`, `numbers` (a list of them with commas between), `count` (a whole number of at least 1), `levels`
    (a count or a list of numbers) or `word`.
    """

    name: str
    form: Literal["number", "numbers", "count", "levels", "word"]
    description: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False
    minimum: float | None = None


@dataclass(frozen=True, slots=True)
class DirectiveKind:
    """A keyword: its line as one writes it, what its selectors mean, its options.

    A line of a kind with `instead` names elements or has that option, one of the two; `with_names` are then the options
    that go with names, and all but those of `with_both` go with the option.
    """

    keyword: str
    card: str
    description: str
    selectors: Literal["none", "elements", "targets", "signals", "nodes"]
    options: Mapping[str, Option]
    instead: str | None = None
    with_names: tuple[str, ...] = ()
    with_both: tuple[str, ...] = ()


def _kind(keyword: str, card: str, description: str, selectors, *options: Option, **more: Any) -> DirectiveKind:
    return DirectiveKind(keyword, card, description, selectors, {option.name: option for option in options}, **more)


DIRECTIVES: Mapping[str, DirectiveKind] = {
    kind.keyword: kind
    for kind in (
        _kind(
            "ideal",
            "*@ ideal model=NAME [export=bsource|diode]",
            "the diodes of this model are ideal: no current backwards, no drop forwards",
            "none",
            Option("model", "word", "name of a .model d card", required=True),
            Option("export", "word", "how ngspice gets the diode", choices=("bsource", "diode")),
        ),
        _kind(
            "piecewise",
            "*@ piecewise model=NAME [drop=…] [on_resistance=…] [leakage=…] [zener=…] [zener_resistance=…] [limit=…] "
            "(or: *@ piecewise NAME … v=…,… i=…,…, or limit=…)",
            "diodes of this model, or these resistors, are piecewise linear: ideal parts, solved exactly",
            "elements",
            Option("model", "word", "name of a .model d card"),
            Option("drop", "number", "voltage at which it starts to conduct", "V", minimum=0.0),
            Option("on_resistance", "number", "resistance in series with the conducting diode", "ohm", minimum=0.0),
            Option("leakage", "number", "resistance in parallel, forwards and backwards", "ohm", minimum=0.0),
            Option("zener", "number", "reverse voltage at which it breaks through", "V", minimum=0.0),
            Option("zener_resistance", "number", "resistance in series with the breakthrough", "ohm", minimum=0.0),
            Option("limit", "number", "largest forward current, of a resistor in either sense", "A", minimum=0.0),
            Option("v", "numbers", "a resistor's voltages where its straight segments meet, rising", "V"),
            Option("i", "numbers", "the current at each of these voltages, rising", "A"),
            Option("export", "word", "how ngspice gets the ideal diodes in it", choices=("bsource", "diode")),
            instead="model",
            with_names=("v", "i"),
            with_both=("limit",),
        ),
        _kind(
            "trainable",
            "*@ trainable NAME … [min=…] [max=…] [scale=linear|log] [levels=…] [bits=…]",
            "what may be learned, and in which range",
            "targets",
            Option("min", "number", "least value", "the target's"),
            Option("max", "number", "largest value", "the target's"),
            Option("scale", "word", "what a step is proportional to", choices=("linear", "log")),
            Option("levels", "levels", "number of equidistant values, or the values with commas between"),
            Option("bits", "count", "two to this power equidistant values"),
        ),
        _kind(
            "mismatch",
            "*@ mismatch NAME … sigma=…",
            "fabrication spread of flat elements, or of parameters: one draw an element and a die",
            "targets",
            Option("sigma", "number", "standard deviation", "of the value", required=True, minimum=0.0),
            Option(
                "kind",
                "word",
                "whether sigma is a fraction of the value or in its unit",
                choices=("relative", "absolute"),
            ),
            Option("distribution", "word", "distribution of the draw", choices=("normal", "lognormal")),
            Option("per", "word", "one draw an element, or one a die for the whole line", choices=("element", "die")),
            Option("group", "word", "name of the group whose members share one draw"),
        ),
        _kind(
            "noise",
            "*@ noise NODE … amplitude=… [group=…] (or: *@ noise thermal [temperature=…])",
            "a Wiener process into the node, or the thermal noise of every resistor",
            "nodes",
            Option("amplitude", "number", "standard deviation after one second, negative against its group", "V/√s"),
            Option("temperature", "number", "temperature of thermal noise", "°C"),
            Option("group", "word", "name of the group whose members share one path"),
        ),
        _kind("input", "*@ input NAME …", "the sources, or the parameters, that carry the input", "targets"),
        _kind("output", "*@ output v(NODE) …", "the signals that are the answer", "signals"),
    )
}
"""Every directive by its keyword."""
