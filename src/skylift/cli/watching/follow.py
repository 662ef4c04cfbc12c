"""Follow a run to its end: what ``run`` does after the start, and ``attach`` from another terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from skylift.cli.paint import columns, draws
from skylift.cli.talk import emit, exit_code, say
from skylift.cli.watching.ending import Results, ending
from skylift.cli.watching.faces import Face, Live, Mute, face_for
from skylift.cli.watching.painter import Painter
from skylift.cli.watching.tail import with_tail
from skylift.cli.watching.view import Metrics, View
from skylift.flow.live import course_of, said_of
from skylift.report.cells import seen_from
from skylift.values.jobs import Described, LogLine, Pause, Unfinished
from skylift.values.record import Record

if TYPE_CHECKING:
    from skylift.flow.running import Run

INTERRUPTED = 130


def watched(run: Run, *, quiet: bool, as_json: bool, leaving: bool = False, tail: int | None = None) -> int:
    """Follow a run to its end; the exit code.

    Ctrl-C stops what runs here, a second one kills it, and what runs in the cloud goes on.

    :param leaving: Ctrl-C only ends the watching, wherever the run is: somebody else started it.
    :param tail: with how many of the lines that are there already to begin; all of them if None.
    :raises JobFailed: with the reason, when ``quiet``; otherwise the last lines say it.
    :raises JobStopped: by request or by a limit, when ``quiet``.
    """
    face = _face(run, quiet=quiet or as_json)
    with face.shown():
        interrupted = _follow(run, face, leaving=leaving, tail=tail)
    if interrupted and (leaving or not run.backend.here):
        _leave(run, release=not leaving)
        return INTERRUPTED
    run.release()
    record = run.record
    if as_json:
        # One document on stdout: a failure is in the record, and in the exit code.
        emit(record.data)
        return INTERRUPTED if interrupted else exit_code(record)
    if not quiet:
        # The reason of a failure is in it, so that nothing is raised to be told once more.
        say(_ending(run, record))
    elif not interrupted:
        run.outcome()
    return INTERRUPTED if interrupted else exit_code(record)


def ended(run: Run) -> int:
    """Tell of a run that has ended what whoever watches one sees last; the exit code."""
    say(_ending(run, run.record))
    return exit_code(run.record)


def _ending(run: Run, record: Record) -> str:
    left = seen_from(run.left, Path.cwd())
    results = Results(left, run.warnings, course_of(record, run.folder))
    return ending(record, results, columns=columns(sys.stderr, 0), plain=not draws(sys.stderr))


def show_log(run: Run) -> None:
    """Follow only the log of a run, on a terminal that is stdout: its lines, and below them those that still change."""
    view = View(run.name[-4:], here=run.backend.here, plain=not draws(sys.stdout))
    live = Live(view, Painter(sys.stdout), run.backend.clock, status=False)
    with live.shown():
        for event in run.watch(live=True):
            if isinstance(event, LogLine | Unfinished | Described | Pause):
                live.take(event)


def _follow(run: Run, face: Face, *, leaving: bool, tail: int | None) -> bool:
    """Whether somebody interrupted it. What runs here has ended then, unless we are only ``leaving``."""
    interrupted = False
    while _interrupted(run, face, tail):
        if leaving or not run.backend.here:
            return True
        if interrupted:
            face.say("killing", "killing")
        else:
            face.say("stopping; the job may save its work. Again to kill it", "stopping")
        run.stop(kill=interrupted)
        interrupted = True
    return interrupted


def _interrupted(run: Run, face: Face, tail: int | None) -> bool:
    events = run.watch(skip=face.lines, live=not isinstance(face, Mute))
    try:
        for event in events if tail is None else with_tail(events, tail):
            face.take(event)
    except KeyboardInterrupt:
        return True
    return False


def _face(run: Run, *, quiet: bool) -> Face:
    def view(painted: bool, plain: bool) -> View:
        about = Metrics(*said_of(run.store.intent(run.name)))
        return View(run.name[-4:], about, here=run.backend.here, plain=plain, times=painted)

    return face_for(view, run.backend.clock, quiet=quiet)


def _leave(run: Run, *, release: bool) -> None:
    # Whoever only looked on has nothing to let go of.
    if release:
        run.release()
    tag = run.name[-4:]
    say(f"\nleft running: {run.name}\n  follow  skylift attach {tag}\n  stop    skylift stop {tag}")
