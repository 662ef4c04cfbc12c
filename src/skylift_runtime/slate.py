"""A file without a name, on which the bootstrap writes down what an uncaught exception tells.

It needs no folder that can be written to, and nothing of it is left, whoever is killed.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Mapping, Optional, Tuple

_MOST = 1 << 20
"""Bytes that are read of it. Ours are some ten thousand; the user's code could reach it, too."""


def new_slate(environ: Mapping[str, str]) -> Optional[int]:
    """A descriptor of an empty file; None where there can be none, and the exit code has to tell."""
    try:
        return os.memfd_create("skylift-facts")
    except (OSError, AttributeError):
        # macOS, and sandboxes that do not know the call.
        return _unlinked(environ.get("TMPDIR") or "/tmp")  # noqa: S108 - the name is new, and gone at once


def _unlinked(folder: str) -> Optional[int]:
    path = os.path.join(folder, "skylift-" + os.urandom(8).hex())
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    os.unlink(path)
    return descriptor


def read_and_close(descriptor: int) -> str:
    """What was written; empty when nothing was."""
    try:
        return os.pread(descriptor, _MOST, 0).decode("utf-8", "replace")
    finally:
        os.close(descriptor)


class Slate:
    """The bootstrap's end of it, in the process that was started and in no other."""

    def __init__(self, descriptor: int) -> None:
        # Programs that the user's code starts are not to speak in its name.
        os.set_inheritable(descriptor, False)
        self._descriptor, self._owner, self._file = descriptor, os.getpid(), _identity(descriptor)

    def write(self, text: str) -> None:
        """Write once. In a process that was forked off, or once the user's code has closed it: nothing."""
        try:
            if os.getpid() == self._owner and _identity(self._descriptor) == self._file:
                _write_all(self._descriptor, text.encode("utf-8", "backslashreplace"))
        except OSError:
            # Closed, or there is no memory left: then the exit code has to tell, and the traceback in the log.
            return


def handed_over(said: str) -> Optional[Slate]:
    """The slate whose descriptor a variable names; None when it names none."""
    try:
        return Slate(int(said))
    except (ValueError, OverflowError, OSError):
        return None


def _identity(descriptor: int) -> Tuple[int, int]:
    # Where the user's code has closed every descriptor, ours may be a file of theirs by now.
    found = os.fstat(descriptor)
    return found.st_dev, found.st_ino


def _write_all(descriptor: int, data: bytes) -> None:
    at = 0
    while at < len(data):
        at += os.pwrite(descriptor, data[at:], at)
