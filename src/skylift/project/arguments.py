"""``name=value`` against the schema: names, types and choices, before anything starts (joint 11)."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from skylift.errors import ConfigError, Issue
from skylift.project.wire import decode
from skylift.values.arguments import Parameter, Schema
from skylift.values.project import Arguments

_TRUE, _FALSE = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off"})


def resolve(
    schema: Schema, defaults: Mapping[str, Any], given: Sequence[str], raw: Sequence[str] = ()
) -> Arguments:
    """The hyperparameters of one run: the config's, with the command line's on top, typed by the schema.

    :param given: ``name=value`` items; a list by repetition or as JSON.
    :raises ConfigError: for every item that can not be; unknown names only where the schema is complete.
    """
    resolving = _Resolving(schema)
    for name, value in defaults.items():
        resolving.take(name, value, f"[hyperparameters] {name}")
    for name, texts in _grouped(given, resolving.issues).items():
        resolving.take_texts(name, texts)
    if resolving.issues:
        raise ConfigError(resolving.issues)
    usual = {p.key: p.default for p in schema.parameters if p.default_known and p.default is not None}
    effective = {**usual, **resolving.values}
    return Arguments(resolving.values, effective, tuple(raw), tuple(resolving.warnings))


def _grouped(given: Sequence[str], issues: list[Issue]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not equals or not name:
            issues.append(Issue(item, "wants name=value", "options of the script itself go behind `--`"))
            continue
        found.setdefault(name.lstrip("-"), []).append(value)
    return found


class _Resolving:
    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self.values: dict[str, Any] = {}
        self.issues: list[Issue] = []
        self.warnings: list[str] = []

    def take(self, name: str, value: Any, where: str) -> None:
        """A value from the config: TOML has types already."""
        parameter = self._find(name, where)
        if parameter is None:
            self.values[name] = value
        elif isinstance(value, str) and parameter.type not in ("str", "path", "any"):
            self.values[parameter.key] = self._typed(parameter, value, where)
        elif self._allowed(parameter, value, where):
            self.values[parameter.key] = value

    def take_texts(self, name: str, texts: list[str]) -> None:
        where = f"{name}={texts[-1]}"
        parameter = self._find(name, where)
        if parameter is None:
            self.values[name] = decode(texts[-1])
        elif _is_list(parameter):
            items = list(_items(texts))
            self.values[parameter.key] = [self._typed(parameter, item, where) for item in items]
        else:
            self.values[parameter.key] = self._typed(parameter, texts[-1], where)

    def _find(self, name: str, where: str) -> Parameter | None:
        found = self._schema.find(name)
        if found is not None:
            return found
        known = [parameter.key for parameter in self._schema.parameters]
        if self._schema.complete:
            near = difflib.get_close_matches(name, known, 1, 0.5)
            hint = (
                f"did you mean `{near[0]}`?"
                if near
                else "it takes: " + (", ".join(sorted(known)) or "nothing")
            )
            self.issues.append(Issue(where, f"the script has no parameter `{name}`", hint))
        elif known:
            self.warnings.append(
                f"`{name}` is not among the parameters that could be read; it is passed on as it is"
            )
        return None

    def _typed(self, parameter: Parameter, text: Any, where: str) -> Any:
        try:
            value = _convert(parameter.type, text)
        except ValueError:
            self.issues.append(
                Issue(where, f"`{parameter.key}` wants {_article(parameter.type)}, not {text!r}")
            )
            return None
        self._allowed(parameter, value, where)
        return value

    def _allowed(self, parameter: Parameter, value: Any, where: str) -> bool:
        items = value if isinstance(value, list) else [value]
        if parameter.choices and any(item not in parameter.choices for item in items):
            choices = ", ".join(str(choice) for choice in parameter.choices)
            self.issues.append(Issue(where, f"`{parameter.key}` wants one of: {choices}"))
            return False
        return True


def _is_list(parameter: Parameter) -> bool:
    return parameter.action == "append" or parameter.nargs not in ("", "?")


def _items(texts: list[str]) -> Iterator[Any]:
    for text in texts:
        try:
            found = json.loads(text) if text.startswith("[") else None
        except json.JSONDecodeError:
            found = None
        if isinstance(found, list):
            yield from found
        else:
            yield text


def _convert(kind: str, value: Any) -> Any:
    if kind == "bool":
        return _boolean(value)
    if kind == "int":
        return int(value)
    if kind == "float":
        return float(value)
    if kind == "any" and isinstance(value, str):
        return decode(value)
    return value


def _boolean(value: Any) -> bool:
    text = str(value).lower()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise ValueError(text)


def _article(kind: str) -> str:
    return {"int": "a whole number", "float": "a number", "bool": "true or false"}.get(kind, f"a {kind}")
