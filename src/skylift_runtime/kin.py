"""Which processes a job has made, from /proc. Imported only when one is to be told or ended.

Where there is no /proc nothing is found, and the process group has to do.
"""

from __future__ import annotations

import os
import signal
from typing import Dict, List, NamedTuple

_SHELLS = frozenset({"sh", "ash", "bash", "busybox", "dash", "ksh", "mksh", "zsh"})


class Process(NamedTuple):
    """One line of the process table."""

    pid: int
    parent: int
    started: int
    """Ticks since the machine started: what a shell starts first has the smaller number."""


def table() -> Dict[int, Process]:
    """All processes that are alive. Zombies are not."""
    found = {}
    for name in _listed("/proc"):
        process = _read(name) if name.isdigit() else None
        if process is not None:
            found[process.pid] = process
    return found


def _read(name: str) -> "Process | None":
    # The name of a program, in parentheses, may hold anything, parentheses too.
    fields = _content("/proc/%s/stat" % name).rpartition(")")[2].split()
    if len(fields) < 20 or fields[0] in "ZX":
        return None
    return Process(int(name), int(fields[1]), int(fields[19]))


def below(pid: int) -> List[int]:
    """Everything that descends from a process, the nearest first."""
    return _below(pid, table())


def _below(pid: int, processes: Dict[int, Process]) -> List[int]:
    found = [pid]
    for parent in found:
        children = [
            child for child in processes.values() if child.parent == parent and child.pid not in found
        ]
        found += [child.pid for child in sorted(children, key=lambda child: (child.started, child.pid))]
    return found[1:]


def waited_for(shell: int) -> List[int]:
    """What a shell has started and waits for, in the foreground; empty when it is no shell.

    A shell that waits so passes no signal on: its own trap runs when the program has ended. What it has
    put into the background it looks after itself, with ``wait`` and ``kill``. Shells that wait in their
    turn come first, so that none goes on with its next line.
    """
    processes = table()
    found: List[int] = []
    shells = [shell] if is_shell(shell) else []
    for one in shells:
        children = [pid for pid in _below(one, processes) if processes[pid].parent == one]
        children = _heads([pid for pid in children if not _is_in_background(pid)])
        shells += [pid for pid in children if is_shell(pid)]
        found += [pid for pid in children if not is_shell(pid)]
    return shells[1:] + found


def is_shell(pid: int) -> bool:
    try:
        return os.path.basename(os.readlink("/proc/%d/exe" % pid)) in _SHELLS
    except OSError:
        return False


def _heads(pids: List[int]) -> List[int]:
    """Without those that only read what others write: the log must not lose its ``tee`` before the end."""
    readers = [pid for pid in pids if _way("/proc/%d/fd/0" % pid).startswith("pipe:")]
    return [pid for pid in pids if pid not in readers] or pids


def _is_in_background(pid: int) -> bool:
    # POSIX, 2.11: what a shell without job control starts with `&` ignores SIGINT and SIGQUIT. A program may
    # take SIGINT back, as Python does on request; hardly any thinks of SIGQUIT.
    for line in _content("/proc/%d/status" % pid).splitlines():
        if line.startswith("SigIgn:"):
            return bool(int(line.split()[1], 16) >> (signal.SIGQUIT - 1) & 1)
    return False


def _listed(folder: str) -> List[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _content(path: str) -> str:
    try:
        with open(path, "rb") as stream:
            return stream.read().decode("latin-1")
    except OSError:
        return ""


def _way(link: str) -> str:
    try:
        return os.readlink(link)
    except OSError:
        return ""
