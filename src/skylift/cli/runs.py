"""``skylift runs``"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skylift.cli.options import complete, json_option, load_runs, project_options
from skylift.cli.paint import columns
from skylift.cli.talk import emit, say
from skylift.report.listing import (
    Fitted,
    groups_csv,
    groups_json,
    groups_table,
    runs_table,
    same_in_all,
)
from skylift.report.listing import as_csv as as_csv_text
from skylift.report.listing import as_json as as_objects
from skylift.report.text import safe
from skylift.values.words import counted

if TYPE_CHECKING:
    from skylift.flow.listing import Answer

_EPILOG = """\b
A question: FIELD OPERATOR VALUE, with and, or, not and brackets.
  fields     run (or name) status job target user age duration created objective commit branch dirty
             code lock image instance python reason like raw, param:NAME metric:NAME best:NAME
             last:NAME data:CHANNEL; a NAME with unusual characters in quotes; any other word is a
             parameter, or a metric, of that name
  operators  = != < <= > >=, ~ and !~ (a regular expression is found in it, or not),
             in (a, b), not in (a, b), is null, is not null; dirty stands alone
  values     numbers, words, "in quotes", true, false, 90s 10m 2h30m 7d, 2026-11-01T14:30
  metric:    is the best value, or the last where nothing says which way is better
A comparison with something that is missing is false. All of it: docs/queries.md

\b
  skylift runs --where 'metric:"validation:auc" > 0.8 and param:lr < 0.01'
  skylift runs --where 'status = failed and age < 2d' --columns run,age,reason
  skylift runs --sort -objective --group-by param:lr,param:optimizer
"""


@click.command("runs", epilog=_EPILOG)
@click.option(
    "--where",
    "-w",
    default="",
    metavar="QUESTION",
    help="Only the runs of which this is true.",
    shell_complete=complete("question"),
)
@click.option("--job", default="", help="Only the runs of this job.", shell_complete=complete("jobs"))
@click.option(
    "--sort",
    "-s",
    default="",
    metavar="FIELD,...",
    help="Order by a field, downwards with - in front; what is missing comes last.  [default: newest first]",
    shell_complete=complete("order"),
)
@click.option(
    "--limit",
    "-n",
    default=20,
    show_default=True,
    type=click.IntRange(min=0),
    help="At most this many; 0 for all.",
)
@click.option(
    "--columns",
    default="",
    metavar="FIELD,...",
    help="Show these, and only these.",
    shell_complete=complete("fields"),
)
@click.option(
    "--metric",
    "-m",
    "metrics",
    multiple=True,
    metavar="NAME",
    help="Show this metric, too.",
    shell_complete=complete("metrics"),
)
@click.option(
    "--group-by",
    "group",
    default="",
    metavar="FIELD,...",
    help="A line for all runs that agree in these: how many, and the metrics of those that completed.",
    shell_complete=complete("fields"),
)
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print a header and a line a run, for other programs.")
@project_options
def command(
    *,
    where: str,
    job: str,
    sort: str,
    limit: int,
    columns: str,
    metrics: tuple[str, ...],
    group: str,
    as_json: bool,
    as_csv: bool,
    folder: str,
    overrides: tuple[str, ...],
) -> None:
    """What ran, newest first: with the parameters that differ, and the metric that each is judged by."""
    if as_json and as_csv:
        raise click.UsageError("--json and --csv are two forms of one answer: take one")
    if group and columns:
        raise click.UsageError("--columns is about runs, and --group-by about groups: take one")
    # Of groups the limit is one of groups.
    asked = {"where": where, "job": job, "sort": sort, "limit": 0 if group else limit}
    answer = _ask(folder, overrides, asked)
    if answer is None:
        if as_json:
            emit([])
        say("nothing has run yet; start with: skylift run")
    elif group:
        _show_groups(answer, (group, metrics, limit), as_json=as_json, as_csv=as_csv)
    else:
        _show_runs(answer, columns, metrics, as_json=as_json, as_csv=as_csv)


def _ask(folder: str, overrides: tuple[str, ...], asked: dict[str, Any]) -> Answer | None:
    """The runs that are meant; None where nothing has run yet."""
    # They bring what `--help` is not to wait for.
    from skylift.cli.steps import Steps
    from skylift.flow.listing import Question, Shelf, store_at
    from skylift.host.clock import SystemClock

    question, store = Question(**asked), store_at(Path(folder))
    if store is None:
        # Perhaps this is no project at all, which is told then.
        load_runs(folder, overrides)
        question.asked_of()
        return None
    return Shelf(store, SystemClock(), os.environ, Steps()).ask(question)


def _show_runs(answer: Answer, said: str, metrics: tuple[str, ...], *, as_json: bool, as_csv: bool) -> None:
    if as_json:
        emit(as_objects(answer.listing(said)) if said else [record.data for record in answer.full()])
    elif as_csv:
        click.echo(as_csv_text(answer.listing(said) if said else answer.wide()), nl=False)
    elif answer.records:
        listing, room = answer.listing(said, metrics), columns(sys.stdout, 0)
        _table(runs_table(listing, room), "--columns chooses")
        same = same_in_all(listing, room)
        if same:
            say(same)
    _tell(answer, answer.nowhere(said, metrics), len(answer.records), answer.matching)


def _show_groups(
    answer: Answer, asked: tuple[str, tuple[str, ...], int], *, as_json: bool, as_csv: bool
) -> None:
    said, metrics, limit = asked
    found = answer.groups(said, metrics)
    shown = replace(found, groups=found.groups[: limit or None])
    if as_json:
        emit(groups_json(shown))
    elif as_csv:
        click.echo(groups_csv(shown), nl=False)
    elif shown.groups:
        _table(groups_table(shown, columns(sys.stdout, 0)), "--json has all")
    _tell(answer, answer.nowhere(said, metrics, "group-by"), len(shown.groups), len(found.groups))


def _table(fitted: Fitted, otherwise: str) -> None:
    click.echo(fitted.text)
    if fitted.left_out:
        say(safe(f"no room for: {', '.join(fitted.left_out)}  ({otherwise})"))


def _tell(answer: Answer, nowhere: tuple[str, ...], shown: int, there: int) -> None:
    for text in (*answer.unknown, *nowhere):
        say(safe(text))
    if not answer.total:
        say("nothing has run yet; start with: skylift run")
    elif not answer.matching:
        say(f"none of {counted(answer.total, 'run')} is meant")
    elif shown < there:
        say(f"{there - shown} more: --limit 0")
