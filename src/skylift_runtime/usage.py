"""What a job uses of its machine, from what the kernel counts. Imported when the job is under way.

In a container the cgroup has everything of the job and nothing else. Beside others only the job's own processes
count: all that descend from us, for orphans come to us. Where there is no /proc little is known.
"""

from __future__ import annotations

import os
import sys
import time

from skylift_runtime.contract import START_VARIABLE
from skylift_runtime.memory import own_cgroups
from skylift_runtime.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Iterator, List, Mapping, Optional, Tuple

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_NO_LIMIT = 1 << 60
"""Bytes from which on a limit of memory is none: cgroup v1 says it so."""


class Limits(NamedTuple):
    """What the job may use."""

    cores: float
    memory: int
    """Bytes; 0 when nothing tells."""


class Reading(NamedTuple):
    """What was used up to a moment. Sums grow from one reading to the next; None is not known."""

    at: float
    cpu: Optional[float] = None
    """Seconds of all cores."""
    memory: Optional[int] = None
    """Bytes that are held just now, without what the kernel could give to others at once."""
    read: Optional[int] = None
    written: Optional[int] = None
    """Bytes from and to disks."""
    waited: Optional[float] = None
    """Seconds in which something of the job waited for a disk."""
    waits: Optional[bool] = None
    """Whether something of the job waits for a disk just now, where no seconds are known."""
    received: Optional[int] = None
    sent: Optional[int] = None


class Meter:
    """Reads what a job uses.

    :param whole: whether everything of the container is the job; else it is what descends from us.
    """

    def __init__(self, *, whole: bool, proc: str = "/proc", cgroups: str = "/sys/fs/cgroup") -> None:
        self._whole, self._proc, self._cgroups = whole, proc, cgroups

    @classmethod
    def here(cls, environ: Mapping[str, str]) -> Meter:
        alone = os.getpid() == 1 or os.getppid() == 1
        return cls(whole=alone and START_VARIABLE not in environ)

    def limits(self) -> Limits:
        """The least of what the machine has, the affinity lets us and our cgroups allow."""
        cores = [float(_cores())]
        memory = [_kib(self._text(self._proc + "/meminfo"), "MemTotal")]
        for folder in self._folders("cpu"):
            cores += _quota(self._text(folder + "/cpu.max").split())
            v1 = "%s %s" % (
                self._text(folder + "/cpu.cfs_quota_us"),
                self._text(folder + "/cpu.cfs_period_us"),
            )
            cores += _quota(v1.split())
        for folder in self._folders("memory"):
            names = ("/memory.max", "/memory.limit_in_bytes")
            memory += [_number(self._text(folder + name)) for name in names]
        return Limits(min(cores), min((size for size in memory if 0 < size < _NO_LIMIT), default=0))

    def read(self) -> Reading:
        now = time.monotonic()
        found = self._of_cgroup() if self._whole else {}
        if "cpu" not in found or "memory" not in found:
            found = {**self._of_processes(), **found}
        if self._whole:
            found.update(self._of_network())
        return Reading(now, **found)  # type: ignore[arg-type]

    def first(self, began: float, used: float) -> Reading:
        """What was used when the job began, as far as it can be known later.

        :param used: seconds of cores that children of ours had used by then.
        """
        if self._whole:
            return self.read()
        read, written = self._bytes([os.getpid()])
        return Reading(began, cpu=used, read=read, written=written)

    def last(self) -> Reading:
        """When all processes of the job have ended: what they have used is added to ours by then."""
        if self._whole:
            return self.read()
        times, (read, written) = os.times(), self._bytes([os.getpid()])
        return Reading(time.monotonic(), cpu=times[2] + times[3], read=read, written=written)

    def _of_cgroup(self) -> Dict[str, object]:
        found: Dict[str, object] = {}
        for name, controller, look in (
            ("cpu", "cpuacct", self._cpu),
            ("memory", "memory", self._memory),
            ("waited", "io", self._pressure),
        ):
            for folder in self._folders(controller):
                value = look(folder)
                if value is not None:
                    found[name] = value
                    break
        moved = self._moved()
        if moved is not None:
            found["read"], found["written"] = moved
        return found

    def _moved(self) -> Optional[Tuple[int, int]]:
        for folder in self._folders("blkio"):
            text = self._text(folder + "/io.stat")
            if text:
                return _sum_of(text, "rbytes="), _sum_of(text, "wbytes=")
            # cgroup v1: `8:0 Read 4096`, for each device.
            rows = [
                line.split() for line in self._text(folder + "/blkio.throttle.io_service_bytes").splitlines()
            ]
            if rows:
                kinds = [
                    [_number(row[2]) for row in rows if row[1:2] == [kind] and len(row) == 3]
                    for kind in ("Read", "Write")
                ]
                return sum(kinds[0]), sum(kinds[1])
        return None

    def _cpu(self, folder: str) -> Optional[float]:
        fields = _fields(self._text(folder + "/cpu.stat"))
        if "usage_usec" in fields:
            return fields["usage_usec"] / 1e6
        text = self._text(folder + "/cpuacct.usage")
        return _number(text) / 1e9 if text else None

    def _memory(self, folder: str) -> Optional[int]:
        text, prefix = self._text(folder + "/memory.current"), ""
        if not text:
            text, prefix = self._text(folder + "/memory.usage_in_bytes"), "total_"
        if not text:
            return None
        fields = _fields(self._text(folder + "/memory.stat"))
        cache = fields.get(prefix + "inactive_file", 0) + fields.get(prefix + "active_file", 0)
        return max(0, _number(text) - cache)

    def _pressure(self, folder: str) -> Optional[float]:
        for line in self._text(folder + "/io.pressure").splitlines():
            if line.startswith("some "):
                return _sum_of(line, "total=") / 1e6
        return None

    def _of_processes(self) -> Dict[str, object]:
        if not os.path.isdir(self._proc):
            # What has ended of our children: at the end that is all of it.
            times = os.times()
            return {"cpu": times[2] + times[3]}
        own, processes = os.getpid(), dict(self._processes())
        mine = _descendants(own, processes)
        ticks = sum(sum(map(int, processes[pid][11:15])) for pid in mine)
        if own in processes:
            # Of ourselves only what our children had used when they ended.
            ticks += sum(map(int, processes[own][13:15]))
        held = sum(int(processes[pid][21]) for pid in mine) * _PAGE
        read, written = self._bytes([own, *mine])
        return {
            "cpu": ticks / _TICKS,
            # What several share is counted for each, and all together can not have more than is taken.
            "memory": min(held, self._taken()) or held,
            "waits": any(processes[pid][0] == "D" for pid in mine),
            "read": read,
            "written": written,
        }

    def _processes(self) -> Iterator[Tuple[int, List[str]]]:
        try:
            names = os.listdir(self._proc)
        except OSError:
            return
        for name in names:
            if name.isdigit():
                # The name of a program, in parentheses, may hold anything, parentheses too.
                fields = self._text("%s/%s/stat" % (self._proc, name)).rpartition(")")[2].split()
                if len(fields) > 21:
                    yield int(name), fields

    def _bytes(self, pids: List[int]) -> Tuple[int, int]:
        # A child's are added to its parent's when it has ended, so that nothing gets lost.
        read = written = 0
        for pid in pids:
            fields = _fields(self._text("%s/%d/io" % (self._proc, pid)))
            read += fields.get("read_bytes:", 0)
            written += fields.get("write_bytes:", 0)
        return read, written

    def _taken(self) -> int:
        text = self._text(self._proc + "/meminfo")
        return _kib(text, "MemTotal") - _kib(text, "MemAvailable")

    def _of_network(self) -> Dict[str, object]:
        received = sent = 0
        lines = self._text(self._proc + "/net/dev").splitlines()[2:]
        for line in lines:
            name, _, rest = line.partition(":")
            fields = rest.split()
            if name.strip() != "lo" and len(fields) > 8:
                received, sent = received + int(fields[0]), sent + int(fields[8])
        return {"received": received, "sent": sent} if lines else {}

    def _folders(self, controller: str) -> List[str]:
        """Where a controller's files may be, ours first and then those around it, which limit us as well.

        In a container our path may be the host's, and the root is our own cgroup.
        """
        found = []
        for number, controllers, path in own_cgroups(self._proc):
            if number != "0" and controller not in controllers.split(","):
                continue
            root = self._cgroups if number == "0" else "%s/%s" % (self._cgroups, controller)
            below = path.rstrip("/")
            while below:
                found.append(root + below)
                below = below.rpartition("/")[0]
            found.append(root)
        return found

    @staticmethod
    def _text(path: str) -> str:
        try:
            with open(path, "rb") as stream:
                return stream.read(1 << 20).decode("latin-1")
        except OSError:
            return ""


def room(folders: Mapping[str, str]) -> Optional[Tuple[str, int, int]]:
    """Of the places that a job writes to the one with the least room: its name, free bytes, and all of them."""
    found = []
    for name, path in folders.items():
        try:
            state = os.statvfs(path)
        except OSError:
            continue
        found.append((state.f_bavail * state.f_frsize, name, state.f_blocks * state.f_frsize))
    if not found:
        return None
    free, name, size = min(found)
    return name, free, size


def highest_memory() -> Optional[int]:
    """The most that one of our children has held, where nothing else tells. To be asked when they have ended."""
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit or None


def _descendants(pid: int, processes: Mapping[int, List[str]]) -> List[int]:
    children: Dict[int, List[int]] = {}
    for child, fields in processes.items():
        children.setdefault(int(fields[1]), []).append(child)
    found = list(children.get(pid, ()))
    for one in found:
        found += children.get(one, ())
    return found


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except (AttributeError, OSError):
        return os.cpu_count() or 1


def _quota(words: List[str]) -> List[float]:
    if len(words) != 2 or not words[0].isdigit() or not words[1].isdigit() or not int(words[1]):
        return []
    return [int(words[0]) / int(words[1])]


def _fields(text: str) -> Dict[str, int]:
    pairs = (line.split() for line in text.splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}


def _sum_of(text: str, key: str) -> int:
    return sum(_number(word[len(key) :]) for word in text.split() if word.startswith(key))


def _number(text: str) -> int:
    text = text.strip()
    return int(text) if text.isdigit() else 0


def _kib(text: str, key: str) -> int:
    for line in text.splitlines():
        if line.startswith(key + ":"):
            return _number(line.split()[1]) * 1024
    return 0
