"""The words of a command line, apart: ``name=value``, and what people write when they mean that."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from skylift.errors import Issue
from skylift.values.arguments import Schema
from skylift_runtime.contract import ARGUMENTS_KEY, COMMAND_KEY, RAW_ARGUMENTS_KEY

RESERVED = frozenset({RAW_ARGUMENTS_KEY, ARGUMENTS_KEY})
_APART = "options for the script itself go after `--`"


def is_reserved(name: str) -> bool:
    return name.startswith("sagemaker_") or name in RESERVED


def grouped(given: Sequence[str], schema: Schema, issues: list[Issue]) -> dict[str, list[str]]:
    """Texts by name as it was written first; ``-`` and ``_`` are alike."""
    found: dict[str, list[str]] = {}
    spelled: dict[str, str] = {}
    for item in _joined(given, schema, issues):
        name, equals, value = item.partition("=")
        name = name.lstrip("-")
        if not equals or not name:
            issues.append(_no_pair(item, given, schema))
        elif name != name.strip():
            hint = f"write it without blanks: {_shown(name.strip(), value.strip())}"
            issues.append(Issue(item, "there are blanks in the name", hint))
        elif is_reserved(name):
            issues.append(Issue(item, f"the name `{name}` is reserved", "choose another name"))
        else:
            found.setdefault(spelled.setdefault(name.replace("-", "_"), name), []).append(value)
    return found


def _joined(given: Sequence[str], schema: Schema, issues: list[Issue]) -> Iterator[str]:
    """The items, without those that a blank has torn apart: they are told."""
    waiting = list(given)
    while waiting:
        item = waiting.pop(0)
        apart = waiting[:1] and "=" not in item + waiting[0] and schema.find(item.lstrip("-")) is not None
        if apart and schema.find(waiting[0].lstrip("-")) is None:
            value = waiting.pop(0)
            hint = f"write it with an equals sign: {_shown(item.lstrip('-'), value)}"
            issues.append(Issue(f"{item} {value}", "wants name=value in one word", hint))
            continue
        torn = waiting[:1] and waiting[0].startswith("=") and "=" not in item
        if not torn:
            yield item
            continue
        rest = [waiting.pop(0)]
        if rest[0] == "=" and waiting and "=" not in waiting[0]:
            rest.append(waiting.pop(0))
        hint = f"write it without blanks: {_shown(item, ''.join(rest)[1:])}"
        issues.append(Issue(" ".join([item, *rest]), "wants name=value in one word", hint))


def _no_pair(item: str, given: Sequence[str], schema: Schema) -> Issue:
    before = given[given.index(item) - 1] if given.index(item) else ""
    parameter = schema.find(item.lstrip("-"))
    if before.endswith("=") and before.count("=") == 1:
        hint = f"write it without blanks: {_shown(before[:-1], item)}"
    elif item.startswith("~"):
        hint = f"write it with the sign: {item}="
    elif item in schema.commands:
        hint = f"choose the sub-command: {_shown(COMMAND_KEY, item)}"
    elif parameter is not None and parameter.type == "bool":
        hint = f"say it with a value: {parameter.key}=true"
    elif parameter is not None:
        hint = f"say it with a value: {parameter.key}=VALUE"
    else:
        hint = _APART
    return Issue(item, "wants name=value", hint)


def _shown(name: str, value: str) -> str:
    return f"{name}={shlex.quote(value) if value else value}"
