"""``skylift logs``"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import click

from skylift.cli.options import json_option, load_runs, project_options, run_argument
from skylift.cli.paint import paints
from skylift.cli.times import moment, pattern
from skylift.cli.watching.follow import show_log
from skylift.flow.reading_logs import Wanted, read_log
from skylift.host.clock import iso
from skylift.host.files import open_source
from skylift.report.text import safe
from skylift.values.jobs import hosts_of
from skylift.values.log_lines import Said, states

if TYPE_CHECKING:
    from skylift.flow.running import Run


@click.command("logs")
@run_argument
@click.option("--follow", "-f", is_flag=True, help="Go on until the run has ended.")
@click.option(
    "--grep", metavar="REGEX", help="Only lines in which this is found (Python's regular expressions)."
)
@click.option("--ignore-case", "-i", is_flag=True, help="Let --grep not tell upper from lower case.")
@click.option(
    "--since", metavar="TIME", help="Only what was printed since: 10m, 2d, 14:30, 2026-01-31T14:30Z."
)
@click.option(
    "--tail", "-n", type=click.IntRange(min=0), metavar="N", help="Only the last N of the lines so far."
)
@click.option("--host", metavar="HOST", help="Only what one of several hosts printed: algo-2.")
@click.option("--raw", is_flag=True, help="The bytes as they came, control characters and all.")
@json_option
@project_options
def command(
    *,
    run: str,
    follow: bool,
    grep: str | None,
    ignore_case: bool,
    since: str | None,
    tail: int | None,
    host: str | None,
    raw: bool,
    as_json: bool,
    folder: str,
    overrides: tuple[str, ...],
) -> None:
    """What a run printed, on stdout; of a progress bar what it showed last. With --json an object a line, with its
    time and host.

    Options add up: `skylift logs -f --since 1h --grep 'loss|auc'`.
    """
    asked = pattern("--grep", grep, any_case=ignore_case)
    wanted = Wanted(moment("--since", since, datetime.now(timezone.utc)), host, asked, tail)
    found = load_runs(folder, overrides).find(run)
    if raw and wanted == Wanted() and _is_whole(found, follow=follow):
        with open_source(found.folder.log) as stream:
            shutil.copyfileobj(stream, sys.stdout.buffer)
        return
    plainly = not raw and not as_json and wanted == Wanted()
    if follow and plainly and paints(sys.stdout) and not found.record.terminal:
        show_log(found)
        return
    several = len(hosts_of(found.record.data)) > 1
    lines = read_log(found, wanted, follow=follow)
    if as_json:
        _print((_object(found, said) for said in lines), follow=follow)
    elif raw:
        _print((said.spoken(several=several) for said in lines), follow=follow)
    else:
        _print((_shown(said, wanted, several=several) for said in lines), follow=follow)


def _is_whole(run: Run, *, follow: bool) -> bool:
    """What there is of it lies in one file."""
    return run.folder.log.exists() and (run.record.terminal or (run.backend.here and not follow))


def _object(run: Run, said: Said) -> str:
    time = iso(said.at) if said.at is not None else None
    return json.dumps({"run": run.name, "time": time, "host": said.host, "text": said.clean})


def _shown(said: Said, wanted: Wanted, *, several: bool) -> str:
    found = states(said)
    if wanted.pattern is not None:
        found = [state for state in found if wanted.pattern.search(state)] or found
    text = safe(found[-1].replace("\t", "    "))
    return f"[{said.host}] {text}" if several else text


def _print(lines: Iterable[str], *, follow: bool) -> None:
    """A log can have millions of lines: what is not watched as it comes goes out in large pieces."""
    write = _writer()
    for line in lines:
        write(line + "\n")
        if follow:
            sys.stdout.flush()
    sys.stdout.flush()


def _writer() -> Callable[[str], object]:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    binary = getattr(sys.stdout, "buffer", None)
    if binary is None:
        return sys.stdout.write
    sys.stdout.flush()

    def write(text: str) -> None:
        try:
            data = text.encode(encoding, errors="surrogateescape")
        except UnicodeEncodeError:
            data = text.encode(encoding, errors="backslashreplace")
        binary.write(data)

    return write
