"""Second pass: a scope with all its names known becomes a `Circuit`."""

from __future__ import annotations

from .circuit import Circuit, Subcircuit
from .directive_lines import read_directive
from .element_cards import read_elements
from .expression import TEMPERATURE, Expression
from .model_cards import read_model
from .parameters import NOMINAL_TEMPERATURE, resolve
from .references import check_references
from .scope import Scope
from .settings import Settings
from .sidecar import Sidecars


def assemble(scope: Scope, sidecars: Sidecars, title: str, source: str | None) -> Circuit:
    """The circuit of a scope, its subcircuits' circuits inside. Raises NetlistError."""
    for location, text in scope.model_lines.values():
        model = read_model(text, location, scope)
        scope.models[model.name] = model
    for name, expression in (*scope.defaults.items(), *scope.parameters.items()):
        if isinstance(expression, Expression):
            scope.check(expression, scope.defined["parameter", name])
    if scope.parent is None:
        where = {name: location for (what, name), location in scope.defined.items() if what == "parameter"}
        resolve(scope.parameters, scope.functions, {TEMPERATURE: NOMINAL_TEMPERATURE}, where)
    for function in scope.functions.values():
        scope.check(function.body, function.location or scope.location, function.arguments)
    subcircuits = {name: _subcircuit(inner, sidecars) for name, inner in scope.inner.items()}
    settings = Settings(scope)
    for location, text in scope.later:
        settings.read(text, location)
    circuit = Circuit(
        title=title,
        elements=read_elements(scope, sidecars),
        models=scope.models,
        parameters=scope.parameters,
        functions=scope.functions,
        subcircuits=subcircuits,
        global_nodes=tuple(settings.global_nodes),
        initial_conditions=settings.initial_conditions,
        options=settings.options,
        temperature=settings.temperature,
        analyses=tuple(settings.analyses),
        directives=tuple(read_directive(text, location) for location, text in scope.directive_lines),
        source=source,
        nodesets=settings.nodesets,
        notes=tuple(scope.notes),
    )
    check_references(circuit, scope)
    return circuit


def _subcircuit(scope: Scope, sidecars: Sidecars) -> Subcircuit:
    body = assemble(scope, sidecars, "", None)
    return Subcircuit(scope.name, scope.ports, scope.defaults, body, scope.location)
