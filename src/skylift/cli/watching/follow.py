"""Follow a run to its end: what ``run`` does after the start, and ``attach`` from another terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skylift.cli.talk import Watching, emit, ending, exit_code, say

if TYPE_CHECKING:
    from skylift.flow.running import Run

INTERRUPTED = 130


def watched(run: Run, *, quiet: bool, as_json: bool, leaving: bool = False) -> int:
    """Follow a run to its end; the exit code.

    Ctrl-C stops what runs here, a second one kills it, and what runs in the cloud goes on.

    :param leaving: Ctrl-C only ends the watching, wherever the run is: somebody else started it.
    :raises JobFailed: with the reason, unless ``as_json``.
    :raises JobStopped: by request or by a limit, unless ``as_json``.
    """
    watching = Watching(quiet=quiet or as_json)
    interrupted = False
    while True:
        try:
            for event in run.watch(skip=watching.lines):
                watching.show(event)
            break
        except KeyboardInterrupt:
            if leaving or not run.backend.here:
                _leave(run, release=not leaving)
                return INTERRUPTED
            say("\nkilling" if interrupted else "\nstopping; the job may save its work. Again to kill it")
            run.stop(kill=interrupted)
            interrupted = True
    run.release()
    record = run.record
    if as_json:
        # One document on stdout: a failure is in the record, and in the exit code.
        emit(record.data)
        return INTERRUPTED if interrupted else exit_code(record)
    if not quiet:
        say(ending(record, run.warnings, run.left))
    if interrupted:
        return INTERRUPTED
    run.outcome()
    return 0


def _leave(run: Run, *, release: bool) -> None:
    # Whoever only looked on has nothing to let go of.
    if release:
        run.release()
    tag = run.name[-4:]
    say(f"\nleft running: {run.name}\n  follow  skylift logs -f {tag}\n  stop    skylift stop {tag}")
