"""Whether the kernel had to end somebody for want of memory."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator, List


def oom_kills(cgroups: str = "/sys/fs/cgroup", proc: str = "/proc") -> int:
    """A number that grows when the kernel ends a process here for want of memory; 0 where nothing tells.

    Source: ``oom_kill`` of our cgroup, v2's ``memory.events`` or v1's ``memory.oom_control``. Only where there
    is neither it is that of the whole machine, where others may have been meant: ``/proc/vmstat``.
    """
    for path in (*_counters(cgroups, proc), proc + "/vmstat"):
        try:
            with open(path, encoding="ascii") as stream:
                text = stream.read()
        except (OSError, ValueError):
            continue
        found = re.search(r"^oom_kill (\d+)$", text, re.MULTILINE)
        if found:
            return int(found.group(1))
    return 0


def _counters(cgroups: str, proc: str) -> Iterator[str]:
    """Where the counter may be. In a container our path may be the host's, and the root is our own cgroup."""
    own = own_cgroups(proc)
    for number, controllers, path in own:
        if number == "0":
            yield cgroups + path.rstrip("/") + "/memory.events"
        elif "memory" in controllers.split(","):
            yield cgroups + "/memory" + path.rstrip("/") + "/memory.oom_control"
    yield cgroups + "/memory.events"
    yield cgroups + "/memory/memory.oom_control"


def own_cgroups(proc: str) -> List[List[str]]:
    """Number, controllers and path of each cgroup that we are in."""
    try:
        with open(proc + "/self/cgroup", encoding="utf-8") as stream:
            lines = stream.read().splitlines()
    except (OSError, ValueError):
        return []
    return [line.split(":", 2) for line in lines if line.count(":") > 1]
