"""Start a program as ``subprocess`` would, without what importing that costs every job."""

from __future__ import annotations

import contextlib
import errno
import os
import signal

from skylift_runtime.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Mapping, NoReturn, Optional, Sequence

_IGNORED_BY_PYTHON = ("SIGPIPE", "SIGXFZ", "SIGXFSZ")


class Program(NamedTuple):
    """What is to be started, and with what."""

    command: Sequence[str]
    folder: str
    environ: Mapping[str, str]
    streams: Mapping[int, int] = {}
    """Which descriptor takes the place of stdout and stderr, where they are not ours."""
    keep: Sequence[int] = ()
    """Further descriptors that it gets; no others."""


def spawn(program: Program, prepare: Optional[Callable[[], None]] = None) -> int:
    """Start it in a session of its own, with nothing to read, and return its process id.

    To be called while there is one thread.

    :param prepare: is called in the new process.
    :raises OSError: when it can not be started.
    """
    # The other end closes when the program runs: what comes through is why it does not.
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        _become(program, prepare, writing)
    os.close(writing)
    with open(reading, "rb") as stream:
        problem = stream.read()
    if problem:
        os.waitpid(pid, 0)
        number = int(problem)
        raise OSError(number, os.strerror(number))
    return pid


def _become(program: Program, prepare: Optional[Callable[[], None]], writing: int) -> NoReturn:
    number = errno.EINVAL
    try:
        os.setsid()
        os.chdir(program.folder)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for stream, source in program.streams.items():
            os.dup2(source, stream)
        for name in _IGNORED_BY_PYTHON:
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.SIG_DFL)
        _close_others((*program.keep, writing))
        for descriptor in program.keep:
            os.set_inheritable(descriptor, True)
        if prepare is not None:
            prepare()
        os.execvpe(program.command[0], list(program.command), program.environ)
    except OSError as error:
        number = error.errno or number
    finally:
        # Whatever it was, there must not be two of us. EINVAL stands for a zero byte among the arguments.
        os.write(writing, b"%d" % number)
        os._exit(127)


def _close_others(keep: Sequence[int]) -> None:
    """Descriptors that we were started with, and that would be inherited on and on."""
    try:
        numbers = [int(name) for name in os.listdir("/dev/fd")]
    except OSError:
        numbers = list(range(256))
    for descriptor in numbers:
        if descriptor > 2 and descriptor not in keep:
            with contextlib.suppress(OSError):
                os.close(descriptor)
