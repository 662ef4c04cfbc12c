"""What click and typer are told of values beside their type: the least, the greatest, choices in any case."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace

from skylift.project.parameters.context import Context
from skylift.project.source.names import Module
from skylift.values.arguments import Parameter


def bounded(
    parameter: Parameter, context: Context, module: Module, words: Mapping[str, ast.expr]
) -> Parameter:
    """The parameter with ``min`` and ``max``, each where it is known and is a value itself.

    As it was where values are clamped: any is taken then.
    """
    if _value(context, module, words.get("clamp")):
        return parameter
    return replace(
        parameter,
        low=_bound(context, module, words, ("min", "min_open")),
        high=_bound(context, module, words, ("max", "max_open")),
    )


def in_any_case(parameter: Parameter) -> Parameter:
    """The parameter with choices that may be written in capitals or not; the default is spelled as its choice is."""
    spelled = {str(choice).casefold(): choice for choice in parameter.choices}
    default = parameter.default
    if isinstance(default, str):
        default = spelled.get(default.casefold(), default)
    return replace(parameter, any_case=True, default=default)


def _bound(
    context: Context, module: Module, words: Mapping[str, ast.expr], names: tuple[str, str]
) -> float | None:
    value, is_open = (_value(context, module, words.get(name)) for name in names)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and not is_open else None  # type: ignore[return-value]


def _value(context: Context, module: Module, node: ast.expr | None) -> object:
    found = context.constants.read(module, node) if node is not None else None
    return found.value if found is not None else None
