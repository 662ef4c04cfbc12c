"""``skylift run`` as click sees it: what follows ``--`` kept apart, and the script's own parameters in its help."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from skylift.flow.parameters import Declared

RAW = "skylift.raw"
HAS_RAW = "skylift.has-raw"
"""Whether there was a ``--`` at all."""
_OWN = "skylift.own"


class RunCommand(click.Command):
    """Keeps what follows ``--`` apart: it goes to the script as it is."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own, raw = (args[: args.index("--")], args[args.index("--") + 1 :]) if "--" in args else (args, None)
        ctx.meta[RAW] = tuple(raw) if raw is not None else ()
        ctx.meta[HAS_RAW] = raw is not None
        ctx.meta[_OWN] = list(own)
        if raw is not None and ctx.resilient_parsing:
            # Nobody here knows what the script itself completes.
            ctx.meta[RAW] = None
        try:
            return super().parse_args(ctx, list(own))
        except click.NoSuchOption as error:
            raise click.UsageError(_as_parameter(error.option_name, own), ctx) from error

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_parameters(self._asked(ctx), formatter)
        super().format_options(ctx, formatter)

    def _asked(self, ctx: click.Context) -> dict[str, Any]:
        """The options beside ``--help``, which is answered before they are read."""
        try:
            asked, _, _ = self.make_parser(ctx).parse_args(list(ctx.meta.get(_OWN, [])))
        except click.UsageError:
            return {}
        return asked


def _as_parameter(option: str, own: list[str]) -> str:
    """An option that we do not have is one of the script's, as a rule."""
    name = option.lstrip("-")
    place = next((at for at, word in enumerate(own) if word.partition("=")[0] == option), len(own))
    word, *rest = own[place : place + 2] or [""]
    if "=" in word:
        value = word.partition("=")[2]
    elif rest and not rest[0].startswith("-") and "=" not in rest[0]:
        value = rest[0]
    else:
        # A flag, as far as can be seen.
        value = "true"
    meant = f"{name}={shlex.quote(value) if value else value}" if len(name) > 1 else "NAME=VALUE"
    return f"no such option: {option}; parameters of the script are given without dashes: {meant}"


def _write_parameters(asked: dict[str, Any], formatter: click.HelpFormatter) -> None:
    """The project's own parameters. A project that can not be read is told, and the rest of the help stays."""
    from skylift.cli.options import ask
    from skylift.report.parameters import excluding, parameter_sections, unread
    from skylift.report.text import safe

    found = ask(asked.get("folder"), asked.get("job"), asked.get("overrides") or ())
    if found is None:
        return
    if found.job is None:
        with formatter.section("Parameters of this project"):
            formatter.write_text(safe(found.problem))
        _write_jobs(found, formatter)
        return
    what = found.job.entry_point or shlex.join(found.job.command)
    sections = list(parameter_sections(found.shown, found.job.hyperparameters, found.job.arguments))
    with formatter.section(safe(f"Parameters of {what} (job {found.job.name})")):
        for title, rows in sections:
            if title:
                formatter.write_paragraph()
                formatter.write_text(title)
            formatter.write_dl(rows, col_max=36)
        if not sections and found.schema.complete:
            formatter.write_text("It takes none.")
        lines = [found.problem] if found.problem else [*found.schema.remarks]
        lines += [] if found.problem else [*excluding(found.shown), *unread(found.schema)]
        if lines and sections:
            formatter.write_paragraph()
        for line in lines:
            formatter.write_text(safe(line))
    _write_jobs(found, formatter)


def _write_jobs(found: Declared, formatter: click.HelpFormatter) -> None:
    """What ``--job`` can be, where that is more than one."""
    from skylift.report.text import safe

    jobs = found.settings.jobs if found.settings is not None else {}
    if len(jobs) < 2 and found.job is not None:
        return
    rows = [(safe(job.name), safe(job.entry_point or shlex.join(job.command))) for job in jobs.values()]
    if rows:
        with formatter.section("Jobs of this project (--job)"):
            formatter.write_dl(rows, col_max=36)
