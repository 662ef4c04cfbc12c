"""A log read with a project's config, to see what it gives: a file, what comes through a pipe, or a run's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from skylift.errors import ConfigError, NotReady, UsageError
from skylift.flow.project import Project
from skylift.flow.running import Run
from skylift.flow.sources import Sources
from skylift.flow.world import World
from skylift.host.files import open_source
from skylift.runs.trying import tried
from skylift.values.jobs import hosts_of
from skylift.values.settings import JobSettings
from skylift.values.tried import Tried
from skylift_runtime.contract import DEFAULT_JOB

_LONGEST = 1 << 20
"""Bytes of a line that are taken at once: a log without line ends must not fill the memory."""
_Lines = Iterable[tuple[str, bytes]]


def try_log(
    text: str,
    *,
    stdin: BinaryIO,
    job: str | None = None,
    path: Path | str = ".",
    world: World | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Tried:
    """What a log gives, read with the config of the project that ``path`` lies in; without one, what is read by itself.

    :param text: a file, ``-`` for stdin, or a run as every verb takes it.
    :raises ConfigError: with what is wrong with the config: its patterns may be.
    :raises UsageError: when there is neither such a file nor such a run.
    """
    try:
        sources, problem = Sources.of_runs(Path(path), world or World.here(), overrides=overrides or {})
    except NotReady as missing:
        if text != "-" and not Path(text).exists():
            raise UsageError(
                f"there is no file {text}, and no project here with a run", hints=missing.hints
            ) from missing
        return _tried(_stdin_or_file(text, stdin), text, None, "")
    if isinstance(problem, ConfigError):
        raise problem
    if text == "-" or Path(text).exists():
        return _tried(
            _stdin_or_file(text, stdin), text, _job(sources, job, DEFAULT_JOB), _table(sources, job)
        )
    if "/" in text or "." in text:
        # No run has such a name.
        raise UsageError(f"there is no file {text}")
    run = Project(sources, problem).find(text)
    of_run = str(run.record.at("Skylift.job") or DEFAULT_JOB)
    return _tried(_of_run(run), run.name, _job(sources, job, of_run), _table(sources, job or of_run))


def _tried(lines: _Lines, source: str, job: JobSettings | None, table: str) -> Tried:
    said = job.metrics if job is not None else {}
    patterns = {name: one.pattern for name, one in said.items() if one.pattern is not None}
    goals = {name: one.goal for name, one in said.items() if one.goal is not None}
    return tried(
        lines, patterns, goals, "stdin" if source == "-" else source, table or "tool.skylift.metrics"
    )


def _job(sources: Sources, named: str | None, usual: str) -> JobSettings | None:
    """The job that is named; one that nobody named may be in no config any more."""
    return sources.job(named) if named is not None else sources.settings.jobs.get(usual)


def _table(sources: Sources, job: str | None) -> str:
    """Where its patterns stand, or would."""
    own = (sources.root / "skylift.toml").exists()
    below = [] if job in (None, DEFAULT_JOB) else ["jobs", str(job)]
    return ".".join([*([] if own else ["tool", "skylift"]), *below, "metrics"])


def _stdin_or_file(text: str, stdin: BinaryIO) -> Iterator[tuple[str, bytes]]:
    if text == "-":
        yield from _split(stdin)
        return
    try:
        with Path(text).open("rb") as stream:
            yield from _split(stream)
    except IsADirectoryError as error:
        raise UsageError(f"{text} is a folder, not a log", hints=("name a file in it",)) from error
    except OSError as error:
        raise NotReady(f"{text} can not be read: {(error.strerror or '').lower()}") from error


def _split(stream: BinaryIO) -> Iterator[tuple[str, bytes]]:
    while data := stream.readline(_LONGEST):
        yield "", data.removesuffix(b"\n").removesuffix(b"\r")


def _of_run(run: Run) -> Iterator[tuple[str, bytes]]:
    hosts = hosts_of(run.record.data)
    if not run.folder.log.exists():
        yield from ((line.host, line.text.encode(errors="replace")) for line in run.lines_so_far())
        return
    spoken = {f"[{host}] ".encode(): host for host in hosts} if len(hosts) > 1 else {}
    with open_source(run.folder.log) as stream:
        for _, data in _split(stream):
            name = data[: data.find(b" ") + 1]
            yield (spoken[name], data[len(name) :]) if name in spoken else (hosts[0], data)
