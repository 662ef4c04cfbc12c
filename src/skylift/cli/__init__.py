"""The only printer. One verb a file: parse, call flow, render. stdout is data, stderr is talk."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from skylift import __version__
from skylift.cli.boundary import guarded

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_COMPLETE = "_SKYLIFT_COMPLETE"
"""In the environment when a shell asks, by click's protocol."""
_NEW_OBJECTS = 100_000
"""A syntax tree is tens of thousands of objects, and no garbage: Python looks for some after each 700."""
_VERBS = {
    "init": "Understand this project and write its config.",
    "check": "Look for what would go wrong, before anything runs.",
    "run": "Train here, in a container, or in the cloud.",
    "build": "Make the image, without a Docker daemon.",
    "runtime": "Write the job runtime as one file, for images of your own.",
    "lock": "Write down which packages a job gets.",
    "runs": "What ran, and questions about it.",
    "show": "Everything about one run.",
    "logs": "What a run printed.",
    "metrics": "Try on a log which metrics are read from it.",
    "attach": "Watch a run that goes on already.",
    "shell": "Open a shell in a run's environment.",
    "wait": "Wait for a run to end.",
    "stop": "Stop a run; it may save its work first.",
    "pull": "Fetch a run's model or output.",
    "rm": "Remove runs from this machine.",
    "prune": "What takes room here; remove what is old or left over.",
    "compare": "Put runs side by side.",
    "config": "The config as it is in force.",
    "ci": "Write the pipeline file for a CI service.",
    "completion": "Print what makes your shell complete verbs, runs and parameters.",
    "sandbox": "AWS on this machine, to try the cloud without one.",
}


class _Verbs(click.Group):
    """Imports a verb's module when the verb is called: help must be there at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _VERBS:
            return None
        module = importlib.import_module(f"skylift.cli.{cmd_name}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _VERBS and not args[0].startswith("-"):
            # Imported here because nobody needs it unless something was misspelt.
            import difflib

            near = difflib.get_close_matches(args[0], list(_VERBS), 1)
            hint = f" Did you mean `{near[0]}`?" if near else ""
            raise click.UsageError(f"no such command: {args[0]}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        # By name: a shell that completes must not wait for every verb to be imported.
        from skylift.cli.completing import verbs

        return [*verbs(_VERBS, incomplete), *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_VERBS.items()))


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="skylift")
def cli() -> None:
    """Train the project you already have, here or on SageMaker, under one identical contract."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script."""
    gc.set_threshold(_NEW_OBJECTS)
    if _COMPLETE in os.environ:
        from skylift.cli.shells import answer_shells

        answer_shells()
    sys.exit(guarded(cli, list(sys.argv[1:] if arguments is None else arguments)))
