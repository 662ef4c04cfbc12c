"""What a shell offers while somebody types. Whatever goes wrong, it offers less and says nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from skylift.cli.options import ask
from skylift.cli.run_command import RAW
from skylift.errors import SkyliftError
from skylift.report.text import safe

if TYPE_CHECKING:
    from skylift.flow.parameters import Declared
    from skylift.values.arguments import Parameter

_SWITCHES = ("true", "false")
_BACK = 10
"""How far back runs are offered by their place: `@last~9`."""


def verbs(known: Mapping[str, str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name, help=text) for name, text in known.items() if name.startswith(incomplete)]


def offered(kind: str, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """What can stand at this place of the command line; nothing that a terminal would obey."""
    items = [item for item in _offered(kind, ctx, incomplete) if str(item.value).isprintable()]
    for item in items:
        item.help = safe(item.help) if item.help else item.help
    return items


def _offered(kind: str, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    try:
        if kind in _OF_RUNS:
            return list(_OF_RUNS[kind](Path(ctx.params.get("folder") or "."), incomplete))
        if kind == "parameters" and ctx.meta.get(RAW) is None:
            return []
        found = ask(ctx.params.get("folder"), ctx.params.get("job"), ctx.params.get("overrides") or ())
    except (SkyliftError, OSError):
        return []
    if kind == "parameters":
        return list(_parameters(found, ctx, incomplete)) if found is not None else []
    settings = found.settings if found is not None else None
    targets = dict.fromkeys(["local", "docker", *(settings.targets if settings else ())])
    names: Iterable[str] = targets if kind == "targets" else settings.jobs if settings else ()
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _parameters(found: Declared, ctx: click.Context, incomplete: str) -> Iterator[CompletionItem]:
    name, equals, value = incomplete.partition("=")
    given = {item.partition("=")[0].replace("-", "_") for item in ctx.params.get("parameters") or ()}
    schema = _in_scope(found, ctx)
    if equals:
        for text in _values(found, schema.get(name.replace("-", "_")), name):
            if text.startswith(value):
                yield CompletionItem(f"{name}={text}")
        return
    commands = ["command"] if found.schema.commands else []
    offered = [
        *((key, "which sub-command") for key in commands),
        *((p.key, p.help) for p in schema.values() if "*" not in p.key),
    ]
    for key, text in offered:
        wanted = key.replace("-", "_")
        if wanted not in given and wanted.startswith(name.replace("-", "_")):
            yield CompletionItem(f"{key}=", help=" ".join(text.split()) or None)


def _in_scope(found: Declared, ctx: click.Context) -> dict[str, Parameter]:
    said = [
        item.partition("=")[2] for item in ctx.params.get("parameters") or () if item.startswith("command=")
    ]
    return {p.key.replace("-", "_"): p for p in found.within(said[-1] if said else None)}


def _values(found: Declared, parameter: Parameter | None, name: str) -> Iterable[str]:
    if name == "command" and found.schema.commands:
        return found.schema.commands
    if parameter is None:
        return ()
    if parameter.choices:
        return [str(choice) for choice in parameter.choices]
    return _SWITCHES if parameter.type == "bool" else ()


def _runs(folder: Path, incomplete: str) -> Iterator[CompletionItem]:
    """The letters that end a run's name are its own; its whole name is offered to those who begin it."""
    from skylift.flow.names import jobs_of, run_names

    if incomplete.startswith("@last:"):
        yield from (
            CompletionItem(f"@last:{job}") for job in jobs_of(folder) if f"@last:{job}".startswith(incomplete)
        )
        return
    names = run_names(folder)
    back = [f"@last~{number}" for number in range(1, min(len(names), _BACK))] if incomplete else []
    for name in ("@last", *back, *(name[-4:] for name in names), *(names if incomplete else ())):
        if name.startswith(incomplete):
            yield CompletionItem(name)


def _fields(folder: Path, incomplete: str) -> Iterator[CompletionItem]:
    """Fields with commas between them; the last one is to be completed."""
    before, comma, begun = incomplete.rpartition(",")
    for name, text in _field_names(folder, begun):
        yield CompletionItem(before + comma + name, help=text)


def _order(folder: Path, incomplete: str) -> Iterator[CompletionItem]:
    before, comma, begun = incomplete.rpartition(",")
    sign = "-" * begun.startswith("-")
    for name, text in _field_names(folder, begun.removeprefix("-")):
        yield CompletionItem(before + comma + sign + name, help=text)


def _question(folder: Path, incomplete: str) -> Iterator[CompletionItem]:
    """The field that a question begins with, or ends in."""
    said = re.fullmatch(r"(.*(?:\b(?:and|or|not)\s+|\())?([\w:./@-]*)", incomplete, re.DOTALL)
    if said is not None:
        for name, text in _field_names(folder, said[2]):
            yield CompletionItem((said[1] or "") + name, help=text)


def _metrics(folder: Path, incomplete: str) -> Iterator[CompletionItem]:
    from skylift.flow.names import names_of

    return (CompletionItem(name) for name in names_of(folder, "metric") if name.startswith(incomplete))


def _field_names(folder: Path, begun: str) -> Iterator[tuple[str, str | None]]:
    from skylift.flow.names import fields_of

    return ((name, text or None) for name, text in fields_of(folder, begun))


_OF_RUNS: dict[str, Callable[[Path, str], Iterator[CompletionItem]]] = {
    "runs": _runs,
    "fields": _fields,
    "order": _order,
    "question": _question,
    "metrics": _metrics,
}
