"""The page of the commands: each one's `--help`."""

from __future__ import annotations

from collections.abc import Iterator

import click

from skylift.cli import cli


def page() -> str:
    context = click.Context(cli, info_name="skylift")
    found = list(_walk(context, cli))
    lines = ["# Commands", "", "| command | what it does |", "|---|---|"]
    lines += [
        f"| [`{path}`](#{_anchor(path)}) | {command.get_short_help_str(120)} |" for path, command in found
    ]
    for path, command in found:
        shown = command.get_help(click.Context(command, info_name=path, max_content_width=100))
        lines += ["", f"## `{path}`", "", "```text", shown, "```"]
    return "\n".join(lines) + "\n"


def _anchor(path: str) -> str:
    return path.replace(" ", "-")


def _walk(context: click.Context, group: click.Group) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        path = f"{context.info_name} {name}"
        yield path, command
        if isinstance(command, click.Group):
            yield from _walk(click.Context(command, info_name=path), command)
