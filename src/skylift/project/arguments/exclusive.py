"""Parameters that exclude one another: of each group one at most, and where the program requires it one at least."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from skylift.errors import Issue
from skylift.project.arguments.names import plain
from skylift.values.arguments import Exclusive, Parameter, Schema

_NAMED = 4


def of_command(schema: Schema, command: str) -> list[Exclusive]:
    """The groups of a program that count when this sub-command of it is chosen."""
    words = command.split()
    levels = {" ".join(words[:count]) for count in range(len(words) + 1)}
    return [group for group in schema.exclusive if group.command in levels]


def refuse_both(
    groups: Collection[Exclusive], scope: Schema, values: Mapping[str, Any], others: Collection[str]
) -> Iterator[Issue]:
    """What is given although something else of its group is.

    :param scope: the parameters that can be given.
    :param others: names that the job fills, or its command says.
    """
    for group in groups:
        given = [key for key in group.keys if _is_given(scope, key, values, others)]
        if given[1:]:
            filled = [key for key in given if key not in _on_the_line(scope, values)]
            by_job = f"; the job itself fills {', '.join(filled)}" if filled else ""
            only = "the program takes one of them at most"
            yield Issue(", ".join(given), only, f"give {' or '.join(given[:_NAMED])}{by_job}")


def refuse_none(
    groups: Collection[Exclusive], scope: Schema, values: Mapping[str, Any], others: Collection[str]
) -> Iterator[Issue]:
    """Groups of which something is required, and nothing is given."""
    for group in unmet(groups, scope, values, others):
        what = "the program requires one of them"
        yield Issue(", ".join(group.keys), what, f"give it: {ways(group, scope)}")


def unmet(
    groups: Collection[Exclusive], scope: Schema, values: Mapping[str, Any], others: Collection[str]
) -> Iterator[Exclusive]:
    for group in groups:
        if group.required and not any(_is_given(scope, key, values, others) for key in group.keys):
            yield group


def ways(group: Exclusive, scope: Schema) -> str:
    """How each of a group is given."""
    found = [parameter for key in group.keys if (parameter := scope.find(key)) is not None]
    said = [f"{one.key}={'true' if one.action == 'flag' else 'VALUE'}" for one in found[:_NAMED]]
    return " or ".join([*said, *(["…"] if found[_NAMED:] else [])])


def _is_given(scope: Schema, key: str, values: Mapping[str, Any], others: Collection[str]) -> bool:
    named = (scope.find(name) for name in others)
    filled = {plain(parameter.key) for parameter in named if parameter is not None}
    return plain(key) in filled or key in _on_the_line(scope, values)


def _on_the_line(scope: Schema, values: Mapping[str, Any]) -> set[str]:
    """Parameters of which a value puts something on the command line: a flag that is off does not."""
    found = ((scope.find(name), value) for name, value in values.items())
    return {parameter.key for parameter, value in found if parameter is not None and _says(parameter, value)}


def _says(parameter: Parameter, value: Any) -> bool:
    if parameter.action in ("flag", "count"):
        return bool(value) or bool(parameter.off)
    if parameter.action == "negative-flag":
        return not value
    return value is not None and value != []
