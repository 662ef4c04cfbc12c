"""``skylift show``"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from skylift.cli.options import json_option, load_runs, project_options, run_argument
from skylift.cli.paint import draws
from skylift.cli.talk import answer
from skylift.flow.finding import other_model
from skylift.flow.live import course_of
from skylift.report.cells import seen_from
from skylift.report.one_run import Beside, show


@click.command("show")
@run_argument
@json_option
@project_options
def command(*, run: str, as_json: bool, folder: str, overrides: tuple[str, ...]) -> None:
    """Everything about a run."""
    found = load_runs(folder, overrides).find(run)
    record = found.record
    text = ""
    if not as_json:
        text = show(
            record,
            seen_from(found.left, Path.cwd()),
            Beside(course_of(record, found.folder), other_model(found), plain=not draws(sys.stdout)),
        )
    answer(text, record.data, as_json=as_json)
