"""The runtime as process 1, as in a container, seen from outside."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.functional.runtime.stage import Result, Stage

_PATIENCE_S = 60


@dataclass(frozen=True)
class Member:
    pid: int
    parent: int
    state: str
    command: str


@dataclass(frozen=True)
class Namespace:
    """A PID namespace with the runtime as its process 1. Numbers are those outside of it."""

    stage: Stage
    outer: subprocess.Popen[str]
    init: int

    def members(self) -> list[Member]:
        own = _namespace_of(self.init)
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or own is None or _namespace_of(int(entry.name)) != own:
                continue
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                found.append(Member(int(entry.name), int(fields[1]), fields[0], command))
        return found

    def running(self, words: str) -> list[Member]:
        return [one for one in self.members() if words in one.command and one.state not in "ZX"]

    def zombies(self) -> list[Member]:
        """The dead that nobody but process 1 could bury."""
        return [one for one in self.members() if one.state == "Z" and one.parent == self.init]

    def signal(self, number: int = signal.SIGTERM) -> None:
        os.kill(self.init, number)

    def finish(self) -> Result:
        return self.stage.finish(self.outer)


def _namespace_of(pid: int) -> str | None:
    try:
        return str(Path(f"/proc/{pid}/ns/pid").readlink())
    except OSError:
        return None


def until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.01)


@contextlib.contextmanager
def process_one(stage: Stage, **more: str) -> Iterator[Namespace]:
    """Start the runtime as process 1. When the block is left nothing of it is there any more."""
    stage.write()
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    unshare = ["unshare", *as_root, "--pid", "--fork", "--kill-child", "--mount-proc"]
    probe = subprocess.run([*unshare, "true"], capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        pytest.skip(f"no PID namespace: {probe.stderr.strip()}")
    outer = subprocess.Popen(
        [*unshare, *stage.command()],
        env=stage.environ(**more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=stage.root,
    )  # fmt: skip
    try:
        children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")
        until(lambda: outer.poll() is not None or _is_process_one(children.read_text()), "process 1")
        yield Namespace(stage, outer, int(children.read_text() or 0))
    finally:
        outer.kill()
        outer.communicate(timeout=_PATIENCE_S)


def _is_process_one(children: str) -> bool:
    """Whether the child is there and has become the runtime: at first it is a copy of ``unshare``."""
    try:
        command = Path(f"/proc/{children.split(maxsplit=1)[0]}/cmdline").read_bytes() if children else b""
    except OSError:
        return False
    return bool(command) and not command.startswith(b"unshare")
