"""Starts a process in a view of its own, or says why this machine does not allow one."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from skylift.emulator import enter_program
from skylift.emulator.terminal import Streams
from skylift.emulator.views import View

_PROGRAM = str(Path(enter_program.__file__))
_MESSAGE = 4096


class NoView(Exception):
    """The kernel does not let us; the message says what it refused."""


@dataclass
class Disk:
    """The root of a job's limited file system, held open: it lives for as long as this does."""

    descriptor: int

    def save(self, into: Path) -> tuple[str, ...]:
        """Copy all that the job left, but for its inputs, which were only shown there; what could not be copied."""
        failed: list[str] = []
        top = Path(f"/proc/self/fd/{self.descriptor}")
        with os.scandir(self.descriptor) as entries:
            names = [entry.name for entry in entries if entry.name != "input"]
        for name in names:
            _copy(top / name, into / name, failed, name)
        return tuple(failed)

    def close(self) -> None:
        os.close(self.descriptor)


def _copy(source: Path, target: Path, failed: list[str], name: str) -> None:
    """Copy one entry and go on whatever happens: the rest is to be kept all the same."""
    try:
        mode = source.lstat().st_mode
        if stat.S_ISDIR(mode):
            target.mkdir(exist_ok=True)
            for entry in sorted(os.listdir(source)):  # noqa: PTH208 - names are wanted
                _copy(source / entry, target / entry, failed, f"{name}/{entry}")
        elif stat.S_ISLNK(mode):
            target.unlink(missing_ok=True)
            target.symlink_to(source.readlink())
        elif stat.S_ISREG(mode):
            shutil.copy2(source, target, follow_symlinks=False)
        # Pipes, sockets and devices are left: no artifact can hold one.
    except OSError as error:
        failed.append(f"{name}: {error.strerror}")


class Namespace:
    """A job's mount namespace, held open: its number stays its own for as long as this does.

    Nothing that the job starts gets out of it without a power to do so, whatever its environment.
    """

    def __init__(self, pid: int) -> None:
        self.descriptor = os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
        self.link = _link(Path(f"/proc/self/fd/{self.descriptor}"))
        # It would be the end of everything.
        assert self.link != _link(Path("/proc/self/ns/mnt"))

    def end(self) -> None:
        """SIGKILL to every process in it."""
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if _link(entry / "ns" / "mnt") == self.link:
                    os.kill(int(entry.name), signal.SIGKILL)

    def close(self) -> None:
        os.close(self.descriptor)


@dataclass(frozen=True)
class Enclosed:
    process: subprocess.Popen[bytes]
    disk: Disk | None
    namespace: Namespace | None
    """None when the process has ended already."""


def start_enclosed(
    command: Sequence[str], environment: Mapping[str, str], view: View, streams: Streams
) -> Enclosed:
    """Start a command in a view.

    :raises NoView: when there is no such view to be had; nothing runs then.
    """
    if not sys.platform.startswith("linux"):
        raise NoView("there are no mount namespaces on this system")
    for folder in view.scratch:
        folder.mkdir(parents=True, exist_ok=True)
    with _Telling() as telling:
        spec = {
            "unset": [name for name in ("LC_CTYPE",) if name not in environment],
            "cwd": view.root,
            "mounts": view.mounts,
        }
        process = subprocess.Popen(
            # Isolated, and without site: a second start of Python that every job waits for.
            [sys.executable, "-I", "-S", _PROGRAM, str(telling.theirs.fileno()), *command],
            env=dict(environment),
            pass_fds=[telling.theirs.fileno()],
            **streams,
        )
        refused, disk = telling.ask(json.dumps(spec).encode())
    if refused is None:
        return Enclosed(process, disk, _namespace_of(process.pid))
    if disk is not None:
        disk.close()
    process.communicate()  # reads nothing, and closes the pipes
    raise NoView(refused)


def _link(path: Path) -> str:
    return os.readlink(path)  # noqa: PTH115 - not a path, but "mnt:[4026531841]"


def _namespace_of(pid: int) -> Namespace | None:
    try:
        return Namespace(pid)
    except OSError:
        return None


class _Telling:
    """Both ends of the socket on which the program says how it went."""

    def __init__(self) -> None:
        self._ours, self.theirs = socket.socketpair()

    def __enter__(self) -> _Telling:  # noqa: PYI034 - typing.Self begins with Python 3.11
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._ours.close()
        self.theirs.close()

    def ask(self, spec: bytes) -> tuple[str | None, Disk | None]:
        """Say what is wanted, and wait until the command has begun, or can not; why not, and the disk that was made."""
        self.theirs.close()
        with contextlib.suppress(BrokenPipeError):
            self._ours.sendall(spec)
            self._ours.shutdown(socket.SHUT_WR)
        refused, disk = None, None
        while True:
            data, descriptors, _, _ = socket.recv_fds(self._ours, _MESSAGE, 1)
            if descriptors:
                disk = Disk(descriptors[0])
            elif not data:
                return refused, disk
            else:
                refused = os.fsdecode(data)
