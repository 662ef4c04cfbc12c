"""Whether the kernel had to end somebody for want of memory."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Sequence

_OOM_COUNTERS = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control", "/proc/vmstat")


def oom_kills(counters: Sequence[str] = _OOM_COUNTERS) -> int:
    """A number that grows when the kernel ends a process here for want of memory; 0 where nothing tells.

    Source: ``oom_kill`` of cgroup v2's memory.events, v1's memory.oom_control, and /proc/vmstat.
    """
    total = 0
    for path in (*counters, *_own_cgroup()):
        try:
            with open(path, encoding="ascii") as stream:
                text = stream.read()
        except (OSError, ValueError):
            continue
        found = re.search(r"^oom_kill (\d+)$", text, re.MULTILINE)
        total += int(found.group(1)) if found else 0
    return total


def _own_cgroup() -> List[str]:
    try:
        with open("/proc/self/cgroup", encoding="utf-8") as stream:
            lines = stream.read().splitlines()
    except OSError:
        return []
    own = [line[3:] for line in lines if line.startswith("0::/")]
    return ["/sys/fs/cgroup%s/memory.events" % path.rstrip("/") for path in own]
