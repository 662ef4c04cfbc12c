"""Write docs/reference from the code; ``--check`` fails when what is there is another text."""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from skylift import errors
from skylift.cli import cli
from skylift.project.config import reference
from skylift.values.record import EQUAL_ON_EVERY_BACKEND, PRESENT_ON_EVERY_BACKEND

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
MADE = "<!-- Made by tools/docs.py from the code; `make docs` renews it. -->\n\n"


def config() -> str:
    lines = [
        "# Config",
        "",
        "`[tool.skylift]` in `pyproject.toml`, or the same keys at top level of `skylift.toml`.",
        "",
    ]
    lines += [
        "Order: flags (`--set key=value`) > `SKYLIFT_<TABLE>_<KEY>` > `skylift.local.toml` > the file > `extends` >",
        "`~/.config/skylift/config.toml` > defaults. `skylift config --origin` shows each value and its origin.",
        "",
        "| key | type | default | what |",
        "|---|---|---|---|",
    ]
    lines += [
        "| " + " | ".join([f"`{key}`", f"`{kind}`", f"`{default}`" if default else "", doc]) + " |"
        for key, kind, default, doc in rows()
    ]
    return "\n".join(lines) + "\n"


def rows() -> Iterator[tuple[str, str, str, str]]:
    for row in reference.rows():
        key, kind, default, doc = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in row)
        yield key, kind, default, doc


def commands() -> str:
    lines = ["# Commands"]
    context = click.Context(cli, info_name="skylift")
    for path, command in _walk(context, cli):
        lines += [
            "",
            f"## `{path}`",
            "",
            "```text",
            command.get_help(click.Context(command, info_name=path, max_content_width=100)),
            "```",
        ]
    return "\n".join(lines) + "\n"


def _walk(context: click.Context, group: click.Group) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        path = f"{context.info_name} {name}"
        yield path, command
        if isinstance(command, click.Group):
            yield from _walk(click.Context(command, info_name=path), command)


def error_tree() -> str:
    tree = inspect.getdoc(errors) or ""
    lines = ["# Errors", "", "```text", tree, "```", "", "| class | exit code | when |", "|---|---|---|"]
    for name, found in inspect.getmembers(errors, inspect.isclass):
        if issubclass(found, errors.SkyliftError):
            lines.append(
                f"| `{name}` | {found.exit_code} | {(found.__doc__ or '').strip().splitlines()[0] if found.__doc__ else ''} |"
            )
    return "\n".join(lines) + "\n"


def record() -> str:
    lines = [
        "# The record",
        "",
        "`.skylift/runs/<run>/record.json`: at top level the answer of DescribeTrainingJob (times as ISO-8601 in UTC);",
        "everything of ours under the one key `Skylift`. Unknown keys survive; a terminal record never changes.",
        "",
        "Equal on every backend for the same project, arguments and files (the reserved channel `skylift` aside):",
        "",
        *(f"- `{field}`" for field in EQUAL_ON_EVERY_BACKEND),
        "",
        "Present on every backend, with values of that place:",
        "",
        *(f"- `{field}`" for field in PRESENT_ON_EVERY_BACKEND),
    ]
    return "\n".join(lines) + "\n"


PAGES = {"config.md": config, "commands.md": commands, "errors.md": error_tree, "record.md": record}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    for name, make in PAGES.items():
        path, text = FOLDER / name, MADE + make()
        if check and (not path.exists() or path.read_text() != text):
            stale.append(name)
        elif not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    if stale:
        print(f"stale: {', '.join(stale)}; run `make docs`", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
