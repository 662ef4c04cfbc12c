"""Runs a job as a process beside us: the runtime takes the place of an image's entrypoint."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO

from skylift.emulator.enclosed import Disk, Namespace, NoView, start_enclosed
from skylift.emulator.execution import Container, Running
from skylift.emulator.handover import announced, hand_over, stdin_for
from skylift.emulator.job_fault import JobFault
from skylift.emulator.lifeline import Lifeline
from skylift.emulator.storage import Mount
from skylift.emulator.terminal import OUR_OWN, TO_US, Streams, wait_at_terminal
from skylift.emulator.views import NAMES, names_file, view_of
from skylift.host.files import remove_tree, write_text
from skylift.host.processes import identify
from skylift_runtime.contract import BASE_DIR_VARIABLE, ML_ROOT, START_VARIABLE

# The same as `end_group`, `end_marked` and the end of a namespace, for the lifeline, when nobody of ours is left to do
# it. $3 is empty where there is no namespace.
_END = """
kill -s KILL -- "-$1"
for process in /proc/[0-9]*; do
    if grep -qzxF -- "$2" "$process/environ" 2>/dev/null ||
        { [ -n "$3" ] && [ "$(readlink "$process/ns/mnt" 2>/dev/null)" = "$3" ]; }
    then kill -s KILL "${process#/proc/}"; fi
done
"""


class ProcessExecutor:
    """``command`` stands for the image's ENTRYPOINT, ``base_environment`` for the image's own variables.

    A job gets a view of its own (see ``views``) where this machine lets it have one, and links otherwise.
    ``seen`` are paths that it must still see then. ``handed`` is what every start reads from its stdin;
    empty is nothing.
    """

    interface = "lo"
    """Hosts on this machine reach each other by loopback addresses."""

    def __init__(
        self,
        command: Sequence[str],
        base_environment: Mapping[str, str],
        *,
        seen: Sequence[str] = (),
        enclosed: bool = True,
        handed: bytes = b"",
    ) -> None:
        self._command = tuple(command)
        self._environment = dict(base_environment)
        self._seen = tuple(seen)
        self._enclosed = enclosed
        self._handed = handed

    def prepare(self, container: Container, stopping: Callable[[], bool]) -> None:
        """There is no image to bring here."""

    def start(self, container: Container) -> Running:
        announcing = replace(container, environment={**container.environment, **announced(self._handed)})
        running = self._start(announcing, Streams(**{**TO_US, "stdin": stdin_for(self._handed)}))
        hand_over(running.process, self._handed)
        return running

    def interact(self, container: Container) -> int:
        running = self._start(container, OUR_OWN)
        try:
            return wait_at_terminal(running.process)
        finally:
            running.close()

    def _start(self, container: Container, streams: Streams) -> _RunningProcess:
        try:
            return self._start_enclosed(container, streams)
        except NoView as refusal:
            remove_tree(container.scratch)
            if len(container.peers) > 1:
                reason = f"hosts can not be told apart as processes here: {refusal}"
            elif container.disk_bytes is not None:
                reason = f"the job's disk can not be made: {refusal}"
            elif any(mount.strict for mount in container.mounts):
                reason = f"channels can not be kept from being written to here: {refusal}"
            else:
                return self._start_beside_us(container, streams, str(refusal))
            raise JobFault(f"ClientError: {reason}") from refusal

    def _start_enclosed(self, container: Container, streams: Streams) -> _RunningProcess:
        if not self._enclosed:
            raise NoView("links were asked for")
        command = container.start.command(self._command)
        view = view_of(container, [command[0], *self._seen])
        write_text(container.scratch / NAMES, names_file(container.peers, _machines_names()))
        moved = {} if view.root == ML_ROOT else {BASE_DIR_VARIABLE: view.root}
        marker = _new_marker()
        environment = {**self._environment, **container.environment, **marker, **moved}
        enclosed = start_enclosed(command, environment, view, streams)
        return self._running(
            enclosed.process, _Lent(container, disk=enclosed.disk, namespace=enclosed.namespace), marker
        )

    def _start_beside_us(self, container: Container, streams: Streams, why: str) -> _RunningProcess:
        root = container.place.root
        links = tuple(_link(mount) for mount in container.mounts)
        marker = _new_marker()
        environment = {**self._environment, **container.environment, **marker, BASE_DIR_VARIABLE: str(root)}
        command = container.start.command(self._command)
        try:
            process = subprocess.Popen(command, env=environment, cwd=root, **streams)
        except OSError as error:
            _unlink(links)
            raise JobFault(
                "AlgorithmError: CannotStartContainerError. Please make sure the container can be run: "
                f"{error.strerror}: {command[0]}"
            ) from error
        return self._running(process, _Lent(container, links=links, unprotected=why), marker)

    def _running(
        self, process: subprocess.Popen[bytes], lent: _Lent, marker: Mapping[str, str]
    ) -> _RunningProcess:
        ((name, word),) = marker.items()
        mark = f"{name}={word}"
        namespace = lent.namespace
        link, hold = (namespace.link, [namespace.descriptor]) if namespace is not None else ("", [])
        ending = ("/bin/sh", "-c", _END, "end", str(process.pid), mark, link)
        return _RunningProcess(process, lent, Lifeline.tie(ending, self._environment, hold), mark)


def _new_marker() -> dict[str, str]:
    return {START_VARIABLE: secrets.token_hex(16)}


def _machines_names() -> str:
    try:
        return Path("/etc/hosts").read_text(errors="replace")
    except OSError:
        return "127.0.0.1 localhost\n"


@dataclass(frozen=True)
class _Lent:
    """What a process was given for as long as it runs."""

    container: Container
    links: tuple[Path, ...] = ()
    unprotected: str = ""
    """Why links had to do."""
    disk: Disk | None = None
    namespace: Namespace | None = None

    def end_all(self) -> None:
        """End what the job has left, also what has left its group and forgot its environment."""
        if self.namespace is not None:
            self.namespace.end()

    def take_back(self) -> tuple[str, ...]:
        if self.namespace is not None:
            self.namespace.close()
        _unlink(self.links)
        for mount in self.container.mounts:
            if self.container.place.holds(mount.at.parent):
                _remove_point(mount.at)
        remove_tree(self.container.scratch)
        if self.disk is None:
            return tuple(self._unkept())
        try:
            failed = self.disk.save(self.container.place.root)
        finally:
            self.disk.close()
        return (f"could not be saved from the job's disk: {', '.join(failed[:3])}",) if failed else ()

    def _unkept(self) -> Iterator[str]:
        for mount in self.container.mounts:
            if self.unprotected and mount.read_only:
                yield f"the view of {mount.source} could have been written to: {self.unprotected}"


def _link(mount: Mount) -> Path:
    link = mount.at
    link.parent.mkdir(parents=True, exist_ok=True)
    if link.is_dir() and not link.is_symlink():
        # The platform makes the folder; an empty one gives way, a full one is not ours to hide.
        link.rmdir()
    link.symlink_to(mount.source)
    return link


def _unlink(links: Sequence[Path]) -> None:
    for link in links:
        # Only links go: whatever else stands there now is the job's, and nothing is followed.
        if link.is_symlink():
            link.unlink()


def _remove_point(point: Path) -> None:
    """Remove what was made for a mount to stand on; never more than that."""
    with contextlib.suppress(OSError):
        if point.is_dir() and not point.is_symlink():
            point.rmdir()
        elif point.is_file() and point.stat().st_size == 0:
            point.unlink()


class _RunningProcess:
    def __init__(
        self, process: subprocess.Popen[bytes], lent: _Lent, lifeline: Lifeline, marker: str
    ) -> None:
        self._marker = marker
        self.process = process
        self._lent = lent
        self._lifeline = lifeline
        self._identity = identify(process.pid)
        self._ended = False

    @property
    def outputs(self) -> Sequence[IO[bytes]]:
        assert self.process.stdout is not None
        return (self.process.stdout,)

    @property
    def owned(self) -> Mapping[str, object]:
        return (
            {"process": asdict(self._identity), "marker": self._marker} if self._identity is not None else {}
        )

    def terminate(self) -> None:
        self.process.terminate()

    def kill(self) -> None:
        if not self._ended:
            end_group(self.process.pid)
            end_marked(self._marker)

    def wait(self, timeout_s: float) -> int | None:
        try:
            code = self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None
        self._end()
        return code if code >= 0 else 128 - code

    def close(self) -> tuple[str, ...]:
        if not self._ended:
            self.kill()
            self.process.wait()
            self._end()
        self._lifeline.cut()
        return self._lent.take_back()

    def _end(self) -> None:
        # Like a container, which ends with its first process: what that one left behind ends too.
        # Once, and at once: later the number of the group may be somebody else's.
        if not self._ended:
            self._ended = True
            end_group(self.process.pid)
            end_marked(self._marker)
            self._lent.end_all()


def end_group(leader: int) -> bool:
    """SIGKILL to a process group; False when there was nothing left of it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        # macOS answers EPERM where only zombies are left.
        os.killpg(leader, signal.SIGKILL)
        return True
    return False


def end_marked(marker: str) -> bool:
    """SIGKILL to every process that has ``marker`` (``NAME=value``) in its environment.

    A job's processes inherit it, so this finds those too that made a session of their own, or whose parents
    have gone. Only where there is a /proc; elsewhere the group has to do.
    """
    found = [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _has(entry, os.fsencode(marker))]
    for pid in found:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    return bool(found)


def _has(entry: Path, marker: bytes) -> bool:
    try:
        return int(entry.name) != os.getpid() and marker in (entry / "environ").read_bytes().split(b"\0")
    except OSError:
        # It has just ended, or is somebody else's.
        return False
