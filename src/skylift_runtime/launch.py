"""Run the user's process, and leave nothing of it behind."""

from __future__ import annotations

import os
import signal
import time

from skylift_runtime.failure import Ending, Unusable
from skylift_runtime.memory import oom_kills
from skylift_runtime.signals import Relay
from skylift_runtime.spawn import Program, spawn
from skylift_runtime.tee import Tee
from skylift_runtime.ties import adopt_orphans, end_with_us
from skylift_runtime.voice import speak_after

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Mapping, Optional, Sequence

    from skylift_runtime.figures import Figures

    Measure = Callable[[Tee], Optional[Figures]]
    """Begins to look at what the job uses, and to tell it among the job's output."""


def run(
    command: Sequence[str],
    *,
    folder: str,
    environ: Mapping[str, str],
    relay: Relay,
    hand_over: Sequence[int] = (),
    measure: Optional[Measure] = None,
) -> Ending:
    """Run a command to its end, in a session of its own, its output where ours goes.

    As process 1 of a container we also bury whatever else ends here.

    :param hand_over: descriptors that it gets beside the usual three.
    :param measure: is called when it has begun, unless its output goes to a terminal.
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
    # At a terminal there is nobody who hides our lines.
    figures = measure(tee) if measure is not None and tee is not None else None
    status = _wait_for(pid)
    _end_leftovers(pid, relay)
    relay.detach()
    said = tee.finish(figures.last if figures is not None else None) if tee is not None else ""
    speak_after(said)
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


def _end_leftovers(group: int, relay: Relay) -> None:
    """End what the user's process has left behind: its group, and daemons, which have left the group.

    Who was told to stop may finish; the others are told now. When time is up nobody is asked any more.
    """
    waited_for = [pid for pid in relay.told if pid != group]
    number, normal_deadline = signal.SIGTERM.value, relay.leftover_deadline()
    while _is_anyone_left(group):
        if time.monotonic() >= min(normal_deadline, relay.leftover_deadline()):
            _end_at_once(group)
            return
        if number and not any(_signal(pid, 0) for pid in waited_for):
            _signal_all(group, number)
            number = 0
        time.sleep(0.02)


def _end_at_once(group: int) -> None:
    # What one is killed leaves its own children to us, so once may not be enough.
    until = time.monotonic() + 1
    while _is_anyone_left(group) and time.monotonic() < until:
        _signal_all(group, signal.SIGKILL.value)
        time.sleep(0.02)


def _is_anyone_left(group: int) -> bool:
    """Whether the group has members, or we children: orphans come to us. Buries the dead."""
    return _has_children_after_burial() or _signal_group(group, 0)


def _signal_all(group: int, number: int) -> None:
    from skylift_runtime.kin import below

    _signal_group(group, number)
    for pid in below(os.getpid()):
        if _group_of(pid) != group:
            _signal(pid, number)


def _group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def _signal(pid: int, number: int) -> bool:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _signal_group(group: int, number: int) -> bool:
    """Send a signal to a group, or 0 to nobody. Whether anyone was there."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS says the latter of a group of the dead
        return False
    return True


def _has_children_after_burial() -> bool:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True
