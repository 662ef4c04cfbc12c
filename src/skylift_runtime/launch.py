"""Run the user's process, and leave nothing of it behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import Any, Callable, Mapping, Optional, Sequence

from skylift_runtime.failure import Ending, Unusable
from skylift_runtime.memory import oom_kills
from skylift_runtime.signals import Relay
from skylift_runtime.tee import Tee

ctypes: Any
try:
    import ctypes
except ImportError:  # an interpreter that was built without libffi
    ctypes = None

# From linux/prctl.h.
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


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
    process = _start(command, folder, environ, hand_over, tee.arguments() if tee is not None else {})
    if tee is not None:
        tee.start()
    relay.attach(process.pid)
    status = _wait_for(process.pid)
    _end_group(process.pid, relay.leftover_deadline(grace_s))
    relay.detach()
    said = tee.finish() if tee is not None else ""
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    code = 128 + number if number else os.WEXITSTATUS(status)
    # We waited for it ourselves; the object is not to do so again.
    process.returncode = code
    return Ending(code, number, stopped=bool(relay.received), said=said, oom=oom_kills() > kills)


def _start(
    command: Sequence[str],
    folder: str,
    environ: Mapping[str, str],
    hand_over: Sequence[int],
    streams: Mapping[str, int],
) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            list(command),
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=streams.get("stdout"),
            stderr=streams.get("stderr"),
            pass_fds=tuple(hand_over),
            start_new_session=True,
            preexec_fn=_tie_to_us(),  # noqa: PLW1509 - there is only one thread here
        )
    except FileNotFoundError as error:
        raise Unusable("command not found: %s" % command[0]) from error
    except (OSError, ValueError) as error:
        raise Unusable("cannot start %s: %s" % (command[0], error)) from error


def _linux_prctl() -> Any:
    return ctypes.CDLL(None).prctl if ctypes is not None and sys.platform.startswith("linux") else None


def _tie_to_us() -> Optional[Callable[[], None]]:
    """Have the kernel end the user's process with us: nobody else could, after a SIGKILL to us alone.

    Whatever that process leaves behind becomes our child, so that we see it end. Process 1 of a
    container has both anyway.
    """
    prctl = _linux_prctl()
    if prctl is None or os.getpid() == 1:
        return None
    prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL.value, 0, 0, 0)

    return tie


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
