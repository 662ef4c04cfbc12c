"""Which parameters a run may give: the program's own, and those of the sub-command that it chooses."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace

from skylift.errors import Issue
from skylift.values.arguments import Parameter, Schema, Spelling
from skylift_runtime.contract import COMMAND_KEY

_SPELLINGS: dict[str, Spelling] = {"hydra": "hydra", "fire": "python", "absl": "joined"}
"""Of programs of which nothing but the kind could be read."""


def spelling_of(schema: Schema) -> Spelling:
    """How a value is spelled whose parameter could not be read: as its neighbours are."""
    for parameter in schema.parameters:
        if parameter.spelling not in ("binding", "bindings", "pairs"):
            return parameter.spelling
    return _SPELLINGS.get(schema.source, "separate")


def chosen_command(schema: Schema, said: str | None, issues: list[Issue], *, open_ended: bool) -> str:
    """The sub-command of a run, empty when it has none.

    :param said: what the command line or the config says.
    :param open_ended: raw arguments may bring one.
    """
    if not schema.commands:
        return ""
    there = "there are: " + ", ".join(schema.commands)
    if said is None:
        if len(schema.commands) == 1 and schema.command_required and not open_ended:
            return schema.commands[0]
        if schema.command_required and not open_ended:
            what = "the program wants one of its sub-commands"
            issues.append(Issue(COMMAND_KEY, what, f"give it: {COMMAND_KEY}={schema.commands[0]}; {there}"))
        return ""
    wanted = " ".join(said.split())
    if wanted in schema.commands:
        return wanted
    last = [name for name in schema.commands if name.split()[-1:] == [wanted]]
    near = last[:1] or difflib.get_close_matches(wanted, schema.commands, 1, 0.6)
    guess = f"did you mean `{COMMAND_KEY}={_quoted(near[0])}`? " if near else ""
    issues.append(
        Issue(f"{COMMAND_KEY}={said}", f"the program has no sub-command `{wanted}`", f"{guess}{there}")
    )
    return ""


def in_scope(schema: Schema, command: str) -> Schema:
    """The schema with only what can be given with this command; of equal names the innermost."""
    words = command.split()
    levels = [" ".join(words[:count]) for count in range(len(words) + 1)]
    found: dict[str, Parameter] = {}
    for level in levels:
        found.update((_plain(p.key), p) for p in schema.parameters if p.command == level)
    return replace(schema, parameters=tuple(found.values()))


def commands_with(schema: Schema, name: str) -> Sequence[str]:
    """The sub-commands that take a parameter of this name."""
    wanted = _plain(name)
    found = [p.command for p in schema.parameters if wanted in map(_plain, (p.key, *p.aliases)) and p.command]
    return list(dict.fromkeys(found))


def _quoted(command: str) -> str:
    return f'"{command}"' if " " in command else command


def _plain(name: str) -> str:
    return name.replace("-", "_")
