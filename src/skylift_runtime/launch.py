"""Run the user's process, and leave nothing of it behind."""

from __future__ import annotations

import contextlib
import os
import signal
import time

from skylift_runtime.failure import Ending, Unusable
from skylift_runtime.memory import oom_kills
from skylift_runtime.signals import Relay
from skylift_runtime.spawn import Program, spawn
from skylift_runtime.tee import Tee
from skylift_runtime.ties import adopt_orphans, end_with_us

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Mapping, Optional, Sequence


def run(
    command: Sequence[str],
    *,
    folder: str,
    environ: Mapping[str, str],
    relay: Relay,
    grace_s: Optional[float],
    hand_over: Sequence[int] = (),
) -> Ending:
    """Run a command to its end, in a session of its own, its output where ours goes.

    As process 1 of a container we also bury whatever else ends here.

    :param hand_over: descriptors that it gets beside the usual three.
    :raises Unusable: when it cannot be started.
    """
    if relay.received:
        return Ending(128 + relay.received[0], relay.received[0], stopped=True)
    tee, kills = Tee.if_wanted(), oom_kills()
    streams = tee.streams() if tee is not None else {}
    pid = _start(Program(command, folder, environ, streams, hand_over))
    if tee is not None:
        tee.start()
    relay.attach(pid)
    status = _wait_for(pid)
    _end_group(pid, relay.leftover_deadline(grace_s))
    relay.detach()
    said = tee.finish() if tee is not None else ""
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    code = 128 + number if number else os.WEXITSTATUS(status)
    return Ending(code, number, stopped=bool(relay.received), said=said, oom=oom_kills() > kills)


def _start(program: Program) -> int:
    # Process 1 of a container has both anyway.
    alone = os.getpid() != 1
    if alone:
        adopt_orphans()
    try:
        return spawn(program, end_with_us() if alone else None)
    except FileNotFoundError as error:
        raise Unusable("command not found: %s" % program.command[0]) from error
    except OSError as error:
        raise Unusable("cannot start %s: %s" % (program.command[0], error)) from error


def _wait_for(pid: int) -> int:
    while True:
        ended, status = os.waitpid(-1, 0)
        if ended == pid:
            return status


def _end_group(group: int, deadline: float) -> None:
    number = signal.SIGTERM.value
    while _signal_group(group, number):
        if time.monotonic() >= deadline:
            _signal_group(group, signal.SIGKILL.value)
            return
        number = 0
        time.sleep(0.02)
        _bury()


def _signal_group(group: int, number: int) -> bool:
    """Send a signal to a group, or 0 to nobody. Whether anyone was there."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS says the latter of a group of the dead
        return False
    return True


def _bury() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
