"""What can be known of arguments that are passed on as they are: a record must not claim what they override."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from skylift.project.arguments.typed import one, wants_list
from skylift.project.config.convert import Unfit
from skylift.values.arguments import Parameter, Schema


@dataclass
class Raw:
    """What a raw command line says of the parameters."""

    given: Mapping[str, Any]
    """What stands before it on the command line: lists and counts go on from there."""
    values: dict[str, Any] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)
    """Keys that it sets to something that could not be read."""

    @property
    def seen(self) -> frozenset[str]:
        """Keys that it sets, or may set."""
        return frozenset({*self.values, *self.unsure})

    def without_places(self) -> Raw:
        """For words of the config, in which a place is another text in each job."""
        for key, value in list(self.values.items()):
            if isinstance(value, str) and "{" in value:
                self.doubt(key)
        return self

    def over(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values with what is said here on top; without those that it makes unsure."""
        return {key: value for key, value in values.items() if key not in self.unsure} | self.values

    def before(self, parameter: Parameter, usual: Any) -> Any:
        return self.values.get(parameter.key, self.given.get(parameter.key, usual))

    def set(self, parameter: Parameter, texts: list[str]) -> None:
        try:
            items = [one(parameter, text) for text in texts]
        except Unfit:
            self.doubt(parameter.key)
            return
        if parameter.action == "append":
            self.values[parameter.key] = [*self.before(parameter, []), items if parameter.nargs else items[0]]
        elif wants_list(parameter):
            self.values[parameter.key] = items
        elif len(items) == 1:
            self.values[parameter.key] = items[0]
        else:
            self.doubt(parameter.key)

    def doubt(self, key: str) -> None:
        self.values.pop(key, None)
        self.unsure.add(key)


def read_raw(schema: Schema, given: Mapping[str, Any], raw: Sequence[str]) -> Raw:
    """Read raw arguments as the program's own parser would, as far as that is certain.

    :param schema: what is in scope; a sub-command that the raw arguments name is not, and is not followed.
    """
    found = Raw(given)
    if not raw:
        return found
    if any(parameter.spelling == "hydra" for parameter in schema.parameters):
        _overrides(schema, raw, found)
        return found
    _options(schema, raw, found)
    for parameter in schema.parameters:
        # Whether a word is a positional's depends on more than is known here.
        if not parameter.flag and parameter.spelling == "separate":
            found.doubt(parameter.key)
    return found


def _options(schema: Schema, raw: Sequence[str], found: Raw) -> None:
    waiting = list(raw)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            return
        flag, equals, text = word.partition("=")
        if not flag.startswith("-"):
            continue
        matching = list(_matching(schema, flag))
        if len(matching) != 1:
            # None of ours, or one of several that it abbreviates.
            for parameter, _ in matching:
                found.doubt(parameter.key)
            continue
        parameter, value = matching[0]
        if parameter.action == "count":
            found.values[parameter.key] = int(found.before(parameter, 0)) + 1
        elif value is not None and not equals:
            found.values[parameter.key] = value
        else:
            found.set(parameter, [text] if equals else list(_taken(parameter, waiting)))


def _matching(schema: Schema, flag: str) -> Iterator[tuple[Parameter, bool | None]]:
    """The parameters that a flag may set, with the value that it sets itself."""
    flags = [(name, p, value) for p in schema.parameters for name, value in _flags(p)]
    exact = [(p, value) for name, p, value in flags if name == flag]
    if exact:
        yield exact[0]
    elif flag.startswith("--"):
        # argparse and absl take the beginning of a name for the name.
        yield from ((p, value) for name, p, value in flags if name.startswith(flag))


def _flags(parameter: Parameter) -> Iterator[tuple[str, bool | None]]:
    on = {"flag": True, "negative-flag": False, "boolean-optional": True}.get(parameter.action)
    if parameter.flag:
        yield parameter.flag, on
    for alias in parameter.aliases:
        yield ("-" if len(alias) == 1 else "--") + alias, on
    if parameter.off:
        yield parameter.off, False
    elif parameter.action == "boolean-optional" and parameter.flag.startswith("--"):
        yield "--no-" + parameter.flag[2:], False


def _taken(parameter: Parameter, waiting: list[str]) -> Iterator[str]:
    """The words after a flag that are its values."""
    if parameter.nargs in ("", "?") or parameter.nargs.isdigit():
        for _ in range(int(parameter.nargs or "1") if parameter.nargs != "?" else 1):
            if waiting and not (parameter.nargs == "?" and waiting[0].startswith("-")):
                yield waiting.pop(0)
        return
    while waiting and not waiting[0].startswith("-"):
        yield waiting.pop(0)


def _overrides(schema: Schema, raw: Sequence[str], found: Raw) -> None:
    for word in raw:
        name, equals, text = word.lstrip("+").partition("=")
        parameter = schema.find(name.lstrip("~")) if equals or name.startswith("~") else None
        if parameter is None:
            continue
        if not equals or any(letter in text for letter in "'\"\\$(),[]{}"):
            # A grammar of its own, or a sweep.
            found.doubt(parameter.key)
        else:
            found.set(parameter, [text])
