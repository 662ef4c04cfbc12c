"""``name=value`` against the schema: names, types and choices, before anything starts (joint 11)."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from skylift.errors import ConfigError, Issue
from skylift.project.arguments.typed import typed, typed_text, wants_list
from skylift.project.arguments.wire import decode
from skylift.project.config.convert import Unfit
from skylift.values.arguments import ANY, Parameter, Schema
from skylift.values.project import Arguments
from skylift_runtime.contract import RAW_ARGUMENTS_KEY


def resolve(
    schema: Schema, defaults: Mapping[str, Any], given: Sequence[str], raw: Sequence[str] = ()
) -> Arguments:
    """The hyperparameters of one run: the config's, with the command line's on top, typed by the schema.

    :param given: ``name=value`` items; a list by repetition or as JSON.
    :param raw: what is passed to the script untouched.
    :raises ConfigError: for every item that can not be; unknown names only where the schema is complete.
    """
    resolving = _Resolving(schema)
    for name, value in defaults.items():
        resolving.configured(name, value)
    for name, texts in _grouped(given, resolving.issues).items():
        resolving.said(name, texts)
    if resolving.issues:
        raise ConfigError(resolving.issues)
    usual = {p.key: p.default for p in schema.parameters if p.default_known}
    return Arguments(
        resolving.values, {**usual, **resolving.values}, tuple(raw), tuple(dict.fromkeys(resolving.warnings))
    )


def _grouped(given: Sequence[str], issues: list[Issue]) -> dict[str, list[str]]:
    """Texts by name as it was written first; ``-`` and ``_`` are alike."""
    found: dict[str, list[str]] = {}
    spelled: dict[str, str] = {}
    for item in given:
        name, equals, value = item.partition("=")
        name = name.lstrip("-")
        if not equals or not name:
            issues.append(Issue(item, "wants name=value", "options for the script itself go after `--`"))
        elif name.startswith("sagemaker_") or name == RAW_ARGUMENTS_KEY:
            issues.append(Issue(item, f"the name `{name}` is reserved", "choose another name"))
        else:
            found.setdefault(spelled.setdefault(name.replace("-", "_"), name), []).append(value)
    return found


class _Resolving:
    """Collects values, issues and warnings, name by name."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self.values: dict[str, Any] = {}
        self.issues: list[Issue] = []
        self.warnings: list[str] = []

    def configured(self, name: str, value: Any) -> None:
        """A value from the config: TOML has types of its own."""
        where = f"[hyperparameters] {name}"
        parameter = self._find(name, where)
        if parameter is None:
            self._store(name, value)
        elif parameter.type == ANY:
            self._store(parameter.key, value)
        else:
            self._take(parameter, [value], where)

    def said(self, name: str, texts: list[str]) -> None:
        """Values from the command line."""
        where = f"{name}={texts[-1]}"
        parameter = self._find(name, where)
        if parameter is not None:
            self._take(parameter, texts, where)
        elif len(texts) > 1:
            self._store(name, [decode(text) for text in texts])
        else:
            self._store(name, decode(texts[0]))

    def _take(self, parameter: Parameter, values: Sequence[Any], where: str) -> None:
        if len(values) > 1 and not wants_list(parameter):
            self.issues.append(Issue(where, f"`{parameter.key}` takes one value, and is given {len(values)}"))
            return
        try:
            found = _list(parameter, values) if wants_list(parameter) else _one(parameter, values[0])
        except Unfit as error:
            self.issues.append(Issue(where, str(error), error.hint))
            return
        if parameter.type == "bool" and parameter.action == "store" and found is False:
            self.warnings.append(
                f"`{parameter.key}` is declared with type=bool, and argparse takes every text for true: "
                "the script will see True; declare it with action=argparse.BooleanOptionalAction"
            )
        self._store(parameter.key, found)

    def _store(self, name: str, value: Any) -> None:
        # A name that is not in the schema may be in the config with other dashes.
        spelled = next((key for key in self.values if key.replace("-", "_") == name.replace("-", "_")), name)
        self.values[spelled] = value

    def _find(self, name: str, where: str) -> Parameter | None:
        found = self._schema.find(name)
        if found is not None or self._schema.takes(name):
            return found
        known = sorted(parameter.key for parameter in self._schema.parameters)
        near = difflib.get_close_matches(name.replace("_", "-"), known, 1, 0.6)
        guess = f"did you mean `{near[0]}`?" if near else ""
        if self._schema.complete:
            there = "there are: " + ", ".join(known) if known else "it takes none"
            what = f"the script has no parameter `{name}`"
            self.issues.append(Issue(where, what, f"{guess} {there}".strip()))
        else:
            said = f"`{name}` is not among the parameters that could be read, and is passed on as it is"
            self.warnings.append(f"{said}; {guess}" if guess else said)
        return None


def _one(parameter: Parameter, value: Any) -> Any:
    if isinstance(value, str):
        return decode(value) if parameter.type == ANY else typed_text(parameter, value)
    return typed(parameter, value)


def _list(parameter: Parameter, values: Sequence[Any]) -> list[Any]:
    items = [_one(parameter, item) for item in _items(values)]
    wanted = parameter.nargs
    if parameter.action == "store" and wanted.isdigit() and len(items) != int(wanted):
        raise Unfit(f"`{parameter.key}` takes {wanted} values, and is given {len(items)}")
    if parameter.action == "store" and wanted == "+" and not items:
        raise Unfit(f"`{parameter.key}` takes at least one value")
    return items


def _items(values: Sequence[Any]) -> Iterator[Any]:
    for value in values:
        found = _json_list(value) if isinstance(value, str) else value
        if isinstance(found, list | tuple):
            yield from found
        else:
            yield value


def _json_list(text: str) -> Any:
    try:
        return json.loads(text) if text.lstrip().startswith("[") else None
    except (ValueError, RecursionError):
        return None
