"""Runs a job as a process beside us: the runtime takes the place of an image's entrypoint."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO

from skylift.emulator.execution import Container, Running
from skylift.emulator.faults import JobFault
from skylift.emulator.lifeline import Lifeline
from skylift.emulator.storage import Mount
from skylift.host.processes import identify
from skylift_runtime.contract import BASE_DIR_VARIABLE, JOB_NAME_VARIABLE

# The same as `end_group` and `end_marked`, for the lifeline, when nobody of ours is left to do it.
_END = """
kill -s KILL -- "-$1"
for process in /proc/[0-9]*; do
    grep -qzxF -- "$2" "$process/environ" 2>/dev/null && kill -s KILL "${process#/proc/}"
done
"""


class ProcessExecutor:
    """``command`` stands for the image's ENTRYPOINT, ``base_environment`` for the image's own variables."""

    def __init__(self, command: Sequence[str], base_environment: Mapping[str, str]) -> None:
        self._command = tuple(command)
        self._environment = dict(base_environment)

    def prepare(self, container: Container, stopping: Callable[[], bool]) -> None:
        """There is no image to bring here."""

    def start(self, container: Container) -> Running:
        root = container.place.root
        links = tuple(_link(mount) for mount in container.mounts)
        environment = {**self._environment, **container.environment, BASE_DIR_VARIABLE: str(root)}
        command = container.start.command(self._command)
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=root,
                start_new_session=True,
            )
        except OSError as error:
            _unlink(links)
            raise JobFault(
                "AlgorithmError: CannotStartContainerError. Please make sure the container can be run: "
                f"{error.strerror}: {command[0]}"
            ) from error
        marker = f"{JOB_NAME_VARIABLE}={container.name}"
        ending = ("/bin/sh", "-c", _END, "end", str(process.pid), marker)
        return _RunningProcess(process, links, Lifeline.tie(ending, self._environment), marker)


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


class _RunningProcess:
    def __init__(
        self, process: subprocess.Popen[bytes], links: tuple[Path, ...], lifeline: Lifeline, marker: str
    ) -> None:
        self._marker = marker
        self._process = process
        self._links = links
        self._lifeline = lifeline
        self._identity = identify(process.pid)
        self._ended = False

    @property
    def outputs(self) -> Sequence[IO[bytes]]:
        assert self._process.stdout is not None
        return (self._process.stdout,)

    @property
    def owned(self) -> Mapping[str, object]:
        return (
            {"process": asdict(self._identity), "marker": self._marker} if self._identity is not None else {}
        )

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        if not self._ended:
            end_group(self._process.pid)
            end_marked(self._marker)

    def wait(self, timeout_s: float) -> int | None:
        try:
            code = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None
        self._end()
        return code if code >= 0 else 128 - code

    def close(self) -> tuple[str, ...]:
        if not self._ended:
            self.kill()
            self._process.wait()
            self._end()
        self._lifeline.cut()
        _unlink(self._links)
        return ()

    def _end(self) -> None:
        # Like a container, which ends with its first process: what that one left behind ends too.
        # Once, and at once: later the number of the group may be somebody else's.
        if not self._ended:
            self._ended = True
            end_group(self._process.pid)
            end_marked(self._marker)


def end_group(leader: int) -> bool:
    """SIGKILL to a process group; False when there was nothing left of it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        # macOS answers EPERM where only zombies are left.
        os.killpg(leader, signal.SIGKILL)
        return True
    return False


def end_marked(marker: str) -> bool:
    """SIGKILL to every process that has ``marker`` (``NAME=value``) in its environment.

    A job's processes inherit its name, so this finds those too that made a session of their own, or whose
    parents have gone. Only where there is a /proc; elsewhere the group has to do.
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
