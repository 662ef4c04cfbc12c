"""A program's parameters as people read them in a help text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from skylift.host.redaction import redact_text, without_secret
from skylift.report.text import safe
from skylift.values.arguments import ANY, JSON, NUMBER, Parameter, Schema

_LONGEST = 60
_NOTES = 5
_SPELLED = {
    "bool": "true|false",
    ANY: "VALUE",
    NUMBER: "NUMBER",
    JSON: "JSON",
    "path": "PATH",
    "str": "TEXT",
    "int": "INT",
    "float": "FLOAT",
    "list": "LIST",
    "tuple": "TUPLE",
    "dict": "TABLE",
    "set": "SET",
    "None": "None",
}

Rows = list[tuple[str, str]]


def parameter_sections(
    schema: Schema, configured: Mapping[str, object], filled: Mapping[str, str]
) -> Iterator[tuple[str, Rows]]:
    """Tables with their titles: the program's own parameters, then each sub-command's.

    :param configured: what the config gives.
    :param filled: what the job fills by itself.
    """
    shown = _once(schema.parameters)
    own = [p for p in shown if not p.command]
    given, places = _plain_keys(configured), _plain_keys(filled)
    if own or schema.commands:
        first = [("command=NAME", safe(_commands(schema, given)))] if schema.commands else []
        yield "", [*first, *(_row(p, given, places) for p in own)]
    commands = dict.fromkeys([*schema.commands, *(p.command for p in schema.parameters if p.command)])
    for command in commands:
        theirs = [p for p in shown if p.command == command]
        if theirs:
            yield safe(f"with command={_word(command)}"), [_row(p, given, places) for p in theirs]


def _once(parameters: Iterable[Parameter]) -> list[Parameter]:
    """Without the second of two flags that switch the same thing on and off: its default is that of the first."""
    found: dict[tuple[str, str, str], Parameter] = {}
    for n, one in enumerate(parameters):
        is_switch = one.action in ("flag", "negative-flag")
        key = (one.command, one.key.replace("-", "_"), "" if is_switch else str(n))
        found.setdefault(key, one)
    return list(found.values())


def unread(schema: Schema) -> list[str]:
    """What could not be read, in lines."""
    if schema.complete:
        return []
    notes = [safe(note) for note in schema.notes[:_NOTES]]
    more = len(schema.notes) - _NOTES
    return [
        "There may be others, which are passed on unchecked:",
        *(f"  {note}" for note in notes or ["nothing of it could be read"]),
        *([f"  and {more} more"] if more > 0 else []),
    ]


def excluding(schema: Schema) -> list[str]:
    """What does not go together, in lines."""
    found = [group for group in schema.exclusive if any(schema.find(key) for key in group.keys)]
    return [
        safe(f"{', '.join(group.keys)}: {'just one of them' if group.required else 'one of them at most'}")
        for group in found
    ]


def _row(parameter: Parameter, given: Mapping[str, object], places: Mapping[str, object]) -> tuple[str, str]:
    plain = parameter.key.replace("-", "_")
    notes = []
    if plain in given:
        notes.append(f"config: {_shown(given[plain])}")
    elif plain in places:
        notes.append(f"filled: {places[plain]}")
    elif parameter.required:
        notes.append("required")
    elif not parameter.default_known:
        notes.append("default: known at run time")
    elif parameter.default is not None:
        notes.append(f"default: {_shown(without_secret(parameter.key, parameter.default))}")
    help_text = safe(" ".join(parameter.help.replace("%%", "%").split()))
    said = "  ".join([*([help_text] if help_text else []), *(f"[{safe(note)}]" for note in notes)])
    return f"{safe(parameter.key)}={_value(parameter)}", redact_text(said)


def _value(parameter: Parameter) -> str:
    if parameter.choices:
        text = "|".join(_word(str(choice)) for choice in parameter.choices)
        one = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    else:
        # A function that reads a text says nothing by its name; a class does.
        is_class = parameter.type.isidentifier() and parameter.type[:1].isupper()
        one = _SPELLED.get(parameter.type, parameter.type.upper() if is_class else "TEXT")
        one += _range(parameter)
    if parameter.types and parameter.nargs.isdigit():
        return safe("[" + ",".join(_SPELLED.get(kind, "TEXT") for kind in parameter.types) + "]")
    several = parameter.action == "append" or parameter.nargs not in ("", "?") or parameter.separator
    if not several:
        return safe(one)
    if parameter.nargs.isdigit() and parameter.action != "append":
        return safe("[" + ",".join([one] * int(parameter.nargs)) + "]")
    return safe(f"[{one},…]")


def _range(parameter: Parameter) -> str:
    if parameter.low is not None and parameter.high is not None:
        return f" {parameter.low:g}…{parameter.high:g}"
    least = f" ≥ {parameter.low:g}" if parameter.low is not None else ""
    return least or (f" ≤ {parameter.high:g}" if parameter.high is not None else "")


def _commands(schema: Schema, given: Mapping[str, object]) -> str:
    text = "one of: " + ", ".join(schema.commands)
    if "command" in given:
        return f"{text}  [config: {given['command']}]"
    single = len(schema.commands) == 1 and schema.command_required
    return text + ("  [required]" if schema.command_required and not single else "")


def _shown(value: object) -> str:
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _word(text: str) -> str:
    return f'"{text}"' if " " in text else text


def _plain_keys(values: Mapping[str, object]) -> dict[str, object]:
    return {key.replace("-", "_"): value for key, value in values.items()}
