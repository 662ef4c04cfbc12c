"""Which processes there are, without procps: a bare machine has none."""

from __future__ import annotations

import os
from pathlib import Path

from skylift.host.processes import identify


def running_with(words: str) -> list[int]:
    """Processes, other than this one, that have ``words`` somewhere in their command line."""
    wanted = os.fsencode(words)
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
        except OSError:
            continue
        if wanted in command and identify(int(entry.name)) is not None:
            found.append(int(entry.name))
    return found
