"""Options that several verbs share, and what they turn into."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from skylift.flow.parameters import Declared
    from skylift.flow.project import Project
    from skylift.flow.running import Run

RUN_HELP = (
    "A RUN is its name, or the last letters of it as far as they are its own; @last, the newest; @last~1, the one "
    "before that; @last:JOB, the newest of a job."
)
FOLDER = click.Path(exists=True, file_okay=False)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
quiet_option = click.option("--quiet", "-q", is_flag=True, help="Say nothing but results and errors.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Show what would happen and do nothing.")
yes_option = click.option("--yes", "-y", is_flag=True, help="Do it without asking.")
locked_option = click.option("--locked", is_flag=True, help="Fail (exit 3) when the lock is stale.")


def project_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``-C`` and ``--set``, which every verb that reads the project takes."""
    settings = click.option(
        "--set",
        "overrides",
        multiple=True,
        metavar="KEY=VALUE",
        help="Override a config key for this command.",
    )
    folder = click.option("-C", "folder", default=".", type=FOLDER, help="Work in this folder.")
    return settings(folder(function))


def complete(kind: str) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """What the shell offers for an argument: ``runs``, ``targets``, ``jobs`` or ``parameters``."""

    def offered(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        # Only a shell that completes has to wait for it.
        from skylift.cli import completing

        return completing.offered(kind, ctx, incomplete)

    return offered


def run_argument(function: Callable[..., Any]) -> Callable[..., Any]:
    """``RUN``, as every verb about one run takes it; its help says what that can be."""
    return click.argument("run", default="@last", shell_complete=complete("runs"))(_usually_last(function))


def runs_argument(function: Callable[..., Any]) -> Callable[..., Any]:
    """``RUN...``, as verbs about several runs take it."""
    several = click.argument("runs", nargs=-1, metavar="[RUN]...", shell_complete=complete("runs"))
    return several(_usually_last(function))


def _usually_last(function: Callable[..., Any]) -> Callable[..., Any]:
    told = explained(function)
    told.__doc__ = f"{told.__doc__} Where none is named, @last is meant."
    return told


def explained(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same verb, whose help says in the end what a RUN is: the one place where that is written."""
    function.__doc__ = f"{inspect.cleandoc(function.__doc__ or '')}\n\n{RUN_HELP}"
    return function


def ask(folder: str | None, job: str | None, overrides: Iterable[str]) -> Declared | None:
    """What can be known of the project without running anything, for help and completion."""
    from skylift.flow.parameters import declared

    pairs = dict(item.partition("=")[::2] for item in overrides if "=" in item)
    return declared(
        Path(folder or "."),
        job or "train",
        environment=dict(os.environ),
        home=Path.home(),
        overrides=pairs,
    )


def load(folder: str, overrides: tuple[str, ...], *, quiet: bool = False, locked: bool = False) -> Project:
    # They bring the cloud and the registry with them, and `--help` is to be there at once.
    from skylift.cli.steps import Steps
    from skylift.flow.project import Project
    from skylift.flow.world import World

    return Project.load(
        folder, world=World.here(Steps(quiet=quiet)), overrides=pairs(overrides), locked=locked
    )


def load_runs(folder: str, overrides: tuple[str, ...]) -> Project:
    """For verbs about what ran: a mistake in the config is nothing to them, as long as no cloud is asked."""
    from skylift.cli.steps import Steps
    from skylift.flow.project import Project
    from skylift.flow.world import World

    return Project.of_runs(folder, world=World.here(Steps(quiet=True)), overrides=pairs(overrides))


def pairs(overrides: tuple[str, ...]) -> dict[str, str]:
    """What ``--set`` was given."""
    found = {}
    for item in overrides:
        key, equals, value = item.partition("=")
        if not equals:
            raise click.UsageError(f"--set wants KEY=VALUE, not {item!r}")
        found[key] = value
    return found


def chosen(project: Project, names: tuple[str, ...]) -> list[Run]:
    """The runs that somebody named, each once; the newest where none is named."""
    found = {run.name: run for run in map(project.find, names or ("@last",))}
    return list(found.values())
