"""How the user's process ended, and the file that says why the job failed."""

from __future__ import annotations

import contextlib
import os

from skylift_runtime.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Mapping, Optional

_READ_AT_MOST = 1 << 20
"""Characters of a failure file; the service shows 1,024."""

_ROOM = ".room"
_ROOM_BYTES = 16 * 1024
"""A few blocks: for the text, its temporary name, and a folder that has to grow."""


class Unusable(Exception):
    """The user's code cannot be started: the tree or the project's description does not allow it."""


class Ending(NamedTuple):
    """How the user's process ended."""

    code: int
    """As a shell says it: its own, or 128 + n when signal n ended it."""
    signal: int = 0
    stopped: bool = False
    """Somebody asked the job to stop before it ended."""
    said: str = ""
    """The end of its output."""
    oom: bool = False
    """Meanwhile the kernel ended a process for want of memory."""


def read_facts(text: str) -> Optional[Mapping[str, Any]]:
    """What the bootstrap wrote; None when there was no uncaught exception."""
    if not text:
        return None
    import ast

    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def reserve_room(path: str) -> None:
    """Take up some disk beside the failure file, so that it can be written when the disk has become full."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + _ROOM, "wb") as stream:
        stream.write(b"\0" * _ROOM_BYTES)


def give_room_back(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path + _ROOM)


def write_failure(path: str, text: str) -> None:
    """Write the failure file, unless the user's own code has already said something there."""
    give_room_back(path)
    if os.path.lexists(path) and (os.path.islink(path) or os.path.getsize(path)):
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    write_atomically(path, text)


def blank_failure(path: str, blank: Callable[[str], str]) -> None:
    """Take the secrets out of what the user's own code has said in the failure file.

    What the service would not show anyway is cut off with them. A link to what it said gives way.
    """
    if not os.path.isfile(path):
        return
    with open(path, encoding="utf-8", errors="replace") as stream:
        text = stream.read(_READ_AT_MOST)
    blanked = blank(text)
    if blanked != text:
        write_atomically(path, blanked)


def write_atomically(path: str, text: str) -> None:
    temporary = "%s.%d.tmp" % (path, os.getpid())
    try:
        # A message may hold halves of characters, from file names that are not UTF-8.
        with open(temporary, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
